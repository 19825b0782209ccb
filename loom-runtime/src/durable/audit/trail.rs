//! Where a run went in the graph of one workflow, as its records tell: the visits of nodes, and the ways between them.
//!
//! A record tells its scope, its turn, its node and the labels of the way that led there. A fork, the point where its branches
//! join and the end have no record: which edges were taken through them follows from the visits before and behind.

use crate::{
    audit::Entry,
    event::{End, Happened},
    journal::Status,
};
use loomflow_graph::graph::{Graph, NodeKind};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The name under which every `sleep(…)` is recorded.
const SLEEP: &str = "sleep";

/// How many points without a record a way may lead through.
const DEEP: usize = 24;

/// Where a run went in one workflow.
pub(super) struct Trail<'e> {
    pub(super) graph: Graph<'static>,
    /// The scope of the workflow: empty for the run itself.
    pub(super) scope: String,
    /// In the order of their first records.
    pub(super) visits: Vec<Visit<'e>>,
    pub(super) ways: Vec<Way>,
    /// How often each edge was taken.
    pub(super) taken: BTreeMap<usize, u64>,
    /// The same of the nodes that have no records.
    pub(super) passed: BTreeMap<usize, u64>,
    pub(super) entries: &'e [Entry],
}

/// A visit of a node.
pub(super) struct Visit<'e> {
    /// The index of the node in the graph; none where the graph has no such node.
    pub(super) node: Option<usize>,
    pub(super) name: String,
    pub(super) scope: String,
    pub(super) turn: u64,
    pub(super) label: String,
    /// What happened there, in order.
    pub(super) entries: Vec<&'e Entry>,
    /// The scope of the workflow that was entered there.
    pub(super) nested: Option<String>,
    /// The number of the last record, of the workflow that was entered too.
    pub(super) last: u64,
    /// When it was over.
    pub(super) at: i64,
}

/// A way that was taken.
pub(super) struct Way {
    /// The visit it leads from; none from the start.
    pub(super) from: Option<usize>,
    /// The visit it leads to; none to an end.
    pub(super) to: Option<usize>,
    pub(super) label: String,
    /// The edges, by their indices; none when it is not known which.
    pub(super) edges: Vec<usize>,
}

/// What was passed on the ways between what stands at two turns.
#[derive(Default)]
struct Through {
    edges: BTreeSet<usize>,
    /// Nodes without records.
    nodes: BTreeSet<usize>,
}

/// What stands at a turn of a scope.
enum Item {
    Visit(usize),
    Fork(BTreeMap<u64, String>),
}

type Items = BTreeMap<String, BTreeMap<u64, Item>>;

/// What is behind the scope of a workflow, as seen from there.
enum Inside<'s> {
    /// The workflow itself, or a branch of it: the scope.
    Own(&'s str),
    /// A workflow that was entered in a scope, at a turn.
    Nested(&'s str, u64, &'s str),
}

/// Where a record stands, seen from the workflow of a scope; none when it is not of it.
fn inside<'s>(of: &str, scope: &'s str) -> Option<Inside<'s>> {
    let rest = scope.strip_prefix(of)?;
    let mut at = of.len();
    for part in rest.split_terminator('/') {
        let end = at + part.len() + 1;
        if let Ok(turn) = part.parse() {
            return Some(Inside::Nested(&scope[..at], turn, &scope[..end]));
        }
        at = end;
    }
    Some(Inside::Own(scope))
}

impl<'e> Trail<'e> {
    /// Follows a run through the workflow of a scope.
    pub(super) fn follow(graph: Graph<'static>, scope: &str, entries: &'e [Entry], status: Status) -> Self {
        let mut trail = Trail {
            graph,
            scope: scope.to_owned(),
            visits: Vec::new(),
            ways: Vec::new(),
            taken: BTreeMap::new(),
            passed: BTreeMap::new(),
            entries,
        };
        let items = trail.visit(entries);
        trail.part(scope, &items);
        trail.begin(&items);
        trail.end(&items, status);
        trail
    }

    /// Collects the visits.
    fn visit(&mut self, entries: &'e [Entry]) -> Items {
        let mut items = Items::new();
        let own = self.scope.clone();
        for entry in entries {
            let event = &entry.event;
            let Some(inside) = inside(&own, &event.scope) else { continue };
            let (scope, turn, nested) = match inside {
                Inside::Own(scope) => (scope, event.turn, None),
                Inside::Nested(scope, turn, within) => (scope, turn, Some(within)),
            };
            let tells = nested.is_none_or(|within| within == event.scope);
            let entered = matches!(event.what, Happened::Entered(_));
            // That this workflow was entered belongs to a visit of the one around.
            if (event.node.is_empty() && nested.is_none()) || (entered && nested.is_none()) {
                continue;
            }
            branches(&mut items, &own, scope);
            let turns = items.entry(scope.to_owned()).or_default();
            let index = match turns.get(&turn) {
                Some(Item::Visit(index)) => *index,
                None if nested.is_none() || entered => {
                    turns.insert(turn, Item::Visit(self.visits.len()));
                    self.visits.push(Visit {
                        node: self.graph.nodes().iter().position(|node| node.name() == event.node),
                        name: event.node.clone(),
                        scope: scope.to_owned(),
                        turn,
                        label: event.label.clone(),
                        entries: Vec::new(),
                        nested: nested.map(str::to_owned),
                        last: event.seq,
                        at: event.at,
                    });
                    self.visits.len() - 1
                }
                Some(Item::Fork(_)) | None => continue,
            };
            let visit = &mut self.visits[index];
            (visit.last, visit.at) = (event.seq, event.at);
            if tells && (nested.is_none() || entered) {
                visit.entries.push(entry);
            }
        }
        items
    }

    /// The ways within a scope, and within its branches.
    fn part(&mut self, scope: &str, items: &Items) {
        let Some(turns) = items.get(scope) else { return };
        let mut before: Option<&Item> = None;
        for item in turns.values() {
            if let Some(before) = before {
                let (from, to) = (lasts(before, items), firsts(item, items));
                self.lead(&from.into_iter().map(Some).collect::<Vec<_>>(), &to);
            }
            if let Item::Fork(branches) = item {
                for branch in branches.values() {
                    self.part(branch, items);
                }
            }
            before = Some(item);
        }
    }

    /// The way from the start.
    fn begin(&mut self, items: &Items) {
        let first = items.get(&self.scope).and_then(|turns| turns.values().next());
        let first = first.map(|item| firsts(item, items)).unwrap_or_default();
        self.lead(&[None], &first);
    }

    /// The way to the end, if the workflow has come there.
    fn end(&mut self, items: &Items, status: Status) {
        let last = items.get(&self.scope).and_then(|turns| turns.values().next_back());
        let last = last.map(|item| lasts(item, items)).unwrap_or_default();
        let (kind, label) = match self.entries.last().map(|entry| (&entry.event.what, &entry.event.label)) {
            Some((Happened::Ended(End::Done(_)), label)) if self.scope.is_empty() => {
                (NodeKind::End, Some(label.clone()))
            }
            Some((Happened::Ended(End::Failed(_)), label)) if self.scope.is_empty() => {
                (NodeKind::Fail, Some(label.clone()))
            }
            _ if self.scope.is_empty() || !self.is_left(status) => return,
            _ => (NodeKind::End, None),
        };
        let ends: Vec<usize> = self.of_kind(kind);
        let mut through = Through::default();
        let from: Vec<Option<usize>> = if last.is_empty() { vec![None] } else { last.into_iter().map(Some).collect() };
        let mut found = Vec::new();
        for from in from {
            let is_failed = from.is_some_and(|from| self.has_failed(from));
            let Some(start) = self.node_of(from).filter(|_| !is_failed) else { continue };
            let path = match &label {
                Some(label) => self.path(start, &ends, label).filter(|(_, exact)| *exact || kind == NodeKind::End),
                None => self.only_path(start, &ends).map(|path| (path, true)),
            };
            found.push((from, path.map(|(edges, _)| edges)));
        }
        // From branches that were dropped no way leads there, where one that was not does.
        let known = found.iter().any(|(_, edges)| edges.is_some());
        for (from, edges) in found {
            let edges = match edges {
                Some(edges) => edges,
                None if known || kind == NodeKind::Fail => continue,
                None => Vec::new(),
            };
            self.take(&edges, &mut through);
            through.nodes.extend(edges.last().map(|&edge| self.graph.edges()[edge].to()));
            self.ways.push(Way { from, to: None, label: label.clone().unwrap_or_default(), edges });
        }
        self.pass(&through);
    }

    /// Whether the workflow around has gone on, or the whole run has ended well: then this one has come to its end.
    fn is_left(&self, status: Status) -> bool {
        let last = self.visits.iter().map(|visit| visit.last).max().unwrap_or(0);
        let failed = self.visits.last().is_some_and(|visit| failed(visit));
        let around = self.scope[..self.scope.len() - 1].rfind('/').map_or("", |end| &self.scope[..=end]);
        let later = self.entries.iter().any(|entry| {
            entry.event.seq > last && entry.event.scope == around && !matches!(entry.event.what, Happened::Ended(_))
        });
        !failed && (later || status == Status::Done)
    }

    /// The ways from some visits to others that follow them.
    fn lead(&mut self, from: &[Option<usize>], to: &[usize]) {
        let mut through = Through::default();
        let mut found = Vec::new();
        for &from in from {
            for &to in to {
                let label = self.visits[to].label.clone();
                let ends = self.candidates(to);
                let path = self.node_of(from).and_then(|start| self.path(start, &ends, &label));
                found.push((from, to, label, path));
            }
        }
        // Of branches that were dropped no way leads on, where one that was not tells it.
        let exact = found.iter().any(|(.., path)| path.as_ref().is_some_and(|(_, exact)| *exact));
        for (from, to, label, path) in found {
            let Some((edges, is_exact)) = path else {
                if !exact {
                    self.ways.push(Way { from, to: Some(to), label, edges: Vec::new() });
                }
                continue;
            };
            if exact && !is_exact {
                continue;
            }
            if let (None, Some(&edge)) = (self.visits[to].node, edges.last()) {
                let node = self.graph.edges()[edge].to();
                self.visits[to].node = Some(node);
                self.graph.nodes()[node].name().clone_into(&mut self.visits[to].name);
            }
            self.take(&edges, &mut through);
            self.ways.push(Way { from, to: Some(to), label, edges });
        }
        self.pass(&through);
    }

    /// Notes that edges were taken, those that branches share once.
    fn take(&mut self, edges: &[usize], through: &mut Through) {
        for (index, &edge) in edges.iter().enumerate() {
            let of = self.graph.edges()[edge];
            let kind = |node: usize| self.graph.nodes()[node].kind();
            let parts = matches!(kind(of.from()), NodeKind::Fork | NodeKind::First) || kind(of.to()) == NodeKind::Join;
            if through.edges.insert(edge) || parts {
                *self.taken.entry(edge).or_default() += 1;
            }
            if index + 1 < edges.len() {
                through.nodes.insert(of.to());
            }
            if index > 0 {
                through.nodes.insert(of.from());
            }
        }
    }

    /// Notes that nodes without records were passed once.
    fn pass(&mut self, through: &Through) {
        for &node in &through.nodes {
            *self.passed.entry(node).or_default() += 1;
        }
    }

    fn of_kind(&self, kind: NodeKind) -> Vec<usize> {
        let nodes = self.graph.nodes().iter().enumerate();
        nodes.filter(|(_, node)| node.kind() == kind).map(|(index, _)| index).collect()
    }

    fn candidates(&self, visit: usize) -> Vec<usize> {
        let visit = &self.visits[visit];
        match visit.node {
            Some(node) => vec![node],
            None if visit.name == SLEEP => self.of_kind(NodeKind::Sleep),
            None => Vec::new(),
        }
    }

    /// The index of the node of a visit; of none that of the start.
    pub(super) fn node_of(&self, visit: Option<usize>) -> Option<usize> {
        visit.map_or(Some(0), |visit| self.visits[visit].node)
    }

    pub(super) fn has_failed(&self, visit: usize) -> bool {
        failed(&self.visits[visit])
    }

    /// The edges from a node to one of others, through nodes without records: those with these labels, or else the fewest. Says
    /// whether the labels are those.
    fn path(&self, from: usize, to: &[usize], label: &str) -> Option<(Vec<usize>, bool)> {
        let paths = self.paths(from, to);
        let exact = paths.iter().find(|path| self.label(path) == label);
        match exact {
            Some(path) => Some((path.clone(), true)),
            None => paths.into_iter().min_by_key(Vec::len).map(|path| (path, false)),
        }
    }

    /// The edges from a node to one of others, where there is only one way.
    fn only_path(&self, from: usize, to: &[usize]) -> Option<Vec<usize>> {
        let mut paths = self.paths(from, to);
        if paths.len() == 1 { paths.pop() } else { None }
    }

    fn paths(&self, from: usize, to: &[usize]) -> Vec<Vec<usize>> {
        let mut found = Vec::new();
        self.search(from, to, &mut Vec::new(), &mut found);
        found
    }

    fn search(&self, at: usize, to: &[usize], edges: &mut Vec<usize>, found: &mut Vec<Vec<usize>>) {
        for (index, edge) in self.graph.edges().iter().enumerate().filter(|(_, edge)| edge.from() == at) {
            if edges.contains(&index) {
                continue;
            }
            edges.push(index);
            if to.contains(&edge.to()) {
                found.push(edges.clone());
            } else if edges.len() < DEEP && self.is_silent(edge.to()) {
                self.search(edge.to(), to, edges, found);
                // A fork over an empty list leads on from where its branches would have joined.
                if let Some(join) = self.join_of(edge.to()) {
                    self.search(join, to, edges, found);
                }
            }
            edges.pop();
        }
    }

    /// Where the branches of a fork join.
    fn join_of(&self, fork: usize) -> Option<usize> {
        let kind = |node: usize| self.graph.nodes()[node].kind();
        if kind(fork) != NodeKind::Fork {
            return None;
        }
        let mut seen = BTreeSet::from([(fork, 1)]);
        let mut next = VecDeque::from([(fork, 1_usize)]);
        while let Some((at, depth)) = next.pop_front() {
            for edge in self.graph.edges_from(at) {
                let depth = match kind(edge.to()) {
                    NodeKind::Fork => depth + 1,
                    NodeKind::Join if depth == 1 => return Some(edge.to()),
                    NodeKind::Join => depth - 1,
                    _ => depth,
                };
                if depth < DEEP && seen.insert((edge.to(), depth)) {
                    next.push_back((edge.to(), depth));
                }
            }
        }
        None
    }

    fn is_silent(&self, node: usize) -> bool {
        matches!(self.graph.nodes()[node].kind(), NodeKind::Fork | NodeKind::Join | NodeKind::First)
    }

    fn label(&self, path: &[usize]) -> String {
        let edges = path.iter().map(|&edge| &self.graph.edges()[edge]);
        let labels = edges.flat_map(|edge| [edge.label(), if edge.is_spent() { "spent" } else { "" }]);
        labels.filter(|label| !label.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

/// Whether a visit came to a failure.
fn failed(visit: &Visit<'_>) -> bool {
    let last = visit.entries.last().map(|entry| &entry.event.what);
    matches!(last, Some(Happened::Failed(_) | Happened::Cancelled(_)))
}

/// Notes the forks that a scope is in a branch of.
fn branches(items: &mut Items, own: &str, scope: &str) {
    let mut at = own.len();
    for part in scope[own.len()..].split_terminator('/') {
        let end = at + part.len() + 1;
        if let Some((turn, number)) = part.split_once('.')
            && let (Ok(turn), Ok(number)) = (turn.parse(), number.parse())
        {
            let turns = items.entry(scope[..at].to_owned()).or_default();
            let fork = turns.entry(turn).or_insert_with(|| Item::Fork(BTreeMap::new()));
            if let Item::Fork(branches) = fork {
                branches.insert(number, scope[..end].to_owned());
            }
        }
        at = end;
    }
}

/// The visits with which what stands at a turn begins.
fn firsts(item: &Item, items: &Items) -> Vec<usize> {
    edge_of(item, items, |turns| turns.values().next())
}

/// The visits it ends with.
fn lasts(item: &Item, items: &Items) -> Vec<usize> {
    edge_of(item, items, |turns| turns.values().next_back())
}

fn edge_of(item: &Item, items: &Items, pick: fn(&BTreeMap<u64, Item>) -> Option<&Item>) -> Vec<usize> {
    match item {
        Item::Visit(visit) => vec![*visit],
        Item::Fork(branches) => {
            let within = branches.values().filter_map(|branch| pick(items.get(branch)?));
            within.flat_map(|item| edge_of(item, items, pick)).collect()
        }
    }
}
