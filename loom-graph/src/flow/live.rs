//! What is still read later: what a state must hold, and which read is the last.

use super::{Flow, PointId, VarId};
use std::collections::BTreeSet;

/// The variables that are live when a run comes to each point: read there or behind it before they are set anew.
#[must_use]
pub fn live_in(flow: &Flow) -> Vec<BTreeSet<VarId>> {
    let into = flow.predecessors();
    let mut live: Vec<BTreeSet<VarId>> = vec![BTreeSet::new(); flow.points.len()];
    let mut todo: Vec<PointId> = (0..flow.points.len()).collect();
    while let Some(at) = todo.pop() {
        let mut here = live_out(flow, &live, at);
        let point = &flow.points[at];
        here.retain(|var| !point.sets.contains(var));
        here.extend(&point.reads);
        if here != live[at] {
            live[at] = here;
            todo.extend(&into[at]);
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
