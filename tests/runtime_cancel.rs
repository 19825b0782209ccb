//! Cancelling: every node a run stands at fails once, and what comes behind it runs as ever.

mod common;

use common::{block_on, ended, failed, way};
use loomflow::prelude::*;
use std::future::{pending, ready};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context as TaskContext, Poll, Waker};
use tokio::sync::oneshot;
use tokio::task::yield_now;

/// What the steps did.
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
async fn waits(#[context] done: &Done) {
    done.begun.fetch_add(1, Ordering::Relaxed);
    let _held = Held(done);
    pending::<()>().await;
}

#[step]
fn after(#[context] done: &Done) {
    done.later.fetch_add(1, Ordering::Relaxed);
}

#[step]
async fn count(n: u32) -> u32 {
    yield_now().await;
    n + 1
}

workflow! {
    Waits() -> () { start -> waits() -> after() -> end; }
}

workflow! {
    Around() -> () { start -> before: after() -> Waits() -> after() -> end; }
}

workflow! {
    Counts(n: u32) -> u32 { start -> one: count(n) -> two: count(one) -> end; }
}

/// A signal that the returned sender gives.
fn signal() -> (oneshot::Sender<()>, impl Future<Output = ()> + Send) {
    let (sender, receiver) = oneshot::channel::<()>();
    (sender, async move {
        // A sender that is dropped gives no signal.
        if receiver.await.is_err() {
            pending::<()>().await;
        }
    })
}

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut TaskContext::from_waker(Waker::noop()))
}

#[test]
fn a_signal_fails_the_node_the_run_stands_at() {
    let done = Done::default();
    let (cancel, cancelled) = signal();
    let mut run = pin!(Waits::trace(&done).cancelled_by(cancelled));
    assert!(poll_once(run.as_mut()).is_pending());
    assert_eq!(done.counts(), (1, 0, 0));
    cancel.send(()).unwrap();
    let Poll::Ready((path, Err(failure))) = poll_once(run.as_mut()) else { panic!("the run goes on") };
    assert_eq!((path, failure.kind(), failure.attempt()), (vec!["waits"], FailureKind::Cancelled, 0));
    assert_eq!(failure.to_string(), "workflow `Waits` failed at `waits`: the run was cancelled");
    // Its work is dropped where it waits, and nothing is done behind it.
    assert_eq!(done.counts(), (1, 1, 0));
}

#[test]
fn a_signal_wakes_the_run() {
    let done = Done::default();
    let (cancel, cancelled) = signal();
    let (outcome, ()) = block_on(async {
        tokio::join!(Waits::run(&done).cancelled_by(cancelled), async {
            yield_now().await;
            cancel.send(()).unwrap();
        })
    });
    assert_eq!(outcome.unwrap_err().kind(), FailureKind::Cancelled);
}

#[test]
fn a_signal_that_is_there_before_the_run_fails_the_first_node() {
    let done = Done::default();
    let (path, failure) = failed(Around::trace(&done).cancelled_by(ready(())));
    assert_eq!((path.as_str(), failure.kind()), ("before", FailureKind::Cancelled));
    assert_eq!(done.counts(), (0, 0, 0));
}

#[test]
fn a_node_of_a_nested_workflow_fails_once_and_tells_the_way_to_it() {
    let done = Done::default();
    let (cancel, cancelled) = signal();
    let mut run = pin!(Around::run(&done).cancelled_by(cancelled));
    assert!(poll_once(run.as_mut()).is_pending());
    cancel.send(()).unwrap();
    let Poll::Ready(Err(failure)) = poll_once(run.as_mut()) else { panic!("the run goes on") };
    assert_eq!(
        failure.to_string(),
        "workflow `Around` at `Waits`, workflow `Waits` failed at `waits`: the run was cancelled"
    );
    assert_eq!(done.counts(), (1, 1, 1));
}

#[test]
fn a_signal_that_never_comes_changes_nothing() {
    assert_eq!(ended(Counts::trace(&(), 1).cancelled_by(pending())), way("one two", 3_u32));
    let (cancel, cancelled) = signal();
    drop(cancel);
    assert_eq!(block_on(Counts::run(&(), 1).cancelled_by(cancelled)).unwrap(), 3);
}

#[test]
fn of_several_signals_the_first_cancels() {
    let done = Done::default();
    let (cancel, cancelled) = signal();
    let mut run = pin!(Waits::run(&done).cancelled_by(pending()).cancelled_by(cancelled).cancelled_by(pending()));
    assert!(poll_once(run.as_mut()).is_pending());
    cancel.send(()).unwrap();
    assert!(matches!(poll_once(run.as_mut()), Poll::Ready(Err(_))));
}

#[test]
fn an_ask_that_waits_for_its_answer_is_cancelled() {
    #[ask(bool)]
    fn approve() -> Question {
        Question::new("Send it?")
    }
    workflow! {
        Flow() -> bool { start -> approve() -> end; }
    }
    let (cancel, cancelled) = signal();
    let mut run = pin!(Flow::run(&()).answering::<approve>(|_| None).cancelled_by(cancelled));
    assert!(poll_once(run.as_mut()).is_pending());
    cancel.send(()).unwrap();
    let Poll::Ready(Err(failure)) = poll_once(run.as_mut()) else { panic!("the run goes on") };
    assert_eq!((failure.kind(), failure.node()), (FailureKind::Cancelled, "approve"));
}

#[tokio::test(start_paused = true)]
async fn the_pause_before_another_attempt_is_cancelled() {
    #[step(retry = 3, backoff = 1h)]
    fn fails(#[context] done: &Done) -> Result<u32, &'static str> {
        done.begun.fetch_add(1, Ordering::Relaxed);
        Err("down")
    }
    workflow! {
        Flow() -> u32 { start -> fails() -> end; }
    }
    let done = Done::default();
    let (cancel, cancelled) = signal();
    let mut run = pin!(Flow::run(&done).cancelled_by(cancelled));
    assert!(poll_once(run.as_mut()).is_pending());
    cancel.send(()).unwrap();
    let failure = run.await.unwrap_err();
    assert_eq!((failure.kind(), failure.node()), (FailureKind::Cancelled, "fails"));
    assert_eq!(done.counts(), (1, 0, 0));
}

#[test]
fn a_run_with_a_signal_can_be_sent_to_another_thread() {
    fn is_send<T: Send>(_: &T) {}
    is_send(&Counts::run(&(), 1).cancelled_by(pending()));
}

#[test]
#[should_panic(expected = "is said before the run is first polled")]
fn a_signal_that_is_given_after_the_first_poll_is_refused() {
    let done = Done::default();
    let mut run = Waits::run(&done);
    assert!(poll_once(pin!(&mut run)).is_pending());
    drop(run.cancelled_by(pending()));
}
