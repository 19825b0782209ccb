//! Workflows within workflows: each is a step of the other, with its own graph, counts and context.

mod common;

use common::{Counted, ended, failed, way};
use loomflow::FailureKind;
use loomflow::graph::MaxSteps;
use loomflow::prelude::*;

#[step]
fn add(n: u32, by: u32) -> u32 {
    n + by
}

#[step]
fn positive(n: i64) -> Result<u32, TooSmall> {
    u32::try_from(n).map_err(|_| TooSmall(n))
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{0} is too small")]
struct TooSmall(i64);

workflow! {
    /// Counts up to a goal, three rounds at the most.
    Count(n: u32, goal: u32) -> u32 {
        start -> n = add(n, 1) -> if n >= goal { end(n) } -> n = add(n, 1) max 3 else end(n * 100);
    }
}

workflow! {
    /// Refuses what is negative.
    Check(n: i64) -> Result<u32, TooSmall> {
        start -> if n == 0 { fail(TooSmall(0)) } -> positive(n) -> end;
    }
}

#[test]
fn a_workflow_is_a_node_of_its_name_and_its_own_nodes_follow_it() {
    workflow! {
        Outer(n: u32) -> u32 { start -> add(n, 1) -> Count(add, 4) -> last: add(Count, 10) -> end; }
    }
    assert_eq!(ended(Outer::trace(&(), 1)), way("add Count add add last", 14_u32));
}

#[test]
fn a_nested_workflow_counts_anew_at_each_visit() {
    workflow! {
        Outer(n: u32) -> u32 {
            start -> n = Count(n, 100) -> n = second: Count(n % 100, 3) -> end(n);
        }
    }
    assert_eq!(ended(Outer::trace(&(), 1)), way("Count add add add add second add add add", 3_u32));
}

#[test]
fn a_nested_workflow_can_stand_in_a_loop() {
    workflow! {
        Outer(rounds: u32) -> u32 {
            let n: u32 = 0;
            start -> n = Count(n, n + 2) -> {} -> n = Count(n, n + 2) max rounds else end(n);
        }
    }
    let (path, output) = ended(Outer::trace(&(), 3));
    assert_eq!((path.as_str(), output), ("Count add add Count add add Count add add Count add add", 8));
    assert_eq!(Outer::GRAPH.max_steps().to_string(), "1 + rounds");
    assert_eq!(Count::GRAPH.max_steps(), MaxSteps::Number(4));
}

#[test]
fn a_nested_workflow_takes_its_inputs_from_a_bare_name() {
    workflow! {
        Double(n: u32) -> u32 { start -> end(n * 2); }
    }
    workflow! {
        Nothing() -> u32 { start -> end(7); }
    }
    workflow! {
        Outer(n: u32) -> u32 { start -> Double -> again: Double -> end; }
    }
    workflow! {
        Spread(n: u32, goal: u32) -> u32 { start -> Count -> end; }
    }
    workflow! {
        Without() -> u32 { start -> Nothing -> end; }
    }
    assert_eq!(ended(Outer::trace(&(), 3)), way("Double again", 12_u32));
    assert_eq!(ended(Spread::trace(&(), 0, 2)), way("Count add add", 2_u32));
    assert_eq!(ended(Without::trace(&())), way("Nothing", 7_u32));
}

#[test]
fn the_result_of_a_nested_workflow_is_its_output_and_its_error_fails_the_run() {
    workflow! {
        Outer(n: i64) -> u32 { start -> Check(n) -> end(Check + 1); }
    }
    assert_eq!(ended(Outer::trace(&(), 4)), way("Check positive", 5_u32));
    let (path, failure) = failed(Outer::trace(&(), 0));
    assert_eq!(path, "Check");
    assert_eq!(failure.downcast_ref(), Some(&TooSmall(0)));
    assert_eq!(failure.kind(), FailureKind::Failed);
}

#[test]
fn a_failure_names_the_workflows_around_it() {
    workflow! {
        Middle(n: i64) -> u32 { start -> Check(n) -> end; }
    }
    workflow! {
        Outer(n: i64) -> u32 { start -> inner: Middle(n) -> end; }
    }
    let (_, failure) = failed(Outer::trace(&(), -1));
    assert_eq!(
        failure.to_string(),
        "workflow `Outer` at `inner`, workflow `Middle` at `Check`, workflow `Check` failed at `positive`, attempt 1: \
         -1 is too small"
    );
    assert_eq!((failure.workflow(), failure.node()), ("Check", "positive"));
    let (_, failure) = failed(Outer::trace(&(), 0));
    assert_eq!(
        failure.to_string(),
        "workflow `Outer` at `inner`, workflow `Middle` at `Check`, workflow `Check` failed at `start`: 0 is too small"
    );
}

#[test]
fn a_nested_workflow_needs_what_its_steps_need_of_the_context() {
    struct Price(u32);
    struct Tax(u32);

    #[derive(Context)]
    struct Shop {
        price: Price,
        tax: Tax,
    }

    #[step]
    fn price(#[context] price: &Price, count: u32) -> u32 {
        price.0 * count
    }

    #[step]
    fn tax(#[context] tax: &Tax, sum: u32) -> u32 {
        sum * tax.0 / 100
    }

    workflow! {
        Gross(count: u32) -> u32 { start -> price(count) -> tax(price) -> end(price + tax); }
    }
    workflow! {
        Order(count: u32) -> u32 { start -> Gross(count) -> bulk: Gross(count * 10) -> end(Gross + bulk); }
    }
    let shop = Shop { price: Price(100), tax: Tax(20) };
    assert_eq!(ended(Order::trace(&shop, 2)), way("Gross price tax bulk price tax", 2_640_u32));
}

#[test]
fn values_are_moved_into_a_nested_workflow_and_out_of_it() {
    workflow! {
        Inner(counted: Counted) -> Counted { start -> keep(counted) -> end; }
    }
    workflow! {
        Outer(counted: Counted) -> Counted { start -> Inner(counted) -> again: Inner -> end; }
    }
    workflow! {
        Reads(counted: Counted) -> (Counted, usize) { start -> Inner(counted) -> end((Inner, counted.clones())); }
    }
    #[step]
    fn keep(counted: Counted) -> Counted {
        counted
    }
    assert_eq!(ended(Outer::trace(&(), Counted::default())).1.clones(), 0);
    assert_eq!(ended(Reads::trace(&(), Counted::default())).1.1, 1);
}

#[test]
fn workflows_nest_deeply() {
    workflow! { One(n: u32) -> u32 { start -> add(n, 1) -> end; } }
    workflow! { Two(n: u32) -> u32 { start -> One -> b: One -> end; } }
    workflow! { Three(n: u32) -> u32 { start -> Two -> b: Two -> end; } }
    workflow! { Four(n: u32) -> u32 { start -> Three -> b: Three -> end; } }
    workflow! { Five(n: u32) -> u32 { start -> Four -> b: Four -> end; } }
    let (path, output) = ended(Five::trace(&(), 0));
    assert!(path.starts_with("Four Three Two One add b add b One add"), "{path}");
    assert_eq!(output, 16);
}

#[test]
fn a_nested_workflow_can_be_routed_on() {
    workflow! {
        Outer(n: u32) -> String {
            start -> Count(n, 5) -> match { 5 => end("reached".to_owned()), n if n >= 100 => end(format!("spent at {n}")), _ => end(String::new()) };
        }
    }
    assert_eq!(ended(Outer::trace(&(), 3)).1, "reached");
    assert_eq!(ended(Outer::trace(&(), 0)).1, "spent at 400");
}
