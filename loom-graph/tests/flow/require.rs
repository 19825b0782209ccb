//! What must have happened before something else, as a fact that is set where it happens and read where it is needed.

use crate::random::{BIG, always, flows, leads, petgraph_of};
use loomflow_graph::flow::{Flow, PointId, assign::unset_reads};
use petgraph::{algo::dominators::simple_fast, graph::NodeIndex};
use proptest::prelude::*;

/// Whether no way is told that comes to `before` without `of`: the fact is set on the ways out of `of`.
fn holds(flow: &Flow, of: &[PointId], before: PointId) -> bool {
    let fact = BIG.vars;
    let mut flow = flow.clone();
    flow.points.iter_mut().for_each(|point| point.reads.clear());
    for &point in of {
        flow.points[point].ways.iter_mut().for_each(|way| way.sets.push(fact));
    }
    flow.points[before].reads.push(fact);
    let told = unset_reads(&flow);
    assert!(told.iter().all(|unset| unset.var == fact && unset.path.last() == Some(&before)));
    told.is_empty()
}

#[test]
fn one_point_comes_before_another_exactly_when_it_dominates_it() {
    always((flows(BIG), any::<u8>(), any::<u8>()), |(flow, of, before)| {
        let many = flow.points.len();
        let (of, before) = (usize::from(*of) % many, usize::from(*before) % many);
        let dominators = simple_fast(&petgraph_of(flow), NodeIndex::new(0));
        // What no way leads to has no dominators, and no way leads there without anything.
        let mut strict = dominators.strict_dominators(NodeIndex::new(before)).into_iter().flatten();
        let expected = !leads(&petgraph_of(flow), 0, before) || strict.any(|point| point.index() == of);
        prop_assert_eq!(holds(flow, &[of], before), expected, "{} before {}", of, before);
        Ok(())
    });
}

#[test]
fn several_points_come_before_another_exactly_when_no_path_comes_there_past_all_of_them() {
    always((flows(BIG), any::<u16>(), any::<u8>()), |(flow, mask, before)| {
        let many = flow.points.len();
        let before = usize::from(*before) % many;
        let of: Vec<PointId> = (0..many).filter(|point| mask & (1 << point) != 0).collect();
        let mut graph = petgraph_of(flow);
        graph.retain_edges(|graph, edge| {
            graph.edge_endpoints(edge).is_some_and(|(from, _)| !of.contains(&from.index()))
        });
        prop_assert_eq!(holds(flow, &of, before), !leads(&graph, 0, before), "{:?} before {}", of, before);
        Ok(())
    });
}
