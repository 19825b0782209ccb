//! Loops without a bound, bounds without a loop, and bounds that could mean two things.
//!
//! In each strongly connected component the ways are cut whose count is not started anew by a node of that component,
//! and again on what is left: a cycle that remains can go round for ever.

use super::{
    CounterId, Flow, Per, PointId, Way,
    reach::{WayId, path, reached},
    scc::components,
};
use std::collections::{HashMap, HashSet};

/// A loop that no bound ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unbounded {
    /// Its points, in order; the last one leads back to the first. Round these alone it goes for ever, so a point stands
    /// here twice where two loops start each other's counts anew.
    pub cycle: Vec<PointId>,
    /// A counter on it that a node on it starts anew, and so bounds nothing; none where no way of it has a bound.
    pub restarted: Option<CounterId>,
}

/// A bound that does not say per what, on a loop that shares nodes with another bounded one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ambiguous {
    /// The counter that must say `per`.
    pub counter: CounterId,
    /// The loop it bounds.
    pub cycle: Vec<PointId>,
    /// The other loop.
    pub other: Vec<PointId>,
}

/// Whether a way that bears this counter is cut in a component: nothing in it starts the count anew.
pub(super) fn counts_within(flow: &Flow, counter: CounterId, component: &HashSet<PointId>) -> bool {
    match flow.counters[counter].per {
        Per::Unsaid | Per::Run => true,
        Per::Node(node) => !component.iter().any(|&point| flow.points[point].node == Some(node)),
    }
}

/// The loops that can go round for ever. Where several share a way, each is told once.
#[must_use]
pub fn unbounded(flow: &Flow) -> Vec<Unbounded> {
    let reached = reached(flow);
    let points: Vec<PointId> = (0..flow.points.len()).filter(|&point| reached[point]).collect();
    let mut found = Vec::new();
    search(flow, &points, &HashSet::new(), &mut found);
    found
}

fn search(flow: &Flow, points: &[PointId], cut: &HashSet<WayId>, found: &mut Vec<Unbounded>) {
    for component in components(points, |point| {
        flow.points[point]
            .ways
            .iter()
            .enumerate()
            .filter(move |(way, _)| !cut.contains(&(point, *way)))
            .map(|(_, way)| way.to)
    }) {
        let members: HashSet<PointId> = component.iter().copied().collect();
        let inner: Vec<(WayId, &Way)> = component
            .iter()
            .flat_map(|&from| flow.points[from].ways.iter().enumerate().map(move |(way, to)| ((from, way), to)))
            .filter(|(id, way)| members.contains(&way.to) && !cut.contains(id))
            .collect();
        if inner.is_empty() {
            continue;
        }
        let bounded = |way: &Way| way.bound.is_some_and(|counter| counts_within(flow, counter, &members));
        let mut cut = cut.clone();
        cut.extend(inner.iter().filter(|(_, way)| bounded(way)).map(|(id, _)| *id));
        let mut component = component.clone();
        component.sort_unstable();
        if !inner.iter().any(|(_, way)| bounded(way)) {
            // Nothing to cut: whatever goes round in here goes round for ever. A loop with no bound at all says it best.
            let inner: HashMap<WayId, &Way> = inner.into_iter().collect();
            let plain = |id| inner.get(&id).is_some_and(|way| way.bound.is_none());
            let cycle = shortest_cycle(flow, &component, plain)
                .or_else(|| shortest_cycle(flow, &component, |id| inner.contains_key(&id)));
            let Some(cycle) = cycle else { continue };
            let restarted = cycle.iter().find_map(|id| inner[id].bound);
            // The next loop of this component is found as if this one had been mended, and what would be told alike.
            let last = cycle.last().map(|id| (id.0, inner[id].to));
            let alike = |(id, way): &(&WayId, &&Way)| {
                last == Some((id.0, way.to)) && (restarted.is_some() || way.bound.is_none())
            };
            cut.extend(inner.iter().filter(alike).map(|(id, _)| id));
            found.push(Unbounded { cycle: cycle.iter().map(|&(from, _)| from).collect(), restarted });
        }
        search(flow, &component, &cut, found);
    }
}

/// The shortest loop over the ways that `takes` lets pass that goes round for ever by itself, from its first node in the
/// source on; among equals, the one of the earliest point. All that is on it starts anew what counts on it.
fn shortest_cycle(flow: &Flow, points: &[PointId], takes: impl Fn(WayId) -> bool) -> Option<Vec<WayId>> {
    let cycles = points.iter().filter_map(|&start| cycle_from(flow, start, &takes));
    let mut cycle = cycles.min_by_key(Vec::len)?;
    let nodes = cycle.iter().enumerate().filter(|(_, (from, _))| flow.points[*from].node.is_some());
    let first = nodes.min_by_key(|(_, (from, _))| *from).map_or(0, |(index, _)| index);
    cycle.rotate_left(first);
    Some(cycle)
}

// A count that is started anew elsewhere does bound the cycle: then the walk goes by there as well.
fn cycle_from(flow: &Flow, start: PointId, takes: &impl Fn(WayId) -> bool) -> Option<Vec<WayId>> {
    let mut cycle = path(flow, start, |at| at == start, takes)?;
    let missing = |cycle: &[WayId]| {
        let bounds = cycle.iter().filter_map(|&(from, way)| flow.points[from].ways[way].bound);
        let mut pers = bounds.map(|counter| flow.counters[counter].per);
        pers.find_map(|per| match per {
            Per::Node(node) => (!cycle.iter().any(|&(from, _)| flow.points[from].node == Some(node))).then_some(node),
            Per::Unsaid | Per::Run => None,
        })
    };
    while let Some(node) = missing(&cycle) {
        cycle.extend(path(flow, start, |at| flow.points[at].node == Some(node), takes)?);
        let &(last, way) = cycle.last()?;
        cycle.extend(path(flow, flow.points[last].ways[way].to, |at| at == start, takes)?);
    }
    Some(cycle)
}

/// The counters that bound no loop.
#[must_use]
pub fn idle(flow: &Flow) -> Vec<CounterId> {
    let reached = reached(flow);
    let points: Vec<PointId> = (0..flow.points.len()).filter(|&point| reached[point]).collect();
    let mut on_loop = HashSet::new();
    let mut used = HashSet::new();
    for component in components(&points, |point| flow.points[point].ways.iter().map(|way| way.to)) {
        for &from in &component {
            for way in &flow.points[from].ways {
                used.extend(way.bound);
                if component.contains(&way.to) {
                    on_loop.extend(way.bound);
                }
            }
        }
    }
    (0..flow.counters.len()).filter(|counter| used.contains(counter) && !on_loop.contains(counter)).collect()
}

/// The bounds that do not say per what, where that could be the run or a visit of an outer loop. One for each knot of
/// loops.
#[must_use]
pub fn ambiguous(flow: &Flow) -> Vec<Ambiguous> {
    let reached = reached(flow);
    let points: Vec<PointId> = (0..flow.points.len()).filter(|&point| reached[point]).collect();
    let mut found = Vec::new();
    for component in components(&points, |point| flow.points[point].ways.iter().map(|way| way.to)) {
        let members: HashSet<PointId> = component.iter().copied().collect();
        let mut loops: Vec<(CounterId, Vec<PointId>)> = Vec::new();
        let mut sorted = component.clone();
        sorted.sort_unstable();
        for &from in &sorted {
            for way in flow.points[from].ways.iter().filter(|way| members.contains(&way.to)) {
                if let Some(counter) = way.bound {
                    loops.extend(loop_of(flow, &members, from, way).map(|cycle| (counter, cycle)));
                }
            }
        }
        let pair = loops.iter().rev().filter(|(counter, _)| flow.counters[*counter].per == Per::Unsaid).find_map(
            |(counter, cycle)| {
                let other = loops.iter().find(|(other, theirs)| {
                    other != counter
                        // One that is counted anew within this loop is plainly the inner one.
                        && counts_within(flow, *other, &cycle.iter().copied().collect())
                        && theirs.iter().any(|point| cycle.contains(point))
                        && !(theirs.len() == cycle.len() && theirs.iter().all(|point| cycle.contains(point)))
                })?;
                Some(Ambiguous { counter: *counter, cycle: cycle.clone(), other: other.1.clone() })
            },
        );
        found.extend(pair);
    }
    found
}

/// The shortest loop through a way: over unbounded ways where there is one.
fn loop_of(flow: &Flow, members: &HashSet<PointId>, from: PointId, way: &Way) -> Option<Vec<PointId>> {
    if way.to == from {
        return Some(vec![from]);
    }
    let back = |bounded: bool| {
        let takes = |(at, index): WayId| {
            let next = &flow.points[at].ways[index];
            members.contains(&next.to) && (bounded || next.bound.is_none())
        };
        let path = path(flow, way.to, |at| at == from, &takes)?;
        Some(path.into_iter().map(|(at, _)| at).chain([from]).collect())
    };
    back(false).or_else(|| back(true))
}
