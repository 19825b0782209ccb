//! A workflow with its names resolved and its ways joined: what the checks look at and the code is made of.

use super::ast;
use crate::flow::{CounterId, NodeId, PointId, VarId};
use proc_macro2::{Ident, Span};
use syn::{Expr, ExprPath, Pat, Type};

/// The index of a [`Value`]; also its variable in the flow.
pub type ValueId = usize;
/// The index of a [`Frame`].
pub type FrameId = usize;

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
}

/// A value: an input, what a `let` declares, or what a node gives.
pub struct Value<'a> {
    /// Its name; what an edge carries from several nodes has none a user could write.
    pub name: Ident,
    /// Where its type comes from.
    pub origin: Origin<'a>,
}

/// Where a value's type comes from.
#[derive(Clone, Copy)]
pub enum Origin<'a> {
    /// It is written: an input, or a `let`.
    Written(&'a Type),
    /// It is the output of a node.
    Node(NodeId),
    /// Nothing says it yet.
    Unknown,
}

/// A node: all calls of one name.
pub struct Node<'a> {
    /// Its name.
    pub name: &'a Ident,
    /// Its step.
    pub path: &'a ExprPath,
    /// The values its output sets: its own, then those it is carried in.
    pub sets: Vec<ValueId>,
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
    pub pat: &'a Pat,
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
}

/// What an edge carries.
#[derive(Clone)]
pub enum Carry<'a> {
    /// Nothing that has a value.
    Nothing,
    /// One thing.
    One(Subject<'a>),
    /// The inputs, side by side.
    Inputs,
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
    /// Where it leads. A call leads where its node does.
    pub ways: Vec<Option<PointId>>,
    /// Where it stands.
    pub span: Span,
}

/// What happens at a point.
pub enum Kind<'a> {
    /// The run begins.
    Start,
    /// A node is called; without arguments, what a bare name takes.
    Call(NodeId, &'a ast::Call, Bare),
    /// A value is computed.
    Set(ValueId, Subject<'a>),
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

/// A `max`.
pub struct Counter<'a> {
    /// As it was written.
    pub ast: &'a ast::Max,
    /// The frames around its expression.
    pub scope: Option<FrameId>,
    /// The node whose visit starts it anew.
    pub per: Option<NodeId>,
}

impl<'a> Program<'a> {
    /// The variable of a frame in the flow.
    #[must_use]
    pub fn frame_var(&self, frame: FrameId) -> VarId {
        self.values.len() + frame
    }

    /// Where a point leads.
    #[must_use]
    pub fn ways(&self, point: PointId) -> Vec<PointId> {
        match self.points[point].kind {
            Kind::Call(node, ..) => self.nodes[node].next.into_iter().collect(),
            _ => self.points[point].ways.iter().copied().flatten().collect(),
        }
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
