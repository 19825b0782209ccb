//! Which edges of its graph a run has taken, of what was seen of it.
//!
//! A place and the labels of the way from there, up to the next place, are an edge. A fork has edges to where its branches
//! begin, and these to where they join; of a race the way goes on from the branch that won.

use super::log::{Address, Log, Part, Seen};
use crate::machine::NOWHERE;
use loomflow_graph::graph::{Graph, NodeKind};

/// An edge that was taken: the type of its workflow, and its index.
pub(super) type Taken = (&'static str, usize);

/// What marks the way that is taken when a bound is used up.
const SPENT: &str = "spent";

/// Where a way comes from, and what it has gone through since.
#[derive(Clone, Default)]
struct From {
    nodes: Vec<usize>,
    labels: Vec<&'static str>,
}

/// The edges a run has taken, those of nested workflows too.
pub(super) fn taken(log: &Log) -> Vec<Taken> {
    let mut edges = Vec::new();
    for (scope, part) in &log.parts {
        let places: Vec<_> = log.of(scope).collect();
        let mut from = From::default();
        for (index, (address, seen)) in places.iter().enumerate() {
            leave(log, part, address, seen, &mut from);
            match places.get(index + 1) {
                // Where ways only meet and part, the way goes through.
                Some((_, next)) if next.place.index == NOWHERE => {}
                Some((_, next)) => {
                    mark(part, &from, next.place.index, &mut edges);
                }
                None if is_left(seen) => end(log, scope, part, &from, &mut edges),
                None => {}
            }
        }
    }
    edges
}

/// Whether something led on from a place that nothing came behind.
fn is_left(seen: &Seen) -> bool {
    seen.place.index == NOWHERE || seen.done || !seen.labels.is_empty() || seen.place.node.is_empty()
}

/// Takes the way from a place: it begins there, or goes on through it.
fn leave(log: &Log, part: &Part, address: &Address, seen: &Seen, from: &mut From) {
    let is_start = address.last() == Some(&0);
    if seen.place.index == NOWHERE {
        from.labels.extend(&seen.labels);
        return;
    }
    let kind = part.graph.nodes().get(seen.place.index).map(loomflow_graph::graph::Node::kind);
    *from = match kind {
        Some(NodeKind::First) if !is_start => won(log, address, seen),
        // What was joined leaves from there; what was not, a guard's way, from the fork.
        Some(NodeKind::Fork) if !is_start => {
            From { nodes: vec![seen.place.index + 1, seen.place.index], labels: Vec::new() }
        }
        _ => From { nodes: vec![seen.place.index], labels: Vec::new() },
    };
    from.labels.extend(&seen.labels);
}

/// Where the way of a race goes on from: the last place of the branch that won, or the race itself where none did.
fn won(log: &Log, address: &Address, seen: &Seen) -> From {
    let branches = log.parts.range(address.clone()..).take_while(|(scope, _)| scope.starts_with(address));
    let mut from = From::default();
    for (scope, _) in branches.filter(|(scope, _)| scope.len() == address.len() + 1) {
        if let Some((_, last)) = log.of(scope).last()
            && last.done
            && !last.failed
            && last.place.index != seen.place.index
        {
            from = From { nodes: vec![last.place.index], labels: last.labels.clone() };
        }
    }
    from.nodes.push(seen.place.index);
    from
}

/// The end of a scope: a branch joins or leaves the workflow, a run ends.
fn end(log: &Log, scope: &Address, part: &Part, from: &From, edges: &mut Vec<Taken>) {
    let kinds: &[NodeKind] = match (part.is_branch, part.ended) {
        (true, _) => &[NodeKind::Join, NodeKind::End, NodeKind::Fail],
        (false, Some(true)) => &[NodeKind::End],
        (false, Some(false)) => &[NodeKind::Fail],
        (false, None) => &[],
    };
    for kind in kinds {
        let is_join = *kind == NodeKind::Join;
        let to = if is_join { joined(log, scope) } else { of_kind(&part.graph, *kind) };
        if let Some(to) = to
            && mark(part, from, to, edges)
        {
            return;
        }
    }
}

fn of_kind(graph: &Graph<'_>, kind: NodeKind) -> Option<usize> {
    graph.nodes().iter().position(|node| node.kind() == kind)
}

/// The node at which a branch joins its siblings: it stands behind that of the fork.
fn joined(log: &Log, scope: &Address) -> Option<usize> {
    let fork = log.seen.get(&scope[..scope.len() - 1])?.place.index;
    let graph = log.parts.get(scope)?.graph;
    let join = graph.nodes().get(fork + 1)?;
    (join.kind() == NodeKind::Join).then_some(fork + 1)
}

/// Marks the edges of such a way; whether there are any.
fn mark(part: &Part, from: &From, to: usize, edges: &mut Vec<Taken>) -> bool {
    let spent = from.labels.contains(&SPENT);
    let bare: Vec<&str> = from.labels.iter().copied().filter(|label| *label != SPENT).collect();
    // Between two nodes with very many ways an edge has its last label only.
    let last = bare.last().copied().unwrap_or_default();
    for label in [bare.join(", ").as_str(), last] {
        for &node in &from.nodes {
            let all = part.graph.edges().iter().enumerate();
            let found = all.filter(|(_, edge)| {
                edge.from() == node && edge.to() == to && edge.label() == label && edge.is_spent() == spent
            });
            let before = edges.len();
            edges.extend(found.map(|(index, _)| (part.workflow, index)));
            if edges.len() > before {
                return true;
            }
        }
    }
    false
}
