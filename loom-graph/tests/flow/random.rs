//! Random flows, and what every test asks of one.

use loomflow_graph::flow::{Counter, Flow, Max, Per, Point, PointId, Way};
use petgraph::{
    algo::has_path_connecting,
    graph::{DiGraph, NodeIndex},
};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, RngSeed, TestCaseResult, TestRunner},
};
use std::fmt;

/// Says so when something does not hold of one of ten thousand values, and shows the smallest such value.
///
/// The values are the same in every run; `PROPTEST_RNG_SEED` and `PROPTEST_CASES` try others, and more.
pub(crate) fn always<T: fmt::Debug>(values: impl Strategy<Value = T>, holds: impl Fn(&T) -> TestCaseResult) {
    let given = Config::default();
    let rng_seed = match given.rng_seed {
        RngSeed::Random => RngSeed::Fixed(1),
        seed @ RngSeed::Fixed(_) => seed,
    };
    let config = Config { cases: given.cases.max(10_000), rng_seed, failure_persistence: None, ..given };
    if let Err(failure) = TestRunner::new(config).run(&values, |value| holds(&value)) {
        panic!("{failure}");
    }
}

/// How big flows become.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) points: usize,
    pub(crate) ways: usize,
    pub(crate) counters: usize,
    pub(crate) vars: usize,
}

/// Big enough for loops in loops in loops.
pub(crate) const BIG: Size = Size { points: 9, ways: 27, counters: 4, vars: 3 };

/// Small enough to look at all sets of ways.
pub(crate) const FEW_WAYS: Size = Size { points: 7, ways: 11, ..BIG };

/// Small enough to look at all that a run can count to.
pub(crate) const FEW_COUNTS: Size = Size { points: 6, counters: 3, ..BIG };

// Each number stands for a choice, as `make` says; the smaller, the simpler.
#[derive(Debug, Clone)]
struct RawWay(u8, u8, u8, u8);

#[derive(Debug, Clone)]
struct RawPoint(u8, [u8; 4], Vec<RawWay>);

// What holds of all of a flow.
#[derive(Debug, Clone, Copy)]
struct Shape {
    /// The first way of nearly each point leads on to the next, so that most points are come to.
    chained: bool,
    /// Every way back is bounded.
    bounded_back: bool,
}

/// Flows in which every way may be bounded or not.
pub(crate) fn flows(size: Size) -> impl Strategy<Value = Flow> {
    (raw(size), 0..8_u8).prop_map(move |((points, counters), shape)| {
        make(size, &points, &counters, Shape { chained: shape > 1, bounded_back: shape % 2 == 1 })
    })
}

/// Flows in which every way back is bounded: most of them end, and most of their loops are knotted.
pub(crate) fn bounded_flows(size: Size) -> impl Strategy<Value = Flow> {
    (raw(size), 0..8_u8).prop_map(move |((points, counters), shape)| {
        make(size, &points, &counters, Shape { chained: shape > 0, bounded_back: true })
    })
}

fn raw(size: Size) -> impl Strategy<Value = (Vec<RawPoint>, Vec<(u8, u8)>)> {
    let way =
        (0..20_u8, 0..64_u8, 0..8_u8, 0..64_u8).prop_map(|(to, sets, bound, clears)| RawWay(to, sets, bound, clears));
    let point = (0..12_u8, any::<u32>(), vec(way, 0..=3))
        .prop_map(|(node, masks, ways)| RawPoint(node, masks.to_le_bytes(), ways));
    let counter = (1..=3_u8, 0..20_u8);
    let half = size.points / 2;
    let points = prop_oneof![1 => vec(point.clone(), 1..=half), 2 => vec(point, half..=size.points)];
    (points, vec(counter, 0..=size.counters))
}

fn make(size: Size, points: &[RawPoint], counters: &[(u8, u8)], shape: Shape) -> Flow {
    let many = points.len();
    let vars = |mask: u8| (0..size.vars).filter(move |&var| mask & (1 << var) != 0).collect();
    let mut room = size.ways;
    let mut way = |at: PointId, to: PointId, (sets, clears): (u8, u8), bound: Option<usize>| {
        // Behind the last point there is none: it has an end.
        room = room.checked_sub(usize::from(to < many))?;
        let back = shape.bounded_back && to <= at && !counters.is_empty();
        let bound = bound.or_else(|| back.then(|| at % counters.len()));
        (to < many).then(|| Way { to, sets: vars(sets & (sets >> 3)), clears: vars(clears & (clears >> 3)), bound })
    };
    let mut ways_of = |at: PointId, ends: bool, raw: &[RawWay]| -> Vec<Way> {
        let on = (shape.chained && !ends)
            .then(|| way(at, at + 1, raw.first().map_or((0, 0), |way| (way.1, way.3)), None))
            .flatten();
        let raw = if on.is_some() { raw.get(1..).unwrap_or_default() } else { raw };
        let others = raw.iter().filter_map(|&RawWay(to, sets, bound, clears)| {
            let to = match usize::from(to) {
                0..=5 => at + 1,
                to @ 6..=10 => at.saturating_sub(to - 6),
                to => (to - 11) % many,
            };
            way(at, to, (sets, clears), Some(usize::from(bound)).filter(|&bound| bound < counters.len()))
        });
        on.into_iter().chain(others).collect()
    };
    let point = |(at, RawPoint(node, masks, ways)): (PointId, &RawPoint)| Point {
        node: match *node {
            0..2 => None,
            2..10 => Some(at),
            shared => Some(usize::from(shared) - 10),
        },
        // Draws must agree, so that a variable is read at an eighth of the points, and cleared and set at a quarter.
        reads: vars(masks[0] & (masks[0] >> 3) & (masks[2] >> 4)),
        clears: vars(masks[1] & (masks[1] >> 3)),
        sets: vars(masks[2] & (masks[1] >> 5)),
        ways: ways_of(at, masks[3] < 20, ways),
    };
    let counter = |&(max, per): &(u8, u8)| Counter {
        max: Max::Number(u64::from(max)),
        per: match per {
            0..=3 => Per::Unsaid,
            4..=6 => Per::Run,
            // Some of these are called nowhere.
            node => Per::Node(usize::from(node - 7) % (many + 1)),
        },
    };
    Flow { points: points.iter().enumerate().map(point).collect(), counters: counters.iter().map(counter).collect() }
}

/// The same flow for another library.
pub(crate) fn petgraph_of(flow: &Flow) -> DiGraph<(), ()> {
    let mut graph = DiGraph::new();
    for _ in &flow.points {
        graph.add_node(());
    }
    for (from, way) in flow.ways() {
        graph.add_edge(NodeIndex::new(from), NodeIndex::new(way.to), ());
    }
    graph
}

/// Whether a way, or several in a row, or none, lead from one point to another.
pub(crate) fn leads(graph: &DiGraph<(), ()>, from: PointId, to: PointId) -> bool {
    has_path_connecting(graph, NodeIndex::new(from), NodeIndex::new(to), None)
}

/// The points a run can come to, as the other library says.
pub(crate) fn reached_points(flow: &Flow) -> Vec<PointId> {
    let graph = petgraph_of(flow);
    (0..flow.points.len()).filter(|&point| leads(&graph, 0, point)).collect()
}

/// Whether a way leads from each of these points to the next, and from the last to the first.
pub(crate) fn is_cycle(flow: &Flow, cycle: &[PointId]) -> bool {
    let next = cycle.iter().cycle().skip(1);
    !cycle.is_empty()
        && cycle.iter().zip(next).all(|(&from, &to)| flow.points[from].ways.iter().any(|way| way.to == to))
}
