//! Runs that are cancelled, and runs that failed and are tried again.

use crate::{
    kept::{Cut, LEASE, World},
    steps::{add, double, slow},
};
use loomflow::{
    FailureKind, Loom, LoomError, Outcome,
    journal::{JournalError, RecordKind, Status},
    prelude::*,
};
use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{task::yield_now, time::sleep};

#[ask(u32)]
fn number(text: &str) -> Question {
    Question::new(text)
}

/// Never comes to its end.
#[step]
async fn hangs(#[context] begun: &Arc<AtomicU32>, n: u32) -> u32 {
    begun.fetch_add(n, Ordering::Relaxed);
    pending().await
}

/// Fails as long as it is told.
#[step(retry = 1)]
async fn moody(#[context] good: &Arc<AtomicU32>, n: u32) -> Result<u32, String> {
    yield_now().await;
    if good.load(Ordering::Relaxed) == 0 { Err("not today".to_owned()) } else { Ok(n + 1) }
}

workflow! {
    Hangs(n: u32) -> u32 {
        let why: Failure;
        start -> double(n) -> hangs(double) catch e => { why = (e) -> undo: double(double) -> fail(why) } -> end;
    }
}

workflow! {
    Waits(n: u32) -> u32 {
        start -> double(n) -> number("what?") -> end;
    }
}

workflow! {
    Moody(n: u32) -> u32 {
        start -> double(n) -> [ left: moody(double), { right: slow(n, 2) -> more: add(right, n) } ] -> last: moody(left) -> end(last + more);
    }
}

workflow! {
    Asks(n: u32) -> u32 {
        start -> [ number("what?") within 1d else { end(0) }, { sleep(20h) -> left: moody(n) } ] -> end(number + left);
    }
}

/// Must not happen twice, and never comes to its end.
#[step(at_most_once)]
async fn charges(#[context] begun: &Arc<AtomicU32>, n: u32) -> u32 {
    begun.fetch_add(n, Ordering::Relaxed);
    pending().await
}

workflow! {
    Doubts(n: u32) -> u32 {
        start -> [left: charges(n) catch _ => one: double(n), right: charges(n) catch _ => two: double(n)] -> end(n);
    }
}

fn is_cancelled<T>(outcome: &Result<T, LoomError>) -> bool {
    matches!(outcome, Err(LoomError::Failed(failure)) if failure.kind() == FailureKind::Cancelled)
}

async fn status<C: Send + Sync + 'static>(loom: &Loom<C>) -> Status {
    loom.info("run").await.expect("the journal is sound").expect("there is such a run").status
}

#[test]
fn a_run_at_work_is_cancelled_where_it_stands_and_undoes_what_it_did() {
    let begun = Arc::new(AtomicU32::new(0));
    let mut world = World::default();
    world.lives(Arc::clone(&begun), async |loom| {
        let run = loom.start::<Hangs>("run", 3).await.expect("it begins");
        while begun.load(Ordering::Relaxed) == 0 {
            yield_now().await;
        }
        run.cancel().await.expect("it is at work");
        assert!(is_cancelled(&run.outcome().await));
        assert_eq!(status(&loom).await, Status::Cancelled);
        let again = loom.cancel("run").await;
        assert!(matches!(again, Err(LoomError::Journal(JournalError::Ended { .. }))), "{again:?}");
        let retried = loom.retry("run").await;
        assert!(matches!(retried, Err(LoomError::Journal(JournalError::Ended { .. }))), "{retried:?}");
    });
    let undone = world.records().iter().filter(|record| record.node == "undo").count();
    assert_eq!(undone, 1);
}

#[test]
fn a_run_that_waits_is_cancelled_by_a_program_that_does_not_know_it() {
    let mut world = World::default();
    world.lives((), async |loom| {
        let run = loom.start::<Waits>("run", 3).await.expect("it begins");
        assert!(matches!(run.outcome().await, Ok(Outcome::Waiting(_))));
    });
    world.lives((), async |loom| loom.cancel("run").await.expect("it waits"));
    world.lives((), async |loom| {
        assert_eq!(status(&loom).await, Status::Waiting);
        let run = loom.handle::<Waits>("run");
        assert_eq!(loom.resume_all().await.expect("the journal is sound"), 1);
        assert!(is_cancelled(&run.outcome().await));
    });
}

#[test]
fn every_step_in_doubt_takes_the_cancel_wherever_the_run_is_cut_off_in_that() {
    for write in 0.. {
        for cut in [Cut::Behind(write), Cut::Before(write)] {
            let (mut world, begun) = (World::default(), Arc::new(AtomicU32::new(0)));
            world.lives(Arc::clone(&begun), async |loom| {
                let _run = loom.start::<Doubts>("run", 1).await.expect("it begins");
                while begun.load(Ordering::Relaxed) < 2 {
                    yield_now().await;
                }
            });
            let died = world.program(cut, async |journal| {
                let loom = Loom::builder(Arc::clone(&begun)).journal(journal.clone()).lease(LEASE).build();
                let cancelled = async {
                    let run = loom.handle::<Doubts>("run");
                    assert!(matches!(run.outcome().await, Ok(Outcome::Waiting(open)) if open.len() == 2));
                    run.cancel().await.expect("it waits");
                    assert_eq!(run.output().await.expect("it undoes what it did"), 1);
                };
                tokio::select! { () = cancelled => false, () = journal.died() => true }
            });
            if !died {
                return;
            }
            world.lives(Arc::clone(&begun), async |loom| {
                let run = loom.handle::<Doubts>("run");
                // It may have died before it was cancelled.
                let _ = run.cancel().await;
                assert_eq!(run.output().await.expect("it undoes what it did"), 1, "{cut:?}");
            });
            let records = world.records();
            let of = |kind| records.iter().filter(|record| record.kind == kind).count();
            assert_eq!((of(RecordKind::Cancelled), of(RecordKind::Output)), (2, 2), "{cut:?}");
            assert_eq!(begun.load(Ordering::Relaxed), 2, "{cut:?}");
        }
    }
}

#[test]
fn a_run_that_is_unknown_or_has_ended_cannot_be_cancelled() {
    World::default().lives((), async |loom| {
        let unknown = loom.cancel("run").await;
        assert!(matches!(unknown, Err(LoomError::Journal(JournalError::Unknown { .. }))), "{unknown:?}");
        let run = loom.start::<Waits>("run", 3).await.expect("it begins");
        assert!(matches!(run.outcome().await, Ok(Outcome::Waiting(_))));
        loom.answer::<number>("run", 4).await.expect("it is asked");
        assert_eq!(run.output().await.expect("it ends"), 4);
        let ended = loom.cancel("run").await;
        assert!(matches!(ended, Err(LoomError::Journal(JournalError::Ended { .. }))), "{ended:?}");
    });
}

#[test]
fn a_run_that_failed_is_tried_again_from_where_it_stands_as_often_as_it_fails() {
    let good = Arc::new(AtomicU32::new(0));
    let mut world = World::default();
    world.lives(Arc::clone(&good), async |loom| {
        let run = loom.start::<Moody>("run", 3).await.expect("it begins");
        assert!(matches!(run.outcome().await, Err(LoomError::Failed(_))));
        loom.retry("run").await.expect("it failed");
        assert!(matches!(run.outcome().await, Err(LoomError::Failed(_))), "and fails again");
    });
    good.store(1, Ordering::Relaxed);
    let output = world.lives(good, async |loom| {
        let run = loom.handle::<Moody>("run");
        loom.retry("run").await.expect("it failed");
        run.output().await.expect("it ends")
    });
    assert_eq!(output, 8 + 6);
    let records = world.records();
    let count = |kind, node| records.iter().filter(|record| record.kind == kind && record.node == node).count();
    assert_eq!(["double", "right", "more", "left", "last"].map(|node| count(RecordKind::Output, node)), [1; 5]);
    assert_eq!((count(RecordKind::Failed, "left"), count(RecordKind::Attempt, "left")), (2, 2));
}

#[test]
fn what_is_asked_anew_when_a_run_is_tried_again_has_its_whole_limit() {
    let good = Arc::new(AtomicU32::new(0));
    let mut world = World::default();
    world.lives(Arc::clone(&good), async |loom| {
        let run = loom.start::<Asks>("run", 3).await.expect("it begins");
        assert!(matches!(run.output().await, Err(LoomError::Failed(_))), "after 20 hours");
        good.store(1, Ordering::Relaxed);
        loom.retry("run").await.expect("it failed");
        sleep(Duration::from_secs(20 * 3600)).await;
        loom.answer::<number>("run", 5).await.expect("there are 4 hours left");
        assert_eq!(run.output().await.expect("it ends"), 5 + 4);
    });
    let records = world.records();
    let timers = records.iter().filter(|record| record.kind == RecordKind::Timer);
    assert_eq!(timers.map(|record| &*record.node).collect::<Vec<_>>(), ["sleep"], "a question tells its limit");
}
