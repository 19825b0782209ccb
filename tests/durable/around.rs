//! What is given to runs and found by their steps, without being told: it is the run's own, however many run at once.

use crate::kept::{World, program};
use loomflow::{around, prelude::*};
use std::sync::Arc;
use tokio::task::yield_now;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tone(u32);

/// The tone that is found before and after others had a turn.
#[step]
async fn tone(n: u32) -> (u32, u32) {
    let before = around::given::<Tone>();
    yield_now().await;
    assert_eq!(before, around::given::<Tone>());
    (n, before.map_or(0, |tone| tone.0))
}

/// Whom it is done for, and in which session.
#[step]
fn whom() -> (String, String) {
    (around::user().unwrap_or_default(), around::session().unwrap_or_default())
}

workflow! {
    Inner(n: u32) -> u32 {
        start -> tone(n) -> end(tone.1);
    }
}

workflow! {
    Finds(n: u32) -> Vec<u32> {
        start -> [ one: tone(n), two: Inner(n) ] -> three: tone(n) -> end(vec![one.1, two, three.1]);
    }
}

/// Runs a workflow itself, as a step may: as it is, and with a tone of its own.
#[step]
async fn runs(n: u32) -> Result<(u32, u32), Failure> {
    Ok((Inner::run(&(), n).await?, Inner::run(&(), n).with(Tone(n)).await?))
}

workflow! {
    Outer(n: u32) -> (u32, u32) {
        start -> runs(n) -> end;
    }
}

workflow! {
    Whom() -> (String, String) {
        start -> whom() -> end;
    }
}

#[test]
fn a_thousand_runs_at_once_find_each_what_was_given_to_it() {
    program(async {
        let runs = (0..1_000).map(|n| tokio::spawn(async move { (n, Finds::run(&(), n).with(Tone(n)).await) }));
        for run in runs.collect::<Vec<_>>() {
            let (n, found) = run.await.expect("no run panics");
            assert_eq!(found.expect("it ends"), vec![n; 3]);
        }
        assert_eq!(Finds::run(&(), 7).await.expect("it ends"), vec![0; 3]);
    });
}

#[test]
fn a_run_within_a_step_finds_its_own_or_else_that_of_the_run_around() {
    program(async {
        assert_eq!(Outer::run(&(), 3).with(Tone(8)).await.expect("it ends"), (8, 3));
        assert_eq!(Outer::run(&(), 3).await.expect("it ends"), (0, 3));
    });
}

#[test]
fn runs_that_are_kept_find_what_their_loom_was_given_and_whom_they_are_for() {
    program(async {
        let loom = loomflow::Loom::builder(()).with(Tone(1)).with(Tone(5)).build();
        let run = loom.start::<Finds>("finds", 3).await.expect("it begins");
        assert_eq!(run.output().await.expect("it ends"), vec![5; 3]);
        let run = loom.start::<Whom>("whom", ()).user("ann").session("s-1").await.expect("it begins");
        assert_eq!(run.output().await.expect("it ends"), ("ann".to_owned(), "s-1".to_owned()));
        let plain = loom.run("plain", 1, async |n: u32| Ok::<_, Failure>((tone(n).await.1, whom().0)));
        assert_eq!(plain.user("bob").await.expect("it ends"), (5, "bob".to_owned()));
    });
}

#[test]
fn what_a_run_is_given_is_not_kept_with_it() {
    let mut world = World::default();
    world.lives(Arc::new(()), async |loom| {
        let run = loom.start::<Finds>("finds", 3).await.expect("it begins");
        assert_eq!(run.output().await.expect("it ends"), vec![0; 3]);
    });
}
