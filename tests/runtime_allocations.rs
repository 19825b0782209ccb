//! What the runtime allocates: something for a run, and nothing for a step.

mod common;

use allocation_counter::measure;
use common::block_on;
use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
enum Side {
    Left(u64),
    Right { n: u64 },
}

#[step]
fn tick(n: u64) -> u64 {
    n + 1
}

#[step]
async fn tock(n: u64) -> u64 {
    std::future::ready(n + 1).await
}

#[step]
async fn side(n: u64) -> Result<Side, std::num::TryFromIntError> {
    let small = u8::try_from(n % 200)?;
    std::future::ready(if small.is_multiple_of(2) { Ok(Side::Left(n)) } else { Ok(Side::Right { n }) }).await
}

#[step(retry = 3, timeout = 1s)]
async fn guarded(n: u64) -> u64 {
    std::future::ready(n + 1).await
}

#[step]
fn pass(text: String, list: Vec<u64>) -> (String, Vec<u64>) {
    (text, list)
}

/// How often a run allocates; a first one has set up what is set up once.
fn allocations<T: PartialEq + std::fmt::Debug>(run: impl Fn() -> T, output: &T) -> u64 {
    assert_eq!(run(), *output);
    let mut found = None;
    let info = measure(|| found = Some(run()));
    assert_eq!(found.as_ref(), Some(output));
    info.count_total
}

#[test]
fn a_long_loop_allocates_as_often_as_a_short_one() {
    workflow! {
        Flow(rounds: u64) -> u64 {
            let n: u64 = 0;
            start -> n = tick(n) -> n = tock(n) -> if n < rounds * 2 { n = tick(n) max rounds else {} } -> end(n);
        }
    }
    let short = allocations(|| block_on(Flow::run(&(), 500)).unwrap(), &1_000);
    let long = allocations(|| block_on(Flow::run(&(), 50_000)).unwrap(), &100_000);
    assert_eq!(short, long);
    // The future of the run, and the waker of the executor above.
    assert!(long <= 2, "{long} allocations for a run");
}

#[test]
fn routes_retries_limits_and_moved_values_allocate_nothing() {
    workflow! {
        Flow(rounds: u64, text: String, list: Vec<u64>) -> (String, u64) {
            let n: u64 = 0;
            start -> n = guarded(n) -> side(n) -> match {
                Side::Left(left) => n = tick(left),
                Side::Right { n: right } if right == n => n = tock(right),
                Side::Right { .. } => fail("no way"),
            } -> both = pass(text, list) -> match both { (one, two) => text = (one) -> list = (two) }
              -> if n < rounds { n = guarded(n) max rounds else {} } -> end((text, n));
        }
    }
    let run = |rounds| move || block_on(Flow::run(&(), rounds, String::new(), Vec::new())).unwrap();
    let short = allocations(run(1_000), &(String::new(), 1_000));
    let long = allocations(run(100_000), &(String::new(), 100_000));
    assert_eq!(short, long);
}

#[test]
fn nested_runs_allocate_nothing_of_their_own() {
    workflow! {
        Inner(n: u64) -> u64 { start -> tick(n) -> tock(tick) -> end; }
    }
    workflow! {
        Flow(rounds: u64) -> u64 {
            let n: u64 = 0;
            start -> n = Inner(n) -> if n < rounds { n = Inner(n) max rounds else {} } -> end(n);
        }
    }
    let short = allocations(|| block_on(Flow::run(&(), 1_000)).unwrap(), &1_000);
    let long = allocations(|| block_on(Flow::run(&(), 100_000)).unwrap(), &100_000);
    assert_eq!(short, long);
}
