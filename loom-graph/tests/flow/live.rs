//! What is still read later.

use crate::random::{BIG, always, flows};
use loomflow_graph::flow::{
    Flow, Point, PointId, VarId, Way,
    live::{live_in, live_out},
};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Whether some path from a point reads a variable before it sets it.
fn is_read(flow: &Flow, at: PointId, var: VarId, seen: &mut BTreeSet<PointId>) -> bool {
    let point = &flow.points[at];
    let behind = !point.sets.contains(&var);
    seen.insert(at)
        && (point.reads.contains(&var)
            || behind && point.ways.iter().any(|way| !way.sets.contains(&var) && is_read(flow, way.to, var, seen)))
}

fn by_definition(holds: impl Fn(VarId) -> bool) -> BTreeSet<VarId> {
    (0..BIG.vars).filter(|&var| holds(var)).collect()
}

#[test]
fn a_variable_is_live_where_some_path_reads_it_before_it_is_set() {
    always(flows(BIG), |flow| {
        let live = live_in(flow);
        prop_assert_eq!(live.len(), flow.points.len());
        for (at, live) in live.iter().enumerate() {
            let expected = by_definition(|var| is_read(flow, at, var, &mut BTreeSet::new()));
            prop_assert_eq!(live, &expected, "at {}", at);
        }
        Ok(())
    });
}

#[test]
fn a_variable_is_live_behind_a_point_where_some_way_on_reads_it_before_it_is_set() {
    always(flows(BIG), |flow| {
        let live = live_in(flow);
        for (at, point) in flow.points.iter().enumerate() {
            let on = |way: &Way, var| !way.sets.contains(&var) && is_read(flow, way.to, var, &mut BTreeSet::new());
            let expected = by_definition(|var| point.ways.iter().any(|way| on(way, var)));
            prop_assert_eq!(live_out(flow, &live, at), expected, "behind {}", at);
        }
        Ok(())
    });
}

#[test]
fn what_a_loop_carries_is_live_all_the_way_round() {
    // draft = write(); loop { review(draft); draft = revise(draft) }
    let point = |reads: &[VarId], sets: &[VarId], to: PointId| Point {
        reads: reads.to_vec(),
        sets: sets.to_vec(),
        ways: vec![Way { to, ..Way::default() }],
        ..Point::default()
    };
    let flow = Flow { points: vec![point(&[], &[0], 1), point(&[0], &[], 2), point(&[0], &[0], 1)], counters: vec![] };
    assert_eq!(live_in(&flow), [BTreeSet::new(), BTreeSet::from([0]), BTreeSet::from([0])]);
    assert_eq!(live_out(&flow, &live_in(&flow), 0), BTreeSet::from([0]));
}
