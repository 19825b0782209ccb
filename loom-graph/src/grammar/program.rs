//! A workflow with its names resolved and its ways joined: what the checks look at and the code is made of.

use super::ast;
use crate::flow::{CounterId, NodeId, PointId, VarId};
use proc_macro2::{Ident, Span};
use std::{borrow::Cow, time::Duration};
use syn::{Expr, ExprPath, Pat, Type};

/// The index of a [`Value`]; also its variable in the flow.
pub type ValueId = usize;
/// The index of a [`Frame`].
pub type FrameId = usize;
/// The index of a [`Region`].
pub type RegionId = usize;
/// The index of a [`Fork`].
pub type ForkId = usize;

/// A lowered workflow.
pub struct Program<'a> {
    /// As it was written.
    pub ast: &'a ast::Workflow,
    /// Its values.
    pub values: Vec<Value<'a>>,
    /// Its nodes.
    pub nodes: Vec<Node<'a>>,
    /// What arms bind.
    pub frames: Vec<Frame<'a>>,
    /// Its points; the first is the start.
    pub points: Vec<Point<'a>>,
    /// Its bounds.
    pub counters: Vec<Counter<'a>>,
    /// The workflow itself, which is the first, and the branches of its forks; what is around a region comes before it.
    pub regions: Vec<Region>,
    /// Its forks; what is around a fork comes before it.
    pub forks: Vec<Fork<'a>>,
    /// The values that begin as empty lists, for something is appended to them.
    pub lists: Vec<ValueId>,
    /// Its requirements.
    pub rules: Vec<Rule<'a>>,
}

/// A value: an input, what a `let` declares, or what a node gives.
pub struct Value<'a> {
    /// Its name; what an edge carries from several nodes has none a user could write.
    pub name: Ident,
    /// Where its type comes from.
    pub origin: Origin<'a>,
}

/// Where a value's type comes from.
#[derive(Clone)]
pub enum Origin<'a> {
    /// It is written: an input, or a `let`.
    Written(&'a Type),
    /// It is the output of a node.
    Node(NodeId),
    /// It is a failure that was caught.
    Failure,
    /// It is a list of these.
    List(Box<Origin<'a>>),
    /// It is one of these, or a failure.
    Tried(Box<Origin<'a>>),
    /// It is these side by side.
    Tuple(Vec<Origin<'a>>),
    /// Nothing says it yet.
    Unknown,
}

impl Origin<'_> {
    /// Whether all of the type is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        match self {
            Origin::Unknown => false,
            Origin::List(of) | Origin::Tried(of) => of.is_known(),
            Origin::Tuple(parts) => parts.iter().all(Origin::is_known),
            Origin::Written(_) | Origin::Node(_) | Origin::Failure => true,
        }
    }
}

/// A node: all calls of one name.
pub struct Node<'a> {
    /// Its name.
    pub name: &'a Ident,
    /// Its step.
    pub path: &'a ExprPath,
    /// The values its output sets: its own, then those it is carried in.
    pub sets: Vec<ValueId>,
    /// The list its output is appended to.
    pub appends: Option<ValueId>,
    /// Whether its failure is a part of its output.
    pub tried: bool,
    /// Where it stands.
    pub region: RegionId,
    /// Where its way out leads.
    pub next: Option<PointId>,
    /// The points that call it.
    pub calls: Vec<PointId>,
}

/// What the pattern of an arm binds, for as long as the arm lasts.
pub struct Frame<'a> {
    /// The frame around it.
    pub outer: Option<FrameId>,
    /// What is matched.
    pub on: Subject<'a>,
    /// The pattern.
    pub pat: Cow<'a, Pat>,
    /// The names it binds.
    pub names: Vec<Ident>,
}

/// What is matched, or carried: something that can be had again wherever its values still stand.
#[derive(Clone)]
pub enum Subject<'a> {
    /// A value.
    Value(ValueId),
    /// An expression, the frames around it, and what `_` is in it.
    Expr(&'a Expr, Option<FrameId>, Box<Carry<'a>>),
    /// An item of a fork over items, which its branch holds for as long as it runs.
    Item(ForkId),
    /// Several side by side.
    Tuple(Vec<Subject<'a>>),
}

/// What an edge carries.
#[derive(Clone)]
pub enum Carry<'a> {
    /// Nothing that has a value.
    Nothing,
    /// One thing.
    One(Subject<'a>),
    /// Several side by side: the inputs, or what the branches of a fork give.
    Many(Vec<Subject<'a>>),
}

impl<'a> Carry<'a> {
    /// What carries these.
    #[must_use]
    pub fn of(mut subjects: Vec<Subject<'a>>) -> Self {
        match subjects.len() {
            0 => Carry::Nothing,
            1 => Carry::One(subjects.remove(0)),
            _ => Carry::Many(subjects),
        }
    }
}

/// What a bare name takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Bare {
    /// What the edge carries.
    Carried,
    /// What the arm's pattern binds.
    Bindings(FrameId),
    /// Nothing: an arm that binds nothing.
    Nothing,
}

/// A point of the control flow.
pub struct Point<'a> {
    /// What happens there.
    pub kind: Kind<'a>,
    /// The frames around it.
    pub scope: Option<FrameId>,
    /// What the edge into it carries.
    pub carry: Carry<'a>,
    /// Where it leads, then the ways of its guards. The first way of a call is its node's.
    pub ways: Vec<Option<PointId>>,
    /// What guards it beside bounds, which are points of their own; tried in order.
    pub guards: Vec<Guard>,
    /// The region it is in.
    pub region: RegionId,
    /// Where it stands.
    pub span: Span,
}

impl Point<'_> {
    /// The guard whose way one is; none where the point itself leads there.
    #[must_use]
    pub fn guard(&self, way: usize) -> Option<&Guard> {
        self.guards.iter().find(|guard| guard.way() == way)
    }
}

/// What happens at a point.
pub enum Kind<'a> {
    /// The run begins.
    Start,
    /// A node is called; without arguments, what a bare name takes.
    Call(NodeId, &'a ast::Call, Bare),
    /// A value is computed.
    Set(ValueId, Subject<'a>),
    /// Something is appended to a list, or all that is in another list.
    Append(ValueId, Subject<'a>, bool),
    /// The run waits for a time.
    Sleep(&'a Expr),
    /// Branches run at once. Its first way is taken when they have joined; of `first`, each branch has one.
    Fork(ForkId),
    /// A branch begins.
    Enter(RegionId),
    /// A branch joins the others; what it carries is what it gives.
    Join(RegionId),
    /// Ways part by patterns: a way for each arm.
    Match {
        /// What is matched.
        on: Subject<'a>,
        /// Where what is matched stands, for an arm that is missing.
        keyword: Span,
        /// The arms, with the frame of those that bind something.
        arms: Vec<(&'a Pat, Option<&'a Expr>, Option<FrameId>)>,
        /// Whether a last way is taken when no arm fits: `if let` without or with `else`.
        open: bool,
    },
    /// Ways part by a condition: the first when it holds, the second when not.
    If(&'a Expr),
    /// A bound: the first way while it lasts, the second when it is spent.
    Bound(CounterId),
    /// Ways meet.
    Pass,
    /// The run ends, with an expression or what a bare `end` takes.
    End(Option<&'a Expr>, Bare),
    /// The run fails.
    Fail(&'a Expr),
}

/// What takes a run another way while something is at work.
pub enum Guard {
    /// It took too long.
    Within {
        /// How long it may take.
        limit: Duration,
        /// The way that is taken then.
        way: usize,
    },
    /// It failed.
    Catch {
        /// The kinds of failure it takes; the pattern without what it binds. None takes them all.
        kinds: Option<Box<Pat>>,
        /// The value that holds the failure.
        value: ValueId,
        /// The frame of the name it is given.
        frame: Option<FrameId>,
        /// The way that is taken then.
        way: usize,
    },
}

impl Guard {
    /// The way that is taken when it comes to that.
    #[must_use]
    pub const fn way(&self) -> usize {
        match self {
            Guard::Within { way, .. } | Guard::Catch { way, .. } => *way,
        }
    }
}

/// A closed part of the graph: the workflow, or a branch of a fork.
pub struct Region {
    /// The region around it.
    pub outer: Option<RegionId>,
    /// The fork it is a branch of.
    pub fork: Option<ForkId>,
    /// Where it begins.
    pub entry: PointId,
    /// Where it joins its siblings; none of the workflow.
    pub join: Option<PointId>,
}

/// Branches that run at once.
pub struct Fork<'a> {
    /// The point it stands at.
    pub point: PointId,
    /// What makes its branches, and how they join.
    pub kind: ForkKind<'a>,
    /// Its branches.
    pub regions: Vec<RegionId>,
    /// Whether its failure is a part of what it gives.
    pub tried: bool,
    /// The value that holds what it gives: the list of a fork over items, or what was tried.
    pub result: Option<ValueId>,
}

/// What makes the branches of a fork, and how they join.
pub enum ForkKind<'a> {
    /// They are written out, and all join.
    All,
    /// One for each item, and all join.
    Each {
        /// The pattern of an item.
        pat: &'a Pat,
        /// What it binds.
        frame: Option<FrameId>,
        /// The items.
        items: &'a Expr,
        /// How many run at once.
        at_once: Option<&'a Expr>,
    },
    /// They are written out, and the first to succeed decides the way.
    First,
}

/// A requirement, its names resolved.
pub struct Rule<'a> {
    /// As it was written.
    pub ast: &'a ast::Require,
    /// The nodes that are required, or that stand at most once.
    pub of: Vec<NodeId>,
    /// The nodes that need it; none for `end`.
    pub before: Vec<NodeId>,
}

/// A `max`.
pub struct Counter<'a> {
    /// As it was written.
    pub ast: &'a ast::Max,
    /// The frames around its expression.
    pub scope: Option<FrameId>,
    /// The node whose visit starts it anew.
    pub per: Option<NodeId>,
    /// The region it counts in.
    pub region: RegionId,
}

impl<'a> Program<'a> {
    /// The variable of a frame in the flow.
    #[must_use]
    pub fn frame_var(&self, frame: FrameId) -> VarId {
        self.values.len() + frame
    }

    /// Where a way of a point leads.
    #[must_use]
    pub fn way(&self, point: PointId, way: usize) -> Option<PointId> {
        match self.points[point].kind {
            Kind::Call(node, ..) if way == 0 => self.nodes[node].next,
            _ => self.points[point].ways.get(way).copied().flatten(),
        }
    }

    /// Where a point leads, within its region.
    #[must_use]
    pub fn ways(&self, point: PointId) -> Vec<PointId> {
        (0..self.points[point].ways.len()).filter_map(|way| self.way(point, way)).collect()
    }

    /// How many of a fork's ways lead on from where its branches join.
    #[must_use]
    pub fn joined_ways(&self, fork: ForkId) -> usize {
        if let ForkKind::First = self.forks[fork].kind { self.forks[fork].regions.len() } else { 1 }
    }

    /// Whether a branch gives one value when it joins, and not each of those it sets.
    #[must_use]
    pub fn gives_one(&self, region: RegionId) -> bool {
        self.is_for_items(region) || self.regions[region].fork.is_some_and(|fork| self.forks[fork].tried)
    }

    /// Whether a region is the branch of a fork over items, of which any number run.
    #[must_use]
    pub fn is_for_items(&self, region: RegionId) -> bool {
        let fork = self.regions[region].fork;
        fork.is_some_and(|fork| matches!(self.forks[fork].kind, ForkKind::Each { .. }))
    }

    /// A region and those around it, from the inside out.
    pub fn regions_from(&self, region: RegionId) -> impl Iterator<Item = RegionId> {
        std::iter::successors(Some(region), |&region| self.regions[region].outer)
    }

    /// Whether one region is the other, or within it.
    #[must_use]
    pub fn is_within(&self, region: RegionId, other: RegionId) -> bool {
        self.regions_from(region).any(|region| region == other)
    }

    /// The frames around `scope`, from the inside out.
    pub fn frames_from(&self, scope: Option<FrameId>) -> impl Iterator<Item = (FrameId, &Frame<'a>)> {
        std::iter::successors(scope, |&frame| self.frames[frame].outer).map(|frame| (frame, &self.frames[frame]))
    }

    /// What a name means within `scope`.
    #[must_use]
    pub fn resolve(&self, scope: Option<FrameId>, name: &Ident) -> Option<Meaning> {
        for (frame, item) in self.frames_from(scope) {
            if item.names.contains(name) {
                return Some(Meaning::Binding(frame));
            }
        }
        self.values.iter().position(|value| value.name == *name).map(Meaning::Value)
    }
}

/// What a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// What an arm's pattern binds.
    Binding(FrameId),
    /// A value.
    Value(ValueId),
}
