//! Loops without a bound, bounds without a loop, and bounds that could mean two things.

use crate::random::{BIG, FEW_WAYS, always, flows, is_cycle, leads, petgraph_of, reached_points};
use loomflow_graph::flow::{
    Counter, CounterId, Flow, Max, Per, Point, PointId, Way,
    loops::{Ambiguous, Unbounded, ambiguous, idle, unbounded},
};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Whether these ways go round for ever: any of them leads to any other by them alone, and what starts the count of each
/// bounded one anew is called on them.
fn endless(flow: &Flow, ways: &[(PointId, &Way)]) -> bool {
    let on: BTreeSet<PointId> = ways.iter().map(|&(from, _)| from).collect();
    let spread = |arcs: Vec<(PointId, PointId)>| {
        let mut seen: BTreeSet<PointId> = on.first().copied().into_iter().collect();
        while let Some(&(_, to)) = arcs.iter().find(|(from, to)| seen.contains(from) && !seen.contains(to)) {
            seen.insert(to);
        }
        seen
    };
    ways.iter().all(|(_, way)| way.bound.is_none_or(|counter| starts_anew_on(flow, counter, &on)))
        && spread(ways.iter().map(|&(from, way)| (from, way.to)).collect()) == on
        && spread(ways.iter().map(|&(from, way)| (way.to, from)).collect()) == on
}

fn starts_anew_on(flow: &Flow, counter: CounterId, points: &BTreeSet<PointId>) -> bool {
    match flow.counters[counter].per {
        Per::Unsaid | Per::Run => false,
        Per::Node(node) => points.iter().any(|&point| flow.points[point].node == Some(node)),
    }
}

fn some_ways_are_endless(flow: &Flow) -> bool {
    let reached = reached_points(flow);
    let ways: Vec<_> = flow.ways().filter(|(from, _)| reached.contains(from)).collect();
    assert!(ways.len() <= FEW_WAYS.ways);
    // The points each set of ways leaves and leads to, as bits: where they differ, it needs no closer look.
    let mut ends = vec![(0_u16, 0_u16); 1 << ways.len()];
    (1..ends.len()).any(|set| {
        let ((from, way), (left, led_to)) = (ways[set.trailing_zeros() as usize], ends[set & (set - 1)]);
        ends[set] = (left | 1 << from, led_to | 1 << way.to);
        ends[set].0 == ends[set].1 && {
            let chosen: Vec<_> = (0..ways.len()).filter(|way| set & (1 << way) != 0).map(|way| ways[way]).collect();
            endless(flow, &chosen)
        }
    })
}

#[test]
fn a_loop_is_told_exactly_when_some_set_of_ways_goes_round_for_ever() {
    always(flows(FEW_WAYS), |flow| {
        prop_assert_eq!(!unbounded(flow).is_empty(), some_ways_are_endless(flow));
        Ok(())
    });
}

#[test]
fn each_told_loop_is_a_cycle_that_goes_round_for_ever() {
    always(flows(BIG), |flow| {
        let reached = reached_points(flow);
        for Unbounded { cycle, restarted } in unbounded(flow) {
            prop_assert!(is_cycle(flow, &cycle), "{cycle:?} is no cycle");
            let on: BTreeSet<PointId> = cycle.iter().copied().collect();
            prop_assert!(on.iter().all(|point| reached.contains(point)), "{cycle:?} is not reached");
            let between = |(&from, &to): (&PointId, &PointId)| -> Vec<Option<CounterId>> {
                let ways = flow.points[from].ways.iter().filter(|way| way.to == to).map(|way| way.bound);
                ways.filter(|bound| bound.is_none_or(|counter| starts_anew_on(flow, counter, &on))).collect()
            };
            let bounds: Vec<_> = cycle.iter().zip(cycle.iter().cycle().skip(1)).map(between).collect();
            prop_assert!(bounds.iter().all(|bounds| !bounds.is_empty()), "{cycle:?} has a bound");
            let told = restarted.map_or_else(
                || bounds.iter().all(|bounds| bounds.contains(&None)),
                |_| bounds.iter().any(|bounds| bounds.contains(&restarted)),
            );
            prop_assert!(told, "{restarted:?} is not what is wrong with {cycle:?}");
        }
        Ok(())
    });
}

#[test]
fn no_loop_is_told_twice() {
    always(flows(BIG), |flow| {
        let told: Vec<_> = unbounded(flow).into_iter().map(|loops| (loops.cycle, loops.restarted)).collect();
        for (place, first) in told.iter().enumerate() {
            for second in &told[place + 1..] {
                let turned = |by: usize| [&second.0[by..], &second.0[..by]].concat() == first.0;
                prop_assert!(first.1 != second.1 || !(0..second.0.len()).any(turned), "{first:?} is told twice");
            }
        }
        Ok(())
    });
}

#[test]
fn bounding_the_last_way_of_each_told_loop_leaves_none() {
    always(flows(BIG), |flow| {
        let mut mended = flow.clone();
        let counter = mended.counters.len();
        mended.counters.push(Counter { max: Max::Number(1), per: Per::Run });
        for Unbounded { cycle, .. } in unbounded(flow) {
            let (Some(&head), Some(&last)) = (cycle.first(), cycle.last()) else { unreachable!() };
            let ways = mended.points[last].ways.iter_mut().filter(|way| way.to == head);
            ways.for_each(|way| way.bound = Some(counter));
        }
        prop_assert_eq!(unbounded(&mended), []);
        Ok(())
    });
}

#[test]
fn a_counter_is_idle_that_bounds_reached_ways_of_no_cycle() {
    always(flows(BIG), |flow| {
        let (reached, graph) = (reached_points(flow), petgraph_of(flow));
        let ways: Vec<_> = flow.ways().filter(|(from, _)| reached.contains(from)).collect();
        let expected: Vec<CounterId> = (0..flow.counters.len())
            .filter(|&counter| {
                let mut bounded = ways.iter().filter(|(_, way)| way.bound == Some(counter)).peekable();
                bounded.peek().is_some() && bounded.all(|&(from, way)| !leads(&graph, way.to, from))
            })
            .collect();
        prop_assert_eq!(idle(flow), expected);
        Ok(())
    });
}

#[test]
fn no_bound_is_ambiguous_where_each_says_per_what() {
    always(flows(BIG), |flow| {
        let mut said = flow.clone();
        said.counters.iter_mut().filter(|counter| counter.per == Per::Unsaid).for_each(|c| c.per = Per::Run);
        prop_assert_eq!(ambiguous(&said), []);
        Ok(())
    });
}

#[test]
fn an_ambiguous_bound_says_nothing_and_is_on_one_of_two_cycles_that_share_a_point() {
    always(flows(BIG), |flow| {
        let reached = reached_points(flow);
        let mut knots: BTreeSet<PointId> = BTreeSet::new();
        for Ambiguous { counter, cycle, other } in ambiguous(flow) {
            prop_assert_eq!(flow.counters[counter].per, Per::Unsaid);
            prop_assert!(is_cycle(flow, &cycle) && is_cycle(flow, &other), "{cycle:?} or {other:?} is no cycle");
            let points = |cycle: &[PointId]| cycle.iter().copied().collect::<BTreeSet<PointId>>();
            let (one, two) = (points(&cycle), points(&other));
            prop_assert!(one.iter().chain(&two).all(|point| reached.contains(point)));
            prop_assert!(!one.is_disjoint(&two) && one != two);
            let bounds = |cycle: &[PointId]| -> BTreeSet<CounterId> {
                let pairs = cycle.iter().zip(cycle.iter().cycle().skip(1));
                let between = |(&from, &to): (&PointId, &PointId)| {
                    flow.points[from].ways.iter().filter(move |way| way.to == to).filter_map(|way| way.bound)
                };
                pairs.flat_map(between).collect()
            };
            prop_assert!(bounds(&cycle).contains(&counter), "{counter} does not bound {cycle:?}");
            let another = |other: &CounterId| *other != counter && !starts_anew_on(flow, *other, &one);
            prop_assert!(bounds(&other).iter().any(another), "{other:?} has no bound that counts on along {cycle:?}");
            prop_assert!(knots.is_disjoint(&one) && knots.is_disjoint(&two), "one for each knot");
            knots.extend(one.union(&two));
        }
        Ok(())
    });
}

/// Points that call the node of their own number, and the ways between them, some with a bound.
fn flow_of(many: usize, ways: &[(PointId, PointId, Option<CounterId>)], pers: &[Per]) -> Flow {
    let mut points: Vec<Point> = (0..many).map(|node| Point { node: Some(node), ..Point::default() }).collect();
    for &(from, to, bound) in ways {
        points[from].ways.push(Way { to, bound, ..Way::default() });
    }
    let counters = pers.iter().map(|&per| Counter { max: Max::Number(3), per }).collect();
    Flow { points, counters }
}

// A chain 0 -> 1 -> 2 -> 3 -> 4 with a loop 1 -> 2 and one round it, 1 -> 2 -> 3.
fn nested(inner: Option<Per>, outer: Option<Per>) -> Flow {
    let bound = |per: Option<Per>, counter| per.map(|_| counter);
    flow_of(
        5,
        &[(0, 1, None), (1, 2, None), (2, 1, bound(inner, 0)), (2, 3, None), (3, 1, bound(outer, 1)), (3, 4, None)],
        &[inner.unwrap_or(Per::Run), outer.unwrap_or(Per::Run)],
    )
}

fn told(cycle: &[PointId], restarted: Option<CounterId>) -> Unbounded {
    Unbounded { cycle: cycle.to_vec(), restarted }
}

#[test]
fn a_loop_without_a_bound_is_spelt_from_its_first_node_on() {
    assert_eq!(unbounded(&nested(None, Some(Per::Run))), [told(&[1, 2], None)]);
    assert_eq!(unbounded(&nested(Some(Per::Run), None)), [told(&[1, 2, 3], None)]);
    assert_eq!(unbounded(&nested(None, None)), [told(&[1, 2], None), told(&[1, 2, 3], None)]);
    let mut computed = flow_of(4, &[(0, 1, None), (1, 2, None), (2, 1, None), (2, 3, None)], &[]);
    computed.points[1].node = None;
    assert_eq!(unbounded(&computed), [told(&[2, 1], None)]);
}

#[test]
fn an_inner_bound_per_outer_node_is_a_bound() {
    assert_eq!(unbounded(&nested(Some(Per::Node(3)), Some(Per::Run))), []);
    assert_eq!(unbounded(&nested(Some(Per::Node(0)), Some(Per::Node(0)))), []);
}

#[test]
fn a_bound_per_a_node_of_its_own_loop_bounds_nothing() {
    assert_eq!(unbounded(&nested(Some(Per::Node(1)), Some(Per::Run))), [told(&[1, 2], Some(0))]);
    assert_eq!(unbounded(&nested(Some(Per::Run), Some(Per::Node(2)))), [told(&[1, 2, 3], Some(1))]);
}

#[test]
fn of_two_loops_that_start_each_other_anew_the_one_is_spelt_that_goes_round_for_ever() {
    // The inner loop alone would end: what starts its count anew is on the outer one, whose own count is started anew by
    // both.
    assert_eq!(unbounded(&nested(Some(Per::Node(3)), Some(Per::Node(1)))), [told(&[1, 2, 3], Some(1))]);
    // Here neither would go on alone, and so both are spelt.
    let eight =
        flow_of(3, &[(0, 1, None), (1, 0, Some(0)), (0, 2, None), (2, 0, Some(1))], &[Per::Node(2), Per::Node(1)]);
    assert_eq!(unbounded(&eight), [told(&[0, 1, 0, 2], Some(0))]);
}

#[test]
fn a_bound_beside_a_way_without_one_is_not_what_is_wrong_with_it() {
    let ways = [(0, 1, None), (1, 0, None), (1, 0, Some(0)), (1, 2, None)];
    assert_eq!(unbounded(&flow_of(3, &ways, &[Per::Run])), [told(&[0, 1], None)]);
    // Unless it is of no use either: then these are two mistakes.
    assert_eq!(unbounded(&flow_of(3, &ways, &[Per::Node(0)])), [told(&[0, 1], None), told(&[0, 1], Some(0))]);
}

#[test]
fn two_arms_that_lead_back_alike_are_one_loop() {
    let ways = [(0, 1, None), (1, 0, None), (1, 0, None), (1, 2, None)];
    assert_eq!(unbounded(&flow_of(3, &ways, &[])), [told(&[0, 1], None)]);
}

#[test]
fn a_bound_on_the_way_on_is_idle() {
    let chain = flow_of(3, &[(0, 1, Some(0)), (1, 2, None)], &[Per::Unsaid]);
    assert_eq!(idle(&chain), [0]);
    assert_eq!(idle(&flow_of(1, &[(0, 0, Some(0))], &[Per::Unsaid])), []);
    assert_eq!(idle(&nested(Some(Per::Run), Some(Per::Run))), []);
}

#[test]
fn nested_bounds_that_do_not_say_per_what_are_ambiguous() {
    let told = ambiguous(&nested(Some(Per::Unsaid), Some(Per::Unsaid)));
    let [Ambiguous { cycle, other, .. }] = &told[..] else { panic!("{told:?}") };
    assert_eq!(BTreeSet::from([cycle, other]), BTreeSet::from([&vec![1, 2], &vec![1, 2, 3]]));
    let told = ambiguous(&nested(Some(Per::Unsaid), Some(Per::Run)));
    assert_eq!(told, [Ambiguous { counter: 0, cycle: vec![1, 2], other: vec![1, 2, 3] }]);
}

#[test]
fn nested_bounds_are_not_ambiguous_where_the_inner_one_says_per_what() {
    for outer in [Per::Run, Per::Unsaid] {
        assert_eq!(ambiguous(&nested(Some(Per::Node(3)), Some(outer))), []);
    }
}

#[test]
fn two_bounds_on_the_same_points_are_not_ambiguous() {
    let ways = [(0, 1, None), (1, 0, Some(0)), (1, 0, Some(1)), (1, 2, None)];
    assert_eq!(ambiguous(&flow_of(3, &ways, &[Per::Unsaid, Per::Unsaid])), []);
}

#[test]
fn two_loops_in_a_row_are_not_ambiguous() {
    let ways = [(0, 1, None), (1, 0, Some(0)), (1, 2, None), (2, 3, None), (3, 2, Some(1)), (3, 4, None)];
    assert_eq!(ambiguous(&flow_of(5, &ways, &[Per::Unsaid, Per::Unsaid])), []);
}
