//! What no way leads to, and what no way leads out of.

use super::{Flow, NodeId, PointId};
use std::collections::{BTreeMap, VecDeque};

/// A way, named by the point it leaves and its place there.
pub(super) type WayId = (PointId, usize);

/// Which points a run can come to.
#[must_use]
pub fn reached(flow: &Flow) -> Vec<bool> {
    reached_from(flow, 0)
}

/// Which points can be come to from one, itself included.
#[must_use]
pub fn reached_from(flow: &Flow, from: PointId) -> Vec<bool> {
    spread(flow.points.len(), (from < flow.points.len()).then_some(from), |at, next| {
        next.extend(flow.points[at].ways.iter().map(|way| way.to));
    })
}

/// A shortest way of at least one step from one point to another, both included.
#[must_use]
pub fn way_between(flow: &Flow, from: PointId, to: PointId) -> Option<Vec<PointId>> {
    let path = path(flow, from, |at| at == to, &|_| true)?;
    Some(path.into_iter().map(|(at, _)| at).chain([to]).collect())
}

/// The shortest path of at least one way to a point that will do, over ways that may be taken.
pub(super) fn path(
    flow: &Flow,
    start: PointId,
    will_do: impl Fn(PointId) -> bool,
    takes: &impl Fn(WayId) -> bool,
) -> Option<Vec<WayId>> {
    let mut came: Vec<Option<WayId>> = vec![None; flow.points.len()];
    let mut todo = VecDeque::from([start]);
    while let Some(at) = todo.pop_front() {
        for (index, way) in flow.points[at].ways.iter().enumerate().filter(|(index, _)| takes((at, *index))) {
            if will_do(way.to) {
                let back = |&(from, _): &WayId| if from == start { None } else { came[from] };
                let mut path: Vec<WayId> = std::iter::successors(Some((at, index)), back).collect();
                path.reverse();
                return Some(path);
            }
            if came[way.to].is_none() {
                came[way.to] = Some((at, index));
                todo.push_back(way.to);
            }
        }
    }
    None
}

/// From which points a run can come to an end.
#[must_use]
pub fn ends(flow: &Flow) -> Vec<bool> {
    let into = flow.predecessors();
    let exits = (0..flow.points.len()).filter(|&point| flow.points[point].ways.is_empty());
    spread(flow.points.len(), exits, |at, next| next.extend(&into[at]))
}

/// Which points lie on ways from one point to another.
#[must_use]
pub fn between(flow: &Flow, from: PointId, to: PointId) -> Vec<bool> {
    let ahead = spread(flow.points.len(), [from], |at, next| {
        if at != to {
            next.extend(flow.points[at].ways.iter().map(|way| way.to));
        }
    });
    let into = flow.predecessors();
    let behind = spread(flow.points.len(), [to], |at, next| {
        if at != from {
            next.extend(&into[at]);
        }
    });
    ahead.iter().zip(&behind).map(|(&ahead, &behind)| ahead && behind).collect()
}

/// The nodes nothing leads to, in the order of their first point. Of nodes that only lead to each other, the first is
/// named and not those behind it: one mistake, one fault.
#[must_use]
pub fn unreached_nodes(flow: &Flow) -> Vec<NodeId> {
    let reached = reached(flow);
    let mut calls: BTreeMap<NodeId, Vec<PointId>> = BTreeMap::new();
    for (at, point) in flow.points.iter().enumerate() {
        if let Some(node) = point.node {
            calls.entry(node).or_default().push(at);
        }
    }
    calls.retain(|_, points| points.iter().all(|&point| !reached[point]));
    // Once one of its points is come to, a node is no longer a mistake; so what is behind any of them is behind it.
    let behind = |node: NodeId| {
        let from = calls.get(&node).into_iter().flatten().copied();
        spread(flow.points.len(), from, |at, next| {
            next.extend(flow.points[at].ways.iter().map(|way| way.to));
            next.extend(flow.points[at].node.and_then(|node| calls.get(&node)).into_iter().flatten());
        })
    };
    let mut firsts: Vec<(PointId, NodeId)> = calls.iter().map(|(&node, points)| (points[0], node)).collect();
    firsts.sort_unstable();
    let mut named: Vec<(PointId, NodeId, Vec<bool>)> = Vec::new();
    for (first, node) in firsts {
        if named.iter().all(|(.., behind)| !behind[first]) {
            let behind = behind(node);
            // What leads to an earlier node takes its place.
            named.retain(|&(earlier, ..)| !behind[earlier]);
            named.push((first, node, behind));
        }
    }
    named.into_iter().map(|(_, node, _)| node).collect()
}

/// The nodes a run can come to and from which it can never end, in the order of their first point.
#[must_use]
pub fn caught_nodes(flow: &Flow) -> Vec<NodeId> {
    let (reached, ends) = (reached(flow), ends(flow));
    let mut nodes = Vec::new();
    for (point, at) in flow.points.iter().enumerate() {
        match at.node {
            Some(node) if reached[point] && !ends[point] && !nodes.contains(&node) => nodes.push(node),
            _ => {}
        }
    }
    nodes
}

fn spread(
    size: usize,
    from: impl IntoIterator<Item = PointId>,
    mut on: impl FnMut(PointId, &mut Vec<PointId>),
) -> Vec<bool> {
    let mut seen = vec![false; size];
    let mut todo: Vec<PointId> = from.into_iter().collect();
    while let Some(at) = todo.pop() {
        if !std::mem::replace(&mut seen[at], true) {
            on(at, &mut todo);
        }
    }
    seen
}
