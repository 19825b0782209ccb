//! Runs: futures that wait for nothing but their steps, go to any thread, and can be dropped at any time.

mod common;

use common::{Counted, block_on};
use loomflow::Run;
use loomflow::prelude::*;
use serde::{Deserialize, Serialize};
use std::future::pending;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context as TaskContext, Poll, Waker};
use tokio::task::{JoinSet, yield_now};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Size {
    Small(u32),
    Large { n: u32, text: String },
}

#[step]
async fn size(n: u32) -> Size {
    yield_now().await;
    if n < 500 { Size::Small(n) } else { Size::Large { n, text: n.to_string() } }
}

#[step]
async fn double(n: u32) -> u32 {
    yield_now().await;
    n * 2
}

#[step]
async fn keep<T: Serialize + for<'de> Deserialize<'de> + Send + Sync + 'static>(item: T) -> T {
    yield_now().await;
    item
}

workflow! {
    /// Doubles what is small until it is large.
    Routed(n: u32) -> (u32, String) {
        start -> size(n) -> match {
            Size::Small(small) => n = double(small) -> size(n) max 20 else end((n, "small".to_owned())),
            Size::Large { n, text } => end((n, text)),
        };
    }
}

workflow! {
    Generic<T: Serialize + for<'de> Deserialize<'de> + Send + Sync + 'static>(item: T) -> T {
        start -> keep::<T>(item) -> again: keep::<T>(keep) -> end;
    }
}

workflow! {
    Nested(n: u32) -> (u32, String) { start -> Generic::<u32>(n) -> Routed(Generic) -> end; }
}

fn expected(n: u32) -> (u32, String) {
    let mut n = n;
    while n < 500 {
        n *= 2;
    }
    (n, n.to_string())
}

fn is_send<T: Send>(_: &T) {}

#[test]
fn a_run_can_be_sent_to_another_thread() {
    is_send(&Routed::run(&(), 1));
    is_send(&Routed::trace(&(), 1));
    is_send(&Generic::run(&(), String::new()));
    is_send(&Nested::run(&(), 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_are_spawned_on_a_runtime_of_several_threads() {
    let mut runs = JoinSet::new();
    for n in 1..100 {
        runs.spawn(async move { (n, Nested::run(&(), n).await) });
        runs.spawn(async move { (n, Routed::run(&(), n).await) });
        runs.spawn(async move { (n, Generic::run(&(), expected(n)).await) });
    }
    while let Some(run) = runs.join_next().await {
        let (n, outcome) = run.expect("no run panics");
        assert_eq!(outcome.unwrap(), expected(n));
    }
}

#[tokio::test]
async fn a_thousand_runs_at_once_do_not_mix_their_values() {
    let mut runs = JoinSet::new();
    for n in 1..=1_000 {
        runs.spawn(async move { (n, Routed::run(&(), n).await) });
    }
    let mut seen = 0;
    while let Some(run) = runs.join_next().await {
        let (n, outcome) = run.expect("no run panics");
        assert_eq!(outcome.unwrap(), expected(n));
        seen += 1;
    }
    assert_eq!(seen, 1_000);
}

#[test]
fn many_runs_in_one_task_do_not_mix_their_values() {
    let mut runs: Vec<(u32, Option<Run<'_, _>>)> = (1..=1_000).map(|n| (n, Some(Nested::run(&(), n)))).collect();
    let mut context = TaskContext::from_waker(Waker::noop());
    while runs.iter().any(|(_, run)| run.is_some()) {
        for (n, slot) in &mut runs {
            let Some(run) = slot else { continue };
            if let Poll::Ready(outcome) = Pin::new(run).poll(&mut context) {
                assert_eq!(outcome.unwrap(), expected(*n));
                *slot = None;
            }
        }
    }
}

#[test]
fn a_run_needs_no_tokio_where_nothing_needs_its_clock() {
    assert_eq!(block_on(Nested::run(&(), 7)).unwrap(), expected(7));
    assert_eq!(block_on(Generic::run(&(), vec![1, 2])).unwrap(), [1, 2]);
}

/// What the steps below did.
#[derive(Default)]
struct Done {
    begun: AtomicU32,
    dropped: AtomicU32,
    later: AtomicU32,
}

impl Done {
    fn counts(&self) -> (u32, u32, u32) {
        let [begun, dropped, later] = [&self.begun, &self.dropped, &self.later].map(|n| n.load(Ordering::Relaxed));
        (begun, dropped, later)
    }
}

struct Held<'d>(&'d Done);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

#[step]
async fn waits(#[context] done: &Done, counted: Counted) -> Counted {
    done.begun.fetch_add(1, Ordering::Relaxed);
    let _held = Held(done);
    pending::<()>().await;
    done.later.fetch_add(1, Ordering::Relaxed);
    counted
}

#[step]
fn after(#[context] done: &Done) {
    done.later.fetch_add(1, Ordering::Relaxed);
}

workflow! {
    Waits(counted: Counted) -> () { start -> waits(counted) -> after() -> end; }
}

workflow! {
    WaitsWithin(counted: Counted) -> () { start -> Waits(counted) -> after() -> end; }
}

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut TaskContext::from_waker(Waker::noop()))
}

#[test]
fn a_run_does_nothing_until_it_is_polled() {
    let done = Done::default();
    let run = Waits::run(&done, Counted::default());
    assert_eq!(done.counts(), (0, 0, 0));
    drop(run);
    assert_eq!(done.counts(), (0, 0, 0));
}

#[test]
fn dropping_a_run_drops_its_step_where_it_waits_and_does_nothing_more() {
    let done = Done::default();
    {
        let mut run = pin!(Waits::run(&done, Counted::default()));
        assert!(poll_once(run.as_mut()).is_pending());
        assert!(poll_once(run.as_mut()).is_pending());
        assert_eq!(done.counts(), (1, 0, 0));
    }
    assert_eq!(done.counts(), (1, 1, 0));
}

#[test]
fn dropping_a_run_drops_what_is_nested_in_it() {
    let done = Done::default();
    {
        let mut run = pin!(WaitsWithin::trace(&done, Counted::default()));
        assert!(poll_once(run.as_mut()).is_pending());
        assert_eq!(done.counts(), (1, 0, 0));
    }
    assert_eq!(done.counts(), (1, 1, 0));
}

#[test]
fn dropping_a_run_drops_the_values_it_holds() {
    #[derive(Serialize, Deserialize)]
    struct Shared(#[serde(skip)] Arc<()>);

    #[step]
    async fn hangs(one: &Shared) {
        let _ = one;
        pending::<()>().await;
    }

    workflow! {
        Flow(one: Shared, two: Shared) -> (Shared, Shared) { start -> hangs(one) -> end((one, two)); }
    }
    let shared = Arc::new(());
    {
        let mut run = pin!(Flow::run(&(), Shared(Arc::clone(&shared)), Shared(Arc::clone(&shared))));
        assert!(poll_once(run.as_mut()).is_pending());
        assert_eq!(Arc::strong_count(&shared), 3);
    }
    assert_eq!(Arc::strong_count(&shared), 1);
}

#[test]
fn a_value_is_dropped_as_soon_as_nothing_reads_it_any_more() {
    #[derive(Serialize, Deserialize)]
    struct Shared(#[serde(skip)] Arc<()>);

    #[step]
    fn look(one: &Shared) -> usize {
        Arc::strong_count(&one.0)
    }

    #[step]
    async fn hangs() {
        pending::<()>().await;
    }

    workflow! {
        Flow(one: Shared) -> usize { start -> look(one) -> hangs() -> end(look); }
    }
    let shared = Arc::new(());
    let mut run = pin!(Flow::run(&(), Shared(Arc::clone(&shared))));
    assert!(poll_once(run.as_mut()).is_pending());
    assert_eq!(Arc::strong_count(&shared), 1);
}

#[test]
fn a_run_may_be_traced_or_not_with_the_same_outcome() {
    let (path, outcome) = block_on(Routed::trace(&(), 300));
    assert_eq!(path, ["size", "double", "size"]);
    assert_eq!(outcome.unwrap(), block_on(Routed::run(&(), 300)).unwrap());
}

#[test]
fn steps_stay_functions_that_can_be_called() {
    assert_eq!(block_on(size(3)), Size::Small(3));
    assert_eq!(block_on(double(3)), 6);
    assert_eq!(block_on(keep("x".to_owned())), "x");
    let done = Done::default();
    after(&done);
    assert_eq!(done.counts(), (0, 0, 1));
}
