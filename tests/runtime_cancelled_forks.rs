//! Cancelled runs with forks in them: each branch undoes what it did, and nothing new begins.

mod common;

use common::Log;
use loomflow::prelude::*;
use std::time::Duration;
use tokio::time::sleep;

#[step]
async fn work(#[context] log: &Log, n: u64) -> u64 {
    log.note(format!("work {n}"));
    sleep(Duration::from_secs(10 * n)).await;
    n
}

#[step]
async fn undo(#[context] log: &Log, n: u64) {
    sleep(Duration::from_secs(n)).await;
    log.note(format!("undone {n}"));
}

async fn cancelled_after<T>(run: loomflow::Run<'_, Result<T, Failure>>, seconds: u64) -> Result<T, Failure> {
    run.cancelled_by(sleep(Duration::from_secs(seconds))).await
}

workflow! {
    Static(n: u64) -> (u64, u64) {
        start -> both = [
            one: work(n) catch e => { undo_one: undo(n) -> fail(e) },
            other: work(n + 1) catch e => { undo_other: undo(n + 1) -> fail("undone otherwise") },
        ] -> end(both);
    }
}

#[tokio::test(start_paused = true)]
async fn every_branch_of_a_fork_undoes_what_it_did_and_fails_then() {
    let log = Log::default();
    let failure = cancelled_after(Static::run(&log, 1), 5).await.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Cancelled);
    assert_eq!(log.told(), "work 1, work 2, undone 1, undone 2");
}

workflow! {
    Each(items: Vec<u64>) -> usize {
        start -> done = [for n in items, 2 at once => work(n) catch e => { undo(n) -> fail(e) }] -> end(done.len());
    }
}

#[tokio::test(start_paused = true)]
async fn every_branch_over_items_undoes_what_it_did_and_no_other_begins() {
    let log = Log::default();
    let failure = cancelled_after(Each::run(&log, vec![1, 2, 3, 4]), 5).await.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Cancelled);
    assert_eq!(log.told(), "work 1, work 2, undone 1, undone 2");
}

workflow! {
    Caught(items: Vec<u64>) -> usize {
        start -> done = [for n in items, 2 at once => work(n) catch _ => { undo(n) -> (n) }] -> end(done.len());
    }
}

#[tokio::test(start_paused = true)]
async fn no_other_item_begins_where_every_branch_takes_the_cancel() {
    let log = Log::default();
    let failure = cancelled_after(Caught::run(&log, vec![1, 2, 3]), 5).await.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Cancelled);
    assert_eq!(log.told(), "work 1, work 2, undone 1, undone 2");
}

workflow! {
    Tried(items: Vec<u64>) -> usize {
        start -> done = [for n in items, 2 at once => try work(n)] -> end(done.len());
    }
}

#[tokio::test(start_paused = true)]
async fn try_does_not_take_a_cancel() {
    let log = Log::default();
    let failure = cancelled_after(Tried::run(&log, vec![1, 2, 3, 4]), 5).await.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Cancelled);
    assert_eq!(log.told(), "work 1, work 2");
}

workflow! {
    Raced(n: u64) -> u64 {
        start -> first {
            { one: work(n) catch e => { undo_one: undo(n) -> fail(e) } },
            { other: work(n + 1) catch e => { undo_other: undo(n + 1) -> fail(e) } },
        } -> end(n);
    }
}

#[tokio::test(start_paused = true)]
async fn every_branch_of_a_race_undoes_what_it_did() {
    let log = Log::default();
    let failure = cancelled_after(Raced::run(&log, 1), 5).await.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Cancelled);
    assert_eq!(log.told(), "work 1, work 2, undone 1, undone 2");
}

workflow! {
    Undone(n: u64) -> u64 {
        start -> work(n) catch e => { [one: undo(n), other: undo(n + 1)] -> [for m in [3, 4] => undo(m)] -> fail(e) } -> end(work);
    }
}

#[tokio::test(start_paused = true)]
async fn what_undoes_may_fork_as_ever() {
    let log = Log::default();
    let failure = cancelled_after(Undone::run(&log, 1), 5).await.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Cancelled);
    assert_eq!(log.told(), "work 1, undone 1, undone 2, undone 3, undone 4");
}

workflow! {
    Letter(n: u64) -> u64 { start -> sleep(1h) -> work(n) -> end; }
}

workflow! {
    Letters(items: Vec<u64>) -> Vec<u64> {
        start -> done = [for n in items, 1 at once => Letter(n)] -> end(done);
    }
}

#[tokio::test(start_paused = true)]
async fn a_nested_workflow_that_waits_gives_its_place_to_the_next() {
    let log = Log::default();
    let began = tokio::time::Instant::now();
    assert_eq!(Letters::run(&log, vec![1, 1, 1]).await.unwrap(), [1, 1, 1]);
    assert_eq!(began.elapsed(), Duration::from_secs(3600 + 30));
}
