//! The corpus: workflows as people draw them, each run along every way it has, drawn, and counted.

#![deny(warnings)]
#![deny(clippy::pedantic)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../kept/mod.rs"]
mod kept;

mod batch;
mod chaining;
mod chat;
mod expenses;
mod fallback;
mod nightly;
mod place_order;
mod research;
mod routing;
mod tools;
mod triage;

use loomflow::graph::{Graph, NodeKind};
use loomflow::{Failure, Run, Traced};
use std::fmt::Debug;

/// What any of the steps fails with.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{0}")]
struct Trouble(&'static str);

/// The way of a run that comes to an end, its nodes joined by blanks, and its output.
async fn ended<T>(run: Run<'_, Traced<T>>) -> (String, T) {
    let (path, outcome) = run.await;
    match outcome {
        Ok(output) => (path.join(" "), output),
        Err(failure) => panic!("failed after {path:?}: {failure:?}"),
    }
}

/// The way of a run that fails, its nodes joined by blanks, and its failure.
async fn failed<T: Debug>(run: Run<'_, Traced<T>>) -> (String, Failure) {
    let (path, outcome) = run.await;
    match outcome {
        Ok(output) => panic!("ended in {output:?} after {path:?}"),
        Err(failure) => (path.join(" "), failure),
    }
}

/// Compares a drawing with what a test says of it, without the margin that the test gives it. The other drawing has at
/// least the same nodes.
#[track_caller]
fn drawn(graph: &Graph<'_>, mermaid: &str) {
    let lines = mermaid.trim_end().lines().skip(1);
    let margin = lines.clone().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    let expected: Vec<&str> = lines.map(|line| &line[margin..]).collect();
    let found = graph.to_mermaid();
    assert_eq!(found.lines().collect::<Vec<_>>(), expected, "\n{found}");

    let dot = graph.to_dot();
    assert!(dot.starts_with("digraph "), "{dot}");
    for node in graph.nodes().iter().filter(|node| node.kind() == NodeKind::Step) {
        assert!(dot.contains(node.name()), "`{}` is not in {dot}", node.name());
    }
}
