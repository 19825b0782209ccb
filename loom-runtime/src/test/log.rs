//! What was seen of a run: the places it came to, in which scope, by which labels it left them.
//!
//! Every place has an address: the turns and the branches on the way to it. Addresses in their order are the run as its graph
//! has it, branch after branch, whatever branch was quicker.

use crate::machine::Place;
use loomflow_graph::graph::{Graph, NodeKind};
use std::collections::BTreeMap;

/// The turns and branches on the way to a scope, or to a place in it.
pub(super) type Address = Vec<u64>;

/// One place that a run came to. Turn 0 of a scope is its beginning.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) place: &'static Place,
    /// The labels of the way that was taken from there.
    pub(super) labels: Vec<&'static str>,
    /// Whether its work succeeded.
    pub(super) done: bool,
    /// Whether its work has failed.
    pub(super) failed: bool,
    /// How many attempts have failed.
    pub(super) attempts: u32,
}

impl Seen {
    pub(super) const fn new(place: &'static Place) -> Self {
        Seen { place, labels: Vec::new(), done: false, failed: false, attempts: 0 }
    }
}

/// A run, a nested one, or a branch of a fork.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) graph: Graph<'static>,
    /// The type of the workflow.
    pub(super) workflow: &'static str,
    /// What stands before the names of its nodes: those of the nodes it is nested in.
    pub(super) prefix: String,
    pub(super) is_branch: bool,
    /// Whether it ended with an output, of a run or a nested one that did end.
    pub(super) ended: Option<bool>,
}

/// All that was seen of a run.
#[derive(Debug, Clone, Default)]
pub(super) struct Log {
    pub(super) parts: BTreeMap<Address, Part>,
    pub(super) seen: BTreeMap<Address, Seen>,
}

impl Log {
    /// The places of a scope, in order, its beginning first.
    pub(super) fn of<'l>(&'l self, scope: &'l [u64]) -> impl Iterator<Item = (&'l Address, &'l Seen)> {
        let inside = self.seen.range(scope.to_vec()..);
        inside
            .take_while(|(address, _)| address.starts_with(scope))
            .filter(|(address, _)| address.len() == scope.len() + 1)
    }

    /// The scope a place stands in.
    pub(super) fn part(&self, address: &[u64]) -> Option<&Part> {
        self.parts.get(&address[..address.len().checked_sub(1)?])
    }

    /// Whether a place is a node of this name, as a path or as the graph has it: `start`, `2 at once`.
    pub(super) fn is_named(&self, address: &[u64], seen: &Seen, name: &str) -> bool {
        let Some(part) = self.part(address) else { return false };
        let Some(name) = name.strip_prefix(part.prefix.as_str()) else { return false };
        // What leaves a fork leaves the node where its branches joined, which stands behind it.
        let nodes = part.graph.nodes().iter().skip(seen.place.index);
        let mut in_graph =
            nodes.clone().take(1).chain(nodes.take(2).skip(1).filter(|node| node.kind() == NodeKind::Join));
        in_graph.any(|node| node.name() == name) || (address.last() > Some(&0) && seen.place.node == name)
    }

    /// The names of the nodes that were come to, with what was seen there.
    pub(super) fn nodes(&self) -> impl Iterator<Item = (String, &Seen)> {
        self.seen.iter().filter_map(|(address, seen)| {
            let is_node = *address.last()? > 0 && !seen.place.node.is_empty();
            let prefix = &self.part(address)?.prefix;
            is_node.then(|| (format!("{prefix}{}", seen.place.node), seen))
        })
    }
}
