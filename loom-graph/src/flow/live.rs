//! What is still read later: what a state must hold, and which read is the last.

use super::{Flow, PointId, VarId, Way};
use std::collections::BTreeSet;

/// The variables that are live when a run comes to each point: read there or behind it before they are set anew.
#[must_use]
pub fn live_in(flow: &Flow) -> Vec<BTreeSet<VarId>> {
    let mut into: Vec<Vec<(PointId, &Way)>> = vec![Vec::new(); flow.points.len()];
    for (from, way) in flow.ways() {
        into[way.to].push((from, way));
    }
    let mut live: Vec<BTreeSet<VarId>> = vec![BTreeSet::new(); flow.points.len()];
    // From each read backwards, over all that does not set it: the work is no more than what is found.
    let reads = flow.points.iter().enumerate();
    let mut todo: Vec<(PointId, VarId)> =
        reads.flat_map(|(at, point)| point.reads.iter().map(move |&var| (at, var))).collect();
    while let Some((at, var)) = todo.pop() {
        if live[at].insert(var) {
            let sets = |from: PointId, way: &Way| way.sets.contains(&var) || flow.points[from].sets.contains(&var);
            todo.extend(into[at].iter().filter(|(from, way)| !sets(*from, way)).map(|&(from, _)| (from, var)));
        }
    }
    live
}

/// The variables that are live behind a point, given those that are live at each.
#[must_use]
pub fn live_out(flow: &Flow, live_in: &[BTreeSet<VarId>], at: PointId) -> BTreeSet<VarId> {
    let mut after = BTreeSet::new();
    for way in &flow.points[at].ways {
        after.extend(live_in[way.to].iter().filter(|var| !way.sets.contains(var)));
    }
    after
}
