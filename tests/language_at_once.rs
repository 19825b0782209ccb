//! How many branches of a `for` fork work at once, and what a wait does to that.

use loomflow::prelude::*;
use std::{
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    time::Duration,
};
use tokio::time::{Instant, sleep};

/// Counts who works.
#[derive(Default)]
struct Office {
    now: AtomicUsize,
    most: AtomicUsize,
}

#[step]
async fn work(#[context] office: &Office, hours: u64) -> u64 {
    let now = office.now.fetch_add(1, SeqCst) + 1;
    office.most.fetch_max(now, SeqCst);
    sleep(Duration::from_secs(3600 * hours)).await;
    office.now.fetch_sub(1, SeqCst);
    hours
}

#[ask(u64)]
fn how_long(item: u64) -> Question {
    Question::new(format!("How long does {item} take?"))
}

async fn hours<T>(run: impl Future<Output = Result<T, Failure>>) -> (T, u64) {
    let began = Instant::now();
    let output = run.await.expect("the run succeeds");
    (output, began.elapsed().as_secs() / 3600)
}

workflow! {
    Worked(items: Vec<u64>) -> Vec<u64> {
        start -> done = [for item in items, 2 at once => work(item)] -> end(done);
    }
}

#[tokio::test(start_paused = true)]
async fn as_many_branches_work_as_the_fork_says_and_no_more() {
    let office = Office::default();
    let (done, took) = hours(Worked::run(&office, vec![1, 1, 1, 1, 1, 1])).await;
    assert_eq!((done, took), (vec![1; 6], 3));
    assert_eq!(office.most.into_inner(), 2);
}

workflow! {
    Slept(items: Vec<u64>) -> Vec<u64> {
        start -> done = [for item in items, 2 at once => sleep(10h) -> work(item)] -> end(done);
    }
}

#[tokio::test(start_paused = true)]
async fn a_branch_that_sleeps_gives_its_place_to_the_next_and_takes_one_again() {
    let office = Office::default();
    let (done, took) = hours(Slept::run(&office, vec![1, 1, 1, 1, 1, 1])).await;
    // All of them sleep at once; then they work two by two.
    assert_eq!((done, took), (vec![1; 6], 13));
    assert_eq!(office.most.into_inner(), 2);
}

workflow! {
    Paused(items: Vec<u64>) -> Vec<u64> {
        start -> done = [for item in items, 1 at once => work(item) -> sleep(5h) -> again: work(item)] -> end(done);
    }
}

#[tokio::test(start_paused = true)]
async fn the_others_work_while_one_sleeps_between_two_steps() {
    let office = Office::default();
    let (_, took) = hours(Paused::run(&office, vec![1, 1, 1])).await;
    // Three hours of first steps, in which the first sleep begins after one; then the second steps in a row.
    assert_eq!(took, 9);
    assert_eq!(office.most.into_inner(), 1);
}

workflow! {
    Asked(items: Vec<u64>) -> Vec<u64> {
        start -> done = [for item in items, 1 at once => how_long(item) within 8h else (0) -> work(item)] -> end(done);
    }
}

#[tokio::test(start_paused = true)]
async fn a_branch_that_waits_for_an_answer_gives_its_place_back() {
    let office = Office::default();
    let run = Asked::run(&office, vec![1, 1, 1, 1]).answering::<how_long>(|_| None);
    let (_, took) = hours(run).await;
    assert_eq!(took, 12);
    assert_eq!(office.most.into_inner(), 1);
}

workflow! {
    Nested(items: Vec<u64>) -> Vec<u64> {
        start -> done = [for item in items, 1 at once => [sleep(4h), sleep(6h)] -> [for pause in [2, 4] => sleep(Duration::from_secs(3600 * pause))] -> work(item)]
              -> end(done);
    }
}

#[tokio::test(start_paused = true)]
async fn a_branch_only_waits_when_all_of_its_own_branches_do() {
    let office = Office::default();
    let (_, took) = hours(Nested::run(&office, vec![1, 1, 1])).await;
    assert_eq!(took, 13);
    assert_eq!(office.most.into_inner(), 1);
}

workflow! {
    Mixed(items: Vec<u64>) -> Vec<u64> {
        start -> done = [for item in items, 1 at once => [sleep(4h), work(item)] -> end_of: work(item)] -> end(done);
    }
}

#[tokio::test(start_paused = true)]
async fn a_branch_keeps_its_place_while_one_of_its_own_works() {
    let office = Office::default();
    let (_, took) = hours(Mixed::run(&office, vec![2, 2])).await;
    // Two hours of work, then only the sleep of each is left, then two hours of work in a row.
    assert_eq!(took, 8);
    assert_eq!(office.most.into_inner(), 1);
}
