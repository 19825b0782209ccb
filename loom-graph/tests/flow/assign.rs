//! What is read before it is set.

use crate::random::{BIG, always, flows};
use loomflow_graph::flow::{
    Flow, Point, PointId, VarId, Way,
    assign::{Unset, set_between, unset_reads},
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What a run has of each variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Has {
    Nothing,
    Value,
    HadOne,
}

fn behind_point(point: &Point, var: VarId, has: Has) -> Has {
    if point.sets.contains(&var) {
        Has::Value
    } else if has == Has::Value && point.clears.contains(&var) {
        Has::HadOne
    } else {
        has
    }
}

fn behind_way(way: &Way, var: VarId, has: Has) -> Has {
    if way.sets.contains(&var) {
        Has::Value
    } else if has == Has::Value && way.clears.contains(&var) {
        Has::HadOne
    } else {
        has
    }
}

/// Every read of something unset on any path, with the length of the shortest such path: all that a run can have at each
/// point is looked at, all variables together. If `forgiving`, what was read counts as set from there on.
fn searched(flow: &Flow, forgiving: bool) -> BTreeMap<(VarId, PointId), usize> {
    let mut unset = BTreeMap::new();
    let start = (0, vec![Has::Nothing; BIG.vars]);
    let mut seen = BTreeSet::from([start.clone()]);
    let mut todo = VecDeque::from([(start, 1)]);
    while let Some(((at, mut has), length)) = todo.pop_front() {
        let point = &flow.points[at];
        for &var in point.reads.iter().filter(|&&var| has[var] != Has::Value) {
            unset.entry((var, at)).or_insert(length);
        }
        for (var, has) in has.iter_mut().enumerate() {
            if forgiving && point.reads.contains(&var) {
                *has = Has::Value;
            }
            *has = behind_point(point, var, *has);
        }
        for way in &point.ways {
            let there = has.iter().enumerate().map(|(var, &has)| behind_way(way, var, has)).collect();
            let next = (way.to, there);
            if seen.insert(next.clone()) {
                todo.push_back((next, length + 1));
            }
        }
    }
    unset
}

/// What a run can have of a variable when it has come along these points; nothing if it cannot come along them. Two
/// points can be joined by several ways, so it can be more than one thing.
fn along(flow: &Flow, path: &[PointId], var: VarId, forgiving: bool) -> BTreeSet<Has> {
    let mut has = BTreeSet::from([Has::Nothing]);
    for pair in path.windows(2) {
        let (point, to) = (&flow.points[pair[0]], pair[1]);
        let read = |has| {
            if forgiving && point.reads.contains(&var) { Has::Value } else { has }
        };
        let leave = |has: Has| {
            let after = behind_point(point, var, read(has));
            point.ways.iter().filter(move |way| way.to == to).map(move |way| behind_way(way, var, after))
        };
        has = has.into_iter().flat_map(leave).collect();
    }
    has
}

#[test]
fn what_is_told_is_really_unset_at_the_end_of_a_real_path() {
    always(flows(BIG), |flow| {
        for Unset { var, path, cleared } in unset_reads(flow) {
            prop_assert_eq!(path.first(), Some(&0));
            let Some(&last) = path.last() else { unreachable!() };
            prop_assert!(flow.points[last].reads.contains(&var));
            let has = along(flow, &path, var, false);
            prop_assert!(!has.is_empty(), "{path:?} is no path");
            prop_assert!(has != BTreeSet::from([Has::Value]), "{var} is set on {path:?}");
            let told = if cleared { Has::HadOne } else { Has::Nothing };
            prop_assert!(along(flow, &path, var, true).contains(&told), "{var} on {path:?} is not {told:?}");
        }
        Ok(())
    });
}

#[test]
fn every_read_of_something_unset_is_told_or_behind_one_that_is() {
    always(flows(BIG), |flow| {
        let told = unset_reads(flow);
        let every = searched(flow, false);
        prop_assert_eq!(told.is_empty(), every.is_empty());
        let vars = |reads: &mut dyn Iterator<Item = VarId>| reads.collect::<BTreeSet<VarId>>();
        prop_assert_eq!(vars(&mut told.iter().map(|unset| unset.var)), vars(&mut every.keys().map(|&(var, _)| var)));
        for unset in &told {
            let Some(last) = unset.path.last() else { unreachable!() };
            prop_assert!(every.contains_key(&(unset.var, *last)));
        }
        Ok(())
    });
}

#[test]
fn each_first_read_is_told_once_by_a_shortest_path() {
    always(flows(BIG), |flow| {
        let told = unset_reads(flow);
        let mut lengths = BTreeMap::new();
        for Unset { var, path, .. } in &told {
            let Some(&last) = path.last() else { unreachable!() };
            prop_assert_eq!(lengths.insert((*var, last), path.len()), None, "told twice");
        }
        prop_assert_eq!(lengths, searched(flow, true));
        prop_assert!(told.is_sorted_by_key(|unset| unset.var), "by variable");
        Ok(())
    });
}

/// Every path of up to so many points, each with what it reads unset; not more than so many paths.
fn paths(flow: &Flow, points: usize, mut most: usize, mut each: impl FnMut(&[PointId], VarId)) {
    let mut todo = vec![(vec![0], vec![Has::Nothing; BIG.vars])];
    while let Some((path, mut has)) = todo.pop().filter(|_| most > 0) {
        most -= 1;
        let point = &flow.points[path[path.len() - 1]];
        point.reads.iter().filter(|&&var| has[var] != Has::Value).for_each(|&var| each(&path, var));
        has.iter_mut().enumerate().for_each(|(var, has)| *has = behind_point(point, var, *has));
        for way in point.ways.iter().filter(|_| path.len() < points) {
            let there = has.iter().enumerate().map(|(var, &has)| behind_way(way, var, has)).collect();
            todo.push(([&path[..], &[way.to]].concat(), there));
        }
    }
}

#[test]
fn no_path_walked_one_by_one_reads_something_unset_that_is_not_told() {
    always(flows(BIG), |flow| {
        let told = unset_reads(flow);
        let mut missed = Vec::new();
        paths(flow, 12, 100, |path, var| {
            // Told where it is read, or where it was read before on this path.
            let covered = |unset: &Unset| unset.var == var && unset.path.last().is_some_and(|at| path.contains(at));
            if !told.iter().any(covered) {
                missed.push((path.to_vec(), var));
            }
        });
        prop_assert!(missed.is_empty(), "{missed:?}");
        Ok(())
    });
}

/// What is set on every path from one point to the first coming to another, all variables together; nothing if there is
/// no such path.
fn set_on_all_paths(flow: &Flow, from: PointId, to: PointId) -> Vec<VarId> {
    let start = (from, vec![Has::Nothing; BIG.vars]);
    let mut seen = BTreeSet::from([start.clone()]);
    let mut todo = vec![start];
    let mut came: Vec<Vec<Has>> = Vec::new();
    while let Some((at, mut has)) = todo.pop() {
        if at == to {
            came.push(has);
            continue;
        }
        let point = &flow.points[at];
        has.iter_mut().enumerate().for_each(|(var, has)| *has = behind_point(point, var, *has));
        for way in &point.ways {
            let there = has.iter().enumerate().map(|(var, &has)| behind_way(way, var, has)).collect();
            let next = (way.to, there);
            if seen.insert(next.clone()) {
                todo.push(next);
            }
        }
    }
    let set = |var: &VarId| !came.is_empty() && came.iter().all(|has| has[*var] == Has::Value);
    (0..BIG.vars).filter(set).collect()
}

#[test]
fn what_is_set_between_two_points_is_set_on_every_path_between_them() {
    always((flows(BIG), any::<u8>(), any::<u8>()), |(flow, from, to)| {
        let many = flow.points.len();
        let (from, to) = (usize::from(*from) % many, usize::from(*to) % many);
        prop_assert_eq!(set_between(flow, from, to), set_on_all_paths(flow, from, to), "from {} to {}", from, to);
        Ok(())
    });
}

fn point(reads: &[VarId], clears: &[VarId], sets: &[VarId], to: &[PointId]) -> Point {
    let ways = to.iter().map(|&to| Way { to, ..Way::default() }).collect();
    Point { node: None, reads: reads.to_vec(), clears: clears.to_vec(), sets: sets.to_vec(), ways }
}

fn flow_of(points: Vec<Point>) -> Flow {
    Flow { points, counters: vec![] }
}

#[test]
fn a_point_reads_before_it_sets() {
    let flow = flow_of(vec![point(&[0], &[], &[0], &[1]), point(&[0], &[], &[], &[])]);
    assert_eq!(unset_reads(&flow), [Unset { var: 0, path: vec![0], cleared: false }]);
}

#[test]
fn of_two_reads_in_a_row_the_first_is_told() {
    let flow = flow_of(vec![point(&[], &[], &[], &[1]), point(&[0], &[], &[], &[2]), point(&[0], &[], &[], &[])]);
    assert_eq!(unset_reads(&flow), [Unset { var: 0, path: vec![0, 1], cleared: false }]);
}

#[test]
fn a_read_on_either_branch_is_told() {
    let flow = flow_of(vec![point(&[], &[], &[], &[1, 2]), point(&[0], &[], &[], &[]), point(&[0], &[], &[], &[])]);
    let told: Vec<_> = unset_reads(&flow).into_iter().map(|unset| unset.path).collect();
    assert_eq!(told, [[0, 1], [0, 2]]);
}

#[test]
fn what_only_one_branch_sets_is_unset_behind_both() {
    let mut flow =
        flow_of(vec![point(&[], &[], &[], &[1, 2]), point(&[], &[], &[0], &[2]), point(&[0], &[], &[], &[])]);
    assert_eq!(unset_reads(&flow), [Unset { var: 0, path: vec![0, 2], cleared: false }]);
    // An arm that binds it will do.
    flow.points[0].ways[1].sets.push(0);
    assert_eq!(unset_reads(&flow), []);
}

#[test]
fn a_binding_is_gone_when_its_value_is_set_anew() {
    // 0 is a value, 1 what an arm binds of it; the second point sets the value anew and goes back.
    let mut flow = flow_of(vec![
        point(&[], &[], &[0], &[1]),
        point(&[0], &[], &[], &[2]),
        point(&[1], &[], &[], &[3]),
        point(&[1], &[1], &[0], &[1, 2]),
    ]);
    flow.points[1].ways[0].sets.push(1);
    assert_eq!(unset_reads(&flow), [Unset { var: 1, path: vec![0, 1, 2, 3, 2], cleared: true }]);
    // Over the arm again, it is bound again.
    flow.points[3].ways.pop();
    assert_eq!(unset_reads(&flow), []);
}

#[test]
fn a_binding_is_gone_on_a_way_that_sets_its_value_anew() {
    // As in a point that clears, but only where its second way is taken: a failure that is caught sets nothing.
    let mut flow = flow_of(vec![
        point(&[], &[], &[0], &[1]),
        point(&[0], &[], &[], &[2]),
        point(&[1], &[], &[], &[3, 3]),
        point(&[1], &[], &[], &[]),
    ]);
    flow.points[1].ways[0].sets.push(1);
    assert_eq!(unset_reads(&flow), []);
    flow.points[2].ways[1].clears.push(1);
    assert_eq!(unset_reads(&flow), [Unset { var: 1, path: vec![0, 1, 2, 3], cleared: true }]);
    // What a way sets is set, whatever it clears.
    flow.points[2].ways[1].sets.push(1);
    assert_eq!(unset_reads(&flow), []);
}

#[test]
fn between_two_points_only_the_ways_that_join_them_count() {
    // The second point also leads out, past what sets 0; behind the last, 1 is set, too late.
    let mut flow = flow_of(vec![
        point(&[], &[], &[], &[1]),
        point(&[], &[], &[], &[2, 4]),
        point(&[], &[], &[0], &[3]),
        point(&[], &[], &[1], &[]),
        point(&[], &[], &[], &[]),
    ]);
    assert_eq!(set_between(&flow, 0, 3), [0]);
    assert_eq!(set_between(&flow, 3, 0), [0; 0]);
    flow.points[4].ways.push(Way { to: 3, ..Way::default() });
    assert_eq!(set_between(&flow, 0, 3), [0; 0]);
}
