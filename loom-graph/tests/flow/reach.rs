//! What no way leads to, and what no way leads out of.

use crate::random::{BIG, always, flows, leads, petgraph_of, reached_points};
use loomflow_graph::flow::{
    Flow, NodeId, Point, PointId, Way,
    reach::{between, caught_nodes, ends, reached, reached_from, unreached_nodes, way_between},
};
use petgraph::{
    algo::dijkstra,
    graph::{DiGraph, NodeIndex},
    visit::Dfs,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn visited(graph: &DiGraph<(), ()>, from: &[usize]) -> Vec<bool> {
    let mut seen = vec![false; graph.node_count()];
    for &start in from {
        let mut search = Dfs::new(graph, NodeIndex::new(start));
        while let Some(point) = search.next(graph) {
            seen[point.index()] = true;
        }
    }
    seen
}

#[test]
fn what_a_run_can_come_to_is_what_a_search_from_the_start_visits() {
    always(flows(BIG), |flow| {
        prop_assert_eq!(reached(flow), visited(&petgraph_of(flow), &[0]));
        Ok(())
    });
}

/// Two points of a flow.
fn two(flow: &Flow, from: u8, to: u8) -> (PointId, PointId) {
    (usize::from(from) % flow.points.len(), usize::from(to) % flow.points.len())
}

#[test]
fn what_can_be_come_to_from_a_point_is_what_a_search_from_there_visits() {
    always((flows(BIG), any::<u8>()), |(flow, from)| {
        let (from, _) = two(flow, *from, 0);
        prop_assert_eq!(reached_from(flow, from), visited(&petgraph_of(flow), &[from]));
        prop_assert_eq!(reached_from(flow, flow.points.len()), vec![false; flow.points.len()]);
        Ok(())
    });
}

#[test]
fn what_lies_between_two_points_is_on_a_path_that_comes_to_each_of_them_once() {
    always((flows(BIG), any::<u8>(), any::<u8>()), |(flow, from, to)| {
        let (from, to) = two(flow, *from, *to);
        let mut graph = petgraph_of(flow);
        graph.retain_edges(|graph, edge| {
            graph.edge_endpoints(edge).is_some_and(|(a, b)| a.index() != to && b.index() != from)
        });
        let on = |point| leads(&graph, from, point) && leads(&graph, point, to);
        let expected: Vec<bool> = (0..flow.points.len()).map(on).collect();
        prop_assert_eq!(between(flow, from, to), expected, "from {} to {}", from, to);
        Ok(())
    });
}

#[test]
fn a_way_between_two_points_is_a_path_and_none_is_shorter() {
    always((flows(BIG), any::<u8>(), any::<u8>()), |(flow, from, to)| {
        let (from, to) = two(flow, *from, *to);
        // As far as the other library says, from each point that is one step away.
        let graph = petgraph_of(flow);
        let onward = flow.points[from].ways.iter().filter_map(|way| {
            let lengths = dijkstra(&graph, NodeIndex::new(way.to), Some(NodeIndex::new(to)), |_| 1);
            lengths.get(&NodeIndex::new(to)).copied()
        });
        let shortest = onward.min().map(|length: usize| length + 2);
        let found = way_between(flow, from, to);
        prop_assert_eq!(found.as_ref().map(Vec::len), shortest, "from {} to {}", from, to);
        if let Some(path) = found {
            prop_assert_eq!((path.first(), path.last()), (Some(&from), Some(&to)));
            let joined = |pair: &[PointId]| flow.points[pair[0]].ways.iter().any(|way| way.to == pair[1]);
            prop_assert!(path.windows(2).all(joined), "{path:?} is no path");
        }
        Ok(())
    });
}

#[test]
fn what_can_end_is_what_a_backward_search_from_the_exits_visits() {
    always(flows(BIG), |flow| {
        let mut graph = petgraph_of(flow);
        graph.reverse();
        let exits: Vec<_> = (0..flow.points.len()).filter(|&point| flow.points[point].ways.is_empty()).collect();
        prop_assert_eq!(ends(flow), visited(&graph, &exits));
        Ok(())
    });
}

/// The nodes none of whose points can be come to, each with the nodes of that kind that are behind it: what ways lead to
/// from any of its points, over any points, and so on from all points of each node on the way.
fn unreached_by_definition(flow: &Flow) -> BTreeMap<NodeId, BTreeSet<NodeId>> {
    let nodes = |points: &mut dyn Iterator<Item = usize>| -> BTreeSet<NodeId> {
        points.filter_map(|point| flow.points[point].node).collect()
    };
    let known = nodes(&mut reached_points(flow).into_iter());
    let unreached = &nodes(&mut (0..flow.points.len())) - &known;
    let mut graph = petgraph_of(flow);
    let named: BTreeMap<NodeId, NodeIndex> = unreached.iter().map(|&node| (node, graph.add_node(()))).collect();
    for (at, point) in flow.points.iter().enumerate() {
        if let Some(&node) = point.node.and_then(|node| named.get(&node)) {
            graph.add_edge(node, NodeIndex::new(at), ());
            graph.add_edge(NodeIndex::new(at), node, ());
        }
    }
    let behind = |from: NodeIndex| {
        let behind = named.iter().filter(|&(_, to)| leads(&graph, from.index(), to.index()));
        behind.map(|(&node, _)| node).collect()
    };
    named.iter().map(|(&node, &index)| (node, behind(index))).collect()
}

#[test]
fn each_unreached_node_is_named_or_behind_one_that_is() {
    always(flows(BIG), |flow| {
        let (named, unreached) = (unreached_nodes(flow), unreached_by_definition(flow));
        prop_assert_eq!(named.is_empty(), unreached.is_empty());
        let first = |node: NodeId| flow.points.iter().position(|point| point.node == Some(node));
        prop_assert!(named.is_sorted_by_key(|&node| first(node)), "{named:?} in the order of their points");
        for node in &named {
            let Some(behind) = unreached.get(node) else {
                return Err(TestCaseError::fail("a reached node is named"));
            };
            for other in named.iter().filter(|&other| other != node) {
                prop_assert!(!behind.contains(other), "{node} and, behind it, {other} are one mistake");
            }
            for (other, _) in unreached.iter().filter(|(_, from)| from.contains(node)) {
                prop_assert!(behind.contains(other), "{other} leads to {node} and should be named");
                prop_assert!(first(*node) <= first(*other), "{other} stands before {node} and should be named");
            }
        }
        for node in unreached.keys() {
            let covered = named.iter().any(|named| unreached[named].contains(node));
            prop_assert!(covered, "{node} is behind nothing that is named: {named:?}");
        }
        Ok(())
    });
}

#[test]
fn a_node_is_caught_that_a_run_comes_to_and_that_leads_to_no_exit() {
    always(flows(BIG), |flow| {
        let graph = petgraph_of(flow);
        let exits: Vec<_> = (0..flow.points.len()).filter(|&point| flow.points[point].ways.is_empty()).collect();
        let mut expected = Vec::new();
        for (at, point) in flow.points.iter().enumerate() {
            let caught = leads(&graph, 0, at) && !exits.iter().any(|&exit| leads(&graph, at, exit));
            expected.extend(point.node.filter(|node| caught && !expected.contains(node)));
        }
        prop_assert_eq!(caught_nodes(flow), expected);
        Ok(())
    });
}

/// Points that call the node of their own number, and the ways between them.
fn plain(many: usize, ways: &[(usize, usize)]) -> Flow {
    let mut points: Vec<Point> = (0..many).map(|node| Point { node: Some(node), ..Point::default() }).collect();
    for &(from, to) in ways {
        points[from].ways.push(Way { to, ..Way::default() });
    }
    Flow { points, counters: vec![] }
}

#[test]
fn of_a_forgotten_chain_the_head_is_named() {
    assert_eq!(unreached_nodes(&plain(5, &[(0, 1), (3, 2), (2, 4)])), [3]);
}

#[test]
fn of_two_forgotten_chains_both_heads_are_named() {
    assert_eq!(unreached_nodes(&plain(5, &[(1, 2), (3, 4)])), [1, 3]);
    assert_eq!(unreached_nodes(&plain(5, &[(0, 1), (3, 4), (2, 4)])), [2, 3]);
}

#[test]
fn of_a_forgotten_loop_the_first_node_is_named_even_if_it_leads_to_an_earlier_one() {
    assert_eq!(unreached_nodes(&plain(4, &[(2, 3), (3, 2), (3, 1)])), [2]);
}

#[test]
fn all_that_a_forgotten_computation_parts_to_is_named() {
    let mut flow = plain(4, &[(1, 2), (1, 3)]);
    flow.points[1].node = None;
    assert_eq!(unreached_nodes(&flow), [2, 3]);
}

#[test]
fn without_points_nothing_is_reached() {
    let flow = Flow::default();
    assert!(reached(&flow).is_empty() && ends(&flow).is_empty());
    assert!(unreached_nodes(&flow).is_empty() && caught_nodes(&flow).is_empty());
}
