//! Strongly connected components.

use crate::random::{BIG, always, flows, petgraph_of};
use loomflow_graph::flow::{PointId, scc::components};
use petgraph::{algo::tarjan_scc, graph::NodeIndex};
use proptest::prelude::*;
use std::collections::BTreeSet;

#[test]
fn components_are_those_of_another_library_in_reverse_topological_order() {
    always((flows(BIG), any::<u16>(), any::<bool>()), |(flow, mask, all)| {
        let on = |point: PointId| *all || mask & (1 << point) != 0;
        let points: Vec<PointId> = (0..flow.points.len()).filter(|&point| on(point)).collect();
        let found = components(&points, |point| flow.points[point].ways.iter().map(|way| way.to));

        let mut graph = petgraph_of(flow);
        graph.retain_edges(|graph, edge| {
            graph.edge_endpoints(edge).is_some_and(|(from, to)| on(from.index()) && on(to.index()))
        });
        let sets = |components: &[Vec<PointId>]| -> BTreeSet<BTreeSet<PointId>> {
            components.iter().map(|component| component.iter().copied().collect()).collect()
        };
        let mut theirs: Vec<Vec<PointId>> =
            tarjan_scc(&graph).into_iter().map(|points| points.into_iter().map(NodeIndex::index).collect()).collect();
        theirs.retain(|component| on(component[0]));
        prop_assert_eq!(sets(&found), sets(&theirs));
        prop_assert_eq!(found.len(), theirs.len());

        let place = |point: PointId| found.iter().position(|component| component.contains(&point));
        for (from, way) in flow.ways().filter(|(from, way)| on(*from) && on(way.to)) {
            prop_assert!(place(way.to) <= place(from), "{from} leads to {} and should come after it", way.to);
        }
        Ok(())
    });
}

#[test]
fn a_long_chain_does_not_overflow_the_stack() {
    let points: Vec<PointId> = (0..200_000).collect();
    assert_eq!(components(&points, |point| [point + 1].into_iter()).len(), points.len());
    assert_eq!(components(&points, |point| [(point + 1) % points.len()].into_iter()).len(), 1);
}
