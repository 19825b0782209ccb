//! The paths that a graph has, up to its bounds, without running anything.

use crate::machine::Workflow;
use loomflow_graph::graph::{Graph, NodeKind};
use std::{collections::HashMap, fmt, marker::PhantomData};

/// One path through a graph, from its start to an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The edges it takes, by their indexes in the graph.
    pub edges: Vec<usize>,
    graph: Graph<'static>,
}

impl Route {
    /// The names of the nodes it visits, without the start and the end.
    #[must_use]
    pub fn nodes(&self) -> Vec<&'static str> {
        let entered = self.edges.iter().map(|&edge| self.graph.nodes()[self.graph.edges()[edge].to()]);
        entered.filter(|node| node.kind() == NodeKind::Step).map(|node| node.name()).collect()
    }

    /// The labels it takes, each with the node it leaves.
    #[must_use]
    pub fn labels(&self) -> Vec<(&'static str, &'static str)> {
        let taken = self.edges.iter().map(|&edge| self.graph.edges()[edge]);
        let labelled = taken.filter(|edge| !edge.label().is_empty());
        labelled.map(|edge| (self.graph.nodes()[edge.from()].name(), edge.label())).collect()
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("start")?;
        for &edge in &self.edges {
            let edge = self.graph.edges()[edge];
            let to = self.graph.nodes()[edge.to()].name();
            match (edge.label(), edge.is_spent()) {
                ("", false) => write!(f, " -> {to}")?,
                ("", true) => write!(f, " -spent-> {to}")?,
                (label, false) => write!(f, " -{label}-> {to}")?,
                (label, true) => write!(f, " -{label}, spent-> {to}")?,
            }
        }
        Ok(())
    }
}

/// The paths through the graph of a workflow, found one at a time as they are asked for.
///
/// A bound that is no number counts as 2. Of a fork, a path has one branch: what its branches do together is for a run to
/// show. A nested workflow is one node.
pub struct Paths<W> {
    graph: Graph<'static>,
    /// The edges of the path so far, each with those that were not tried yet.
    open: Vec<(usize, Vec<usize>)>,
    is_begun: bool,
    workflow: PhantomData<fn() -> W>,
}

impl<W> fmt::Debug for Paths<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Paths").field("graph", &self.graph.name()).finish_non_exhaustive()
    }
}

/// The paths through the graph of a workflow, up to its bounds.
#[must_use]
pub fn paths<W: Workflow>() -> Paths<W> {
    Paths { graph: W::GRAPH, open: Vec::new(), is_begun: false, workflow: PhantomData }
}

impl<W: Workflow> Paths<W> {
    /// How many there are, if there are no more than so many: loops multiply, and it is better known before they are listed.
    #[must_use]
    pub fn count_up_to(self, most: usize) -> Option<usize> {
        let count = self.take(most.saturating_add(1)).count();
        (count <= most).then_some(count)
    }
}

impl<W> Paths<W> {
    /// The edges that may be taken behind those taken so far, the last one first.
    fn ways(&self, from: usize) -> Vec<usize> {
        let graph = &self.graph;
        let used = self.used();
        let is_open = |index: usize| {
            let edge = graph.edges()[index];
            let left = |index: usize| {
                let bound = graph.edges()[index].bound();
                bound.map(|bound| used.get(&index).copied().unwrap_or(0) < bound.max.parse().unwrap_or(2_usize))
            };
            if !edge.is_spent() {
                return left(index).unwrap_or(true);
            }
            // It is taken when the bounds are used up that stand at the same label.
            let same = |other: usize| {
                graph.edges()[other].from() == edge.from() && graph.edges()[other].label() == edge.label()
            };
            let mut bounded = (0..graph.edges().len()).filter(|&other| same(other)).filter_map(left).peekable();
            bounded.peek().is_none() || bounded.any(|left| !left)
        };
        let leaving = (0..graph.edges().len()).filter(|&index| graph.edges()[index].from() == from);
        let mut ways: Vec<usize> = leaving.filter(|&index| is_open(index)).collect();
        ways.reverse();
        ways
    }

    /// How often each bounded edge was taken since its count began anew.
    fn used(&self) -> HashMap<usize, usize> {
        let mut used: HashMap<usize, usize> = HashMap::new();
        for (taken, _) in &self.open {
            let entered = self.graph.nodes()[self.graph.edges()[*taken].to()].name();
            used.retain(|edge, _| self.graph.edges()[*edge].bound().is_some_and(|bound| bound.per != entered));
            if self.graph.edges()[*taken].bound().is_some() {
                *used.entry(*taken).or_default() += 1;
            }
        }
        used
    }

    /// Takes the next edge of these, or of those before them.
    fn take_one(&mut self, mut ways: Vec<usize>) -> bool {
        loop {
            if let Some(edge) = ways.pop() {
                self.open.push((edge, ways));
                return true;
            }
            match self.open.pop() {
                Some((_, rest)) => ways = rest,
                None => return false,
            }
        }
    }
}

impl<W: Workflow> Iterator for Paths<W> {
    type Item = Route;

    fn next(&mut self) -> Option<Route> {
        let mut went = if self.is_begun { self.take_one(Vec::new()) } else { self.take_one(self.ways(0)) };
        self.is_begun = true;
        while went {
            let (last, _) = self.open.last()?;
            let to = self.graph.edges()[*last].to();
            if matches!(self.graph.nodes()[to].kind(), NodeKind::End | NodeKind::Fail) {
                let edges = self.open.iter().map(|(edge, _)| *edge).collect();
                return Some(Route { edges, graph: self.graph });
            }
            went = self.take_one(self.ways(to));
        }
        None
    }
}
