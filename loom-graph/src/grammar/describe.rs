//! A checked program as a graph to draw: nodes, and for each way from one to the next, its labels.

use super::{
    duration::spelled,
    program::{Fork, ForkId, ForkKind, Guard, Kind, Program},
    text::{step, text},
};
use crate::{
    flow::PointId,
    graph::{Bound, Edge, Graph, Node, NodeKind},
};
use std::collections::{HashMap, HashSet};
use syn::{Expr, Pat, ext::IdentExt};

/// The parts of a [`Graph`], owned.
#[derive(Debug, Default)]
pub struct Described {
    /// The nodes; the first is the start, then come the program's, then the exits.
    pub nodes: Vec<NodePart>,
    /// The edges.
    pub edges: Vec<EdgePart>,
    /// The nodes of waits and forks, by the points they stand at.
    pub places: HashMap<PointId, usize>,
}

/// A node, owned.
#[derive(Debug)]
pub struct NodePart {
    /// What stands there.
    pub kind: NodeKind,
    /// Its name.
    pub name: String,
    /// Its step's path.
    pub step: String,
    /// The value it sets.
    pub sets: String,
    /// Its source line.
    pub line: usize,
}

/// An edge, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EdgePart {
    /// The node it leaves.
    pub from: usize,
    /// The node it enters.
    pub to: usize,
    /// Its labels.
    pub labels: Vec<String>,
    /// Its bound: the number and the node that starts it anew.
    pub bound: Option<(String, String)>,
    /// Whether it is taken when a bound is spent.
    pub spent: bool,
    /// Its source line.
    pub line: usize,
}

/// More ways than this between one call and the next are drawn by their last label only.
const MANY: usize = 64;

/// Describes a program.
#[must_use]
pub fn describe(program: &Program<'_>) -> Described {
    let part = |kind, name: &str, line| NodePart {
        kind,
        name: name.to_owned(),
        step: String::new(),
        sets: String::new(),
        line,
    };
    let mut nodes = vec![part(NodeKind::Start, "start", program.ast.name.span().start().line)];
    nodes.extend(program.nodes.iter().map(|node| NodePart {
        kind: NodeKind::Step,
        name: node.name.unraw().to_string(),
        step: step(node.path, node.name),
        sets: program.values[node.sets[0]].name.unraw().to_string(),
        line: node.name.span().start().line,
    }));
    let mut exit = |kind, name: &str, found: &dyn Fn(&Kind<'_>) -> bool| {
        let point = program.points.iter().find(|point| found(&point.kind))?;
        nodes.push(part(kind, name, point.span.start().line));
        Some(nodes.len() - 1)
    };
    let end = exit(NodeKind::End, "end", &|kind| matches!(kind, Kind::End(..)));
    let fail = exit(NodeKind::Fail, "fail", &|kind| matches!(kind, Kind::Fail(_)));
    let (mut places, mut joins) = (HashMap::new(), HashMap::new());
    for (point, at) in program.points.iter().enumerate() {
        let line = at.span.start().line;
        match &at.kind {
            Kind::Sleep(pause) => {
                places.insert(point, nodes.len());
                nodes.push(part(NodeKind::Sleep, &format!("sleep({})", text(pause)), line));
            }
            Kind::Fork(id) => {
                let fork = &program.forks[*id];
                let kind = if let ForkKind::First = fork.kind { NodeKind::First } else { NodeKind::Fork };
                places.insert(point, nodes.len());
                nodes.push(part(kind, &fork_name(fork), line));
                if kind == NodeKind::Fork && fork.regions.iter().any(|&region| program.regions[region].join.is_some()) {
                    joins.insert(*id, nodes.len());
                    nodes.push(part(NodeKind::Join, "join", line));
                }
            }
            _ => {}
        }
    }
    let edges = {
        let (edges, labels, passed) = (Vec::new(), Vec::new(), HashSet::new());
        let mut walk =
            Walk { program, end, fail, places: &places, joins: &joins, from: 0, edges, first: 0, labels, passed };
        walk.leave(0, program.way(0, 0), &[]);
        for (node, item) in program.nodes.iter().enumerate() {
            walk.leave(node + 1, item.next, &item.calls);
        }
        for (point, at) in program.points.iter().enumerate() {
            match at.kind {
                Kind::Sleep(_) => walk.leave(places[&point], program.way(point, 0), &[point]),
                Kind::Fork(fork) => walk.leave_fork(point, fork),
                _ => {}
            }
        }
        walk.edges
    };
    Described { nodes, edges, places }
}

/// The label of the way that is taken when no other is.
pub const ELSE: &str = "else";

/// The label of an arm.
#[must_use]
pub fn arm_label(pat: &Pat, guard: Option<&Expr>) -> String {
    let guard = guard.map_or_else(String::new, |guard| format!(" if {}", text(guard)));
    format!("{}{guard}", text(pat))
}

/// The label of the way of a guard.
#[must_use]
pub fn guard_label(guard: &Guard) -> String {
    match guard {
        Guard::Within { limit, .. } => format!("after {}", spelled(*limit)),
        Guard::Catch { kinds: Some(kinds), .. } => format!("catch {}", text(&**kinds)),
        Guard::Catch { kinds: None, .. } => "catch".to_owned(),
    }
}

/// What a fork is called in a drawing.
fn fork_name(fork: &Fork<'_>) -> String {
    let tried = if fork.tried { "try " } else { "" };
    match &fork.kind {
        ForkKind::First => "first".to_owned(),
        ForkKind::All if fork.regions.len() == 1 => format!("{tried}block"),
        ForkKind::All => format!("{tried}{} at once", fork.regions.len()),
        ForkKind::Each { pat, items, at_once, .. } => {
            let at_once = at_once.map_or_else(String::new, |number| format!(", {} at once", text(number)));
            format!("{tried}for {} in {}{at_once}", text(pat), text(items))
        }
    }
}

struct Walk<'p, 'a> {
    program: &'p Program<'a>,
    end: Option<usize>,
    fail: Option<usize>,
    /// The nodes of forks and of waits.
    places: &'p HashMap<PointId, usize>,
    joins: &'p HashMap<ForkId, usize>,
    from: usize,
    edges: Vec<EdgePart>,
    /// The first edge of the node that is walked from.
    first: usize,
    labels: Vec<String>,
    /// The points that were passed since there were too many ways for all of their labels, and how.
    passed: HashSet<Passed>,
}

/// A point, and the bound and whether it is spent that a way comes there with.
type Passed = (PointId, Option<(String, String)>, bool);

impl Walk<'_, '_> {
    /// Walks from a node: on, and where the guards at its points lead.
    fn leave(&mut self, node: usize, next: Option<PointId>, guarded: &[PointId]) {
        self.from = node;
        self.first = self.edges.len();
        self.passed.clear();
        if let Some(next) = next {
            self.walk(next, None, false);
        }
        for &point in guarded {
            self.guards(point);
        }
    }

    fn leave_fork(&mut self, point: PointId, id: ForkId) {
        let program = self.program;
        let fork = &program.forks[id];
        self.leave(self.places[&point], None, &[]);
        for &region in &fork.regions {
            self.walk(program.regions[region].entry, None, false);
        }
        self.guards(point);
        if let Some(&join) = self.joins.get(&id) {
            self.leave(join, program.way(point, 0), &[]);
        }
    }

    fn guards(&mut self, point: PointId) {
        let program = self.program;
        for guard in &program.points[point].guards {
            self.labelled(guard_label(guard), program.way(point, guard.way()), None, false);
        }
    }

    fn arrive(&mut self, to: Option<usize>, bound: Option<(String, String)>, spent: bool, line: usize) {
        let Some(to) = to else { return };
        let mut labels = self.labels.clone();
        if self.edges.len() - self.first >= MANY {
            labels = labels.pop().into_iter().collect();
        }
        let edge = EdgePart { from: self.from, to, labels, bound, spent, line };
        if !self.edges[self.first..].contains(&edge) {
            self.edges.push(edge);
        }
    }

    fn walk(&mut self, point: PointId, bound: Option<(String, String)>, spent: bool) {
        let program = self.program;
        let at = &program.points[point];
        let line = at.span.start().line;
        // Where ways part and meet again and again there are more of them than could ever be walked. With one label to
        // an edge, a point leads to the same edges each time.
        let found = self.edges.len() - self.first;
        if found >= 4 * MANY || (found >= MANY && !self.passed.insert((point, bound.clone(), spent))) {
            return;
        }
        let way = |index: usize| at.ways.get(index).copied().flatten();
        match &at.kind {
            Kind::Start => {}
            Kind::Call(node, ..) => self.arrive(Some(*node + 1), bound, spent, line),
            Kind::End(..) => self.arrive(self.end, bound, spent, line),
            Kind::Fail(_) => self.arrive(self.fail, bound, spent, line),
            Kind::Sleep(_) | Kind::Fork(_) => self.arrive(self.places.get(&point).copied(), bound, spent, line),
            Kind::Join(region) => match program.regions[*region].fork {
                Some(fork) if matches!(program.forks[fork].kind, ForkKind::First) => {
                    let way = program.forks[fork].regions.iter().position(|of| of == region);
                    if let Some(next) = way.and_then(|way| program.way(program.forks[fork].point, way)) {
                        self.walk(next, bound, spent);
                    }
                }
                Some(fork) => self.arrive(self.joins.get(&fork).copied(), bound, spent, line),
                None => {}
            },
            Kind::Set(..) | Kind::Append(..) | Kind::Enter(_) | Kind::Pass => {
                if let Some(next) = way(0) {
                    self.walk(next, bound, spent);
                }
            }
            Kind::Bound(counter) => {
                let ast = program.counters[*counter].ast;
                let per = ast.per.as_ref().map_or_else(|| "run".to_owned(), ToString::to_string);
                if let Some(next) = way(0) {
                    self.walk(next, Some((text(&ast.max), per)), spent);
                }
                if let Some(next) = way(1) {
                    self.walk(next, None, true);
                }
            }
            Kind::Match { arms, open, .. } => {
                for (index, (pat, guard, _)) in arms.iter().enumerate() {
                    self.labelled(arm_label(pat, *guard), way(index), bound.clone(), spent);
                }
                if *open {
                    self.labelled(ELSE.to_owned(), way(arms.len()), bound, spent);
                }
            }
            Kind::If(cond) => {
                self.labelled(text(*cond), way(0), bound.clone(), spent);
                self.labelled(ELSE.to_owned(), way(1), bound, spent);
            }
        }
    }

    fn labelled(&mut self, label: String, next: Option<PointId>, bound: Option<(String, String)>, spent: bool) {
        let Some(next) = next else { return };
        self.labels.push(label);
        self.walk(next, bound, spent);
        self.labels.pop();
    }
}

impl Described {
    /// Makes something of it as a graph, under the workflow's name. The graph has no documentation of its steps, which only a
    /// compiled workflow knows.
    #[must_use]
    pub fn with<T>(&self, name: &str, made: impl FnOnce(&Graph<'_>) -> T) -> T {
        let labels: Vec<String> = self.edges.iter().map(|edge| edge.labels.join(", ")).collect();
        let nodes: Vec<Node<'_>> =
            self.nodes.iter().map(|node| Node::new(node.kind, &node.name).with_step(&node.step, &node.sets)).collect();
        let edge = |(edge, label)| {
            let edge: &EdgePart = edge;
            let mut drawn = Edge::new(edge.from, edge.to).with_label(label);
            if let Some((max, per)) = &edge.bound {
                drawn = drawn.with_bound(Bound { max, per });
            }
            if edge.spent { drawn.when_spent() } else { drawn }
        };
        let edges: Vec<Edge<'_>> = self.edges.iter().zip(labels.iter().map(String::as_str)).map(edge).collect();
        made(&Graph::new(name).with_nodes(&nodes, &edges))
    }
}
