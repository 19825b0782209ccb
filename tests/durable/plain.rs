//! Plain Rust over steps.

#![expect(clippy::unused_async, reason = "steps are async here so that they are performed as such")]

use crate::{
    kept::{Cut, Mortal, program},
    performed::Performed,
};
use futures_util::future::join;
use loomflow::{
    Loom, LoomError, Settled, Visit,
    journal::{Filter, Journal, JournalError, MemoryJournal, RecordKind, Status},
    prelude::*,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[step]
async fn double(done: &Performed, n: u32) -> u32 {
    done.note(format!("double {n}"));
    tokio::task::yield_now().await;
    2 * n
}

#[step]
async fn quick(done: &Performed, n: u32) -> u32 {
    done.note(format!("quick {n}"));
    n
}

#[step]
fn add(done: &Performed, (n, m): (u32, u32)) -> u32 {
    done.note(format!("add {n} {m}"));
    n + m
}

/// Calls a step of its own, which is no call of the program.
#[step]
async fn outer(done: &Performed, mut n: u32) -> u32 {
    n += 1;
    quick(done, n).await
}

/// An error that can be written down.
#[derive(Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("no {what}")]
struct Missing {
    what: String,
}

#[step(retry = 1, backoff = 1s)]
async fn find(done: &Performed, what: String) -> Result<u32, Missing> {
    done.note(format!("find {what}"));
    Err(Missing { what })
}

/// An error of which only the text can be recorded.
#[derive(Debug, thiserror::Error)]
#[error("opaque")]
struct Opaque;

#[step]
async fn opaque(done: &Performed) -> Result<u32, Opaque> {
    done.note("opaque");
    Err(Opaque)
}

#[step(timeout = 1s)]
async fn slow(done: &Performed) -> Result<u32, Failure> {
    done.note("slow");
    tokio::time::sleep(Duration::from_secs(3600)).await;
    Ok(1)
}

async fn whole(loom: &Loom<Performed>, done: &Performed) -> Result<u32, LoomError> {
    loom.run("run", 3, async |n: u32| {
        let mut n = double(done, n).await;
        let (one, two) =
            join(async { add(done, (double(done, n).await, 1)) }, async { quick(done, quick(done, 7).await).await })
                .await;
        n = add(done, (one, two));
        if let Err(error) = find(done, "tea".to_owned()).await {
            n += u32::try_from(error.what.len()).unwrap_or(0);
        }
        for _ in 0..3 {
            n = outer(done, n).await;
        }
        Ok::<_, Failure>(add(done, (n, 0)))
    })
    .await
}

fn loom(kept: &MemoryJournal, generation: i64, cut: Cut, done: &Performed) -> (Loom<Performed>, Mortal) {
    let journal = Mortal::after(kept, generation, cut);
    (Loom::builder(done.clone()).journal(journal.clone()).build(), journal)
}

#[test]
fn a_program_cut_off_at_any_write_goes_on_and_repeats_nothing_that_is_recorded() {
    let all = Performed::default();
    let (output, writes) = program(async {
        let (loom, journal) = loom(&MemoryJournal::new(), 0, Cut::Never, &all);
        (whole(&loom, &all).await.unwrap(), journal.writes())
    });
    assert!(writes > 5);
    for cut in (0..writes).flat_map(|write| [Cut::Behind(write), Cut::Before(write)]) {
        let (kept, done) = (MemoryJournal::new(), Performed::default());
        program(async {
            let (loom, journal) = loom(&kept, 0, cut, &done);
            tokio::select! { _ = whole(&loom, &done) => {}, () = journal.died() => {} }
        });
        let records = program(async { kept.records(1, 0, 999).await.unwrap() });
        let again = Performed::default();
        program(async {
            let (loom, _) = loom(&kept, 1, Cut::Never, &again);
            assert_eq!(whole(&loom, &again).await.unwrap(), output, "{cut:?}");
            // A run that has ended is not performed at all.
            let ended = Performed::default();
            assert_eq!(whole(&loom, &ended).await.unwrap(), output);
            assert_eq!(ended.sorted(), Vec::<String>::new());
        });
        let performed = |node: &str| match node {
            "outer" => 1,
            _ => usize::from(["double", "quick", "add", "find"].contains(&node)),
        };
        let recorded: usize = records
            .iter()
            .filter(|record| matches!(record.kind, RecordKind::Output | RecordKind::Failed | RecordKind::Attempt))
            .map(|record| performed(&record.node))
            .sum();
        assert_eq!(again.sorted().len(), all.sorted().len() - recorded, "{cut:?}\n{:?}", again.sorted());
    }
}

/// Runs a program that does the first two, and dies before the third is recorded.
fn begun(kept: &MemoryJournal) -> Performed {
    let done = Performed::default();
    program(async {
        let (loom, journal) = loom(kept, 0, Cut::Before(2), &done);
        let run = loom.run("run", 3, async |n: u32| {
            let n = double(&done, n).await;
            let n = quick(&done, n).await;
            Ok::<_, Failure>(double(&done, n).await)
        });
        tokio::select! { _ = run => {}, () = journal.died() => {} }
    });
    done
}

fn difference(error: Result<u32, LoomError>) -> String {
    match error {
        Err(LoomError::Changed { id, differences }) => {
            assert_eq!((id.as_str(), differences.len()), ("run", 1));
            differences[0].clone()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_program_that_changed_stops_with_the_first_difference_before_it_performs_anything() {
    let kept = MemoryJournal::new();
    begun(&kept);
    let done = Performed::default();
    program(async {
        let (loom, _) = loom(&kept, 1, Cut::Never, &done);
        let other = loom.run("run", 3, async |n: u32| Ok::<_, Failure>(quick(&done, n).await)).await;
        assert_eq!(
            difference(other),
            "call 1 of `double` comes next in its record, and the program makes call 1 of `quick`"
        );
        let plain = loom.run("run", 3, async |n: u32| Ok::<_, Failure>(add(&done, (n, n)))).await;
        assert_eq!(
            difference(plain),
            "call 1 of `double` comes next in its record, and the program makes call 1 of `add`"
        );
        let shorter = loom.run("run", 3, async |n: u32| Ok::<_, Failure>(double(&done, n).await)).await;
        assert_eq!(difference(shorter), "call 1 of `quick` comes next in its record, and the program ends without it");
        let at_once = async |n: u32| {
            let (one, two) = join(double(&done, n), double(&done, n)).await;
            Ok::<_, Failure>(one + two)
        };
        assert_eq!(
            difference(loom.run("run", 3, at_once).await),
            "call 1 of `quick` comes next in its record, and the program makes call 2 of `double`"
        );
        assert_eq!(done.sorted(), Vec::<String>::new());
        // The run is as it was.
        let same = loom.run("run", 3, async |n: u32| {
            let n = double(&done, n).await;
            Ok::<_, Failure>(quick(&done, n).await + double(&done, 1).await)
        });
        assert_eq!(same.await.unwrap(), 8);
        assert_eq!(done.sorted(), ["double 1"]);
    });
}

#[test]
fn what_a_program_waits_for_besides_steps_is_waited_for() {
    let (kept, done) = (MemoryJournal::new(), Performed::default());
    let run = async |loom: &Loom<Performed>, done: &Performed| {
        loom.run("run", 3, async |n: u32| {
            let late = async {
                tokio::time::sleep(Duration::from_millis(10)).await;
                add(done, (n, 1))
            };
            let (one, two) = join(late, slow(done)).await;
            Ok::<_, Failure>(one + two.unwrap_or(0) + quick(done, 5).await)
        })
        .await
    };
    program(async {
        let (loom, journal) = loom(&kept, 0, Cut::Before(1), &done);
        tokio::select! { _ = run(&loom, &done) => {}, () = journal.died() => {} }
    });
    program(async {
        let (loom, _) = loom(&kept, 1, Cut::Never, &done);
        assert_eq!(run(&loom, &done).await.unwrap(), 9);
    });
}

#[test]
fn another_input_or_a_workflow_under_the_id_is_refused() {
    let kept = MemoryJournal::new();
    begun(&kept);
    program(async {
        let done = Performed::default();
        let (loom, _) = loom(&kept, 1, Cut::Never, &done);
        let other = loom.run("run", 4, async |n: u32| Ok::<_, Failure>(n)).await;
        assert!(matches!(other, Err(LoomError::Another { .. })), "{other:?}");
        let resumed = loom.resume("run").await;
        assert!(matches!(resumed, Err(LoomError::Program { .. })), "{resumed:?}");
        assert_eq!(loom.resume_all().await.unwrap(), 0);
        let info = loom.info("run").await.unwrap().unwrap();
        assert_eq!((info.workflow.as_str(), info.status), ("plain", Status::Running));
        assert_eq!(loom.runs(&Filter::default()).await.unwrap().len(), 1);
        assert!(loom.delete("run").await.unwrap());
    });
}

#[test]
fn a_run_that_somebody_is_at_is_held() {
    program(async {
        let done = Performed::default();
        let loom = Loom::builder(done.clone()).build();
        let first = loom.run("run", 1, async |n: u32| {
            let second = loom.run("run", 1, async |n: u32| Ok::<_, Failure>(n)).await;
            assert!(matches!(second, Err(LoomError::Journal(JournalError::Held { .. }))), "{second:?}");
            Ok::<_, Failure>(n)
        });
        assert_eq!(first.await.unwrap(), 1);
    });
}

#[test]
fn errors_are_the_same_when_the_run_is_carried_on() {
    let kept = MemoryJournal::new();
    let run = async |loom: &Loom<Performed>, done: &Performed| {
        loom.run("run", (), async |()| {
            let missing = find(done, "tea".to_owned()).await.unwrap_err();
            let late = slow(done).await.unwrap_err();
            let opaque = opaque(done).await.unwrap_err();
            Ok::<_, Failure>((missing, late, opaque.to_string(), quick(done, 1).await))
        })
        .await
        .map(|(missing, late, opaque, _)| (missing.to_string(), late.to_string(), late.kind(), opaque))
    };
    let first = Performed::default();
    program(async {
        let (loom, journal) = loom(&kept, 0, Cut::Before(4), &first);
        tokio::select! { _ = run(&loom, &first) => {}, () = journal.died() => {} }
    });
    assert_eq!(first.sorted(), ["find tea", "find tea", "opaque", "quick 1", "slow"]);
    let again = Performed::default();
    program(async {
        let (loom, _) = loom(&kept, 1, Cut::Never, &again);
        let (missing, late, kind, opaque) = run(&loom, &again).await.unwrap();
        assert_eq!((missing.as_str(), opaque.as_str(), kind), ("no tea", "opaque", FailureKind::TimedOut));
        assert_eq!(late, "workflow `plain` failed at `slow`, attempt 1: took longer than its timeout of 1s");
    });
    assert_eq!(again.sorted(), ["opaque", "quick 1"]);
}

#[step]
async fn panics(done: &Performed) -> u32 {
    done.note("panics");
    panic!("no more")
}

#[step(retry = 1)]
fn panics_at_once(done: &Performed) -> u32 {
    done.note("panics");
    panic!("no more")
}

#[test]
fn a_failure_that_a_function_cannot_return_ends_the_run() {
    program(async {
        let done = Performed::default();
        let loom = Loom::builder(done.clone()).build();
        let run = loom.run("a", (), async |()| Ok::<_, Failure>(panics(&done).await)).await;
        let Err(LoomError::Failed(failure)) = run else { panic!("{run:?}") };
        assert_eq!(failure.to_string(), "workflow `plain` failed at `panics`, attempt 1: panicked: no more");
        assert_eq!(loom.info("a").await.unwrap().unwrap().status, Status::Failed);
        let run = loom.run("a", (), async |()| Ok::<_, Failure>(panics(&done).await)).await;
        assert!(matches!(run, Err(LoomError::Failed(_))));
        let run = loom.run("b", (), async |()| Ok::<_, Failure>(panics_at_once(&done))).await;
        assert!(matches!(run, Err(LoomError::Failed(failure)) if failure.kind() == FailureKind::Panicked));
        assert_eq!(done.sorted().len(), 3);
        let run = loom.run("c", (), async |()| Err::<u32, _>("not today")).await;
        assert!(matches!(run, Err(LoomError::Failed(failure)) if failure.to_string() == "not today"));
    });
}

#[step(at_most_once)]
async fn charge(done: &Performed, #[run] run: &Visit, n: u32) -> u32 {
    done.note(run.key());
    tokio::task::yield_now().await;
    n + 1
}

#[test]
fn a_step_that_must_not_happen_twice_is_settled() {
    for happened in [true, false] {
        let (kept, done) = (MemoryJournal::new(), Performed::default());
        let run = async |loom: &Loom<Performed>| {
            let run = loom.run("run", 3, async |n: u32| {
                Ok::<_, Failure>(quick(&Performed::default(), charge(&done, &Visit::outside(), n).await).await)
            });
            run.await.unwrap()
        };
        program(async {
            let (loom, journal) = loom(&kept, 0, Cut::Before(1), &done);
            tokio::select! { _ = run(&loom) => {}, () = journal.died() => {} }
        });
        assert_eq!(done.sorted(), ["run~1~charge.1"]);
        let output = program(async {
            let (loom, _) = loom(&kept, 1, Cut::Never, &done);
            let settle = async {
                while loom.questions("run").await.unwrap().is_empty() {
                    tokio::task::yield_now().await;
                }
                let settled = if happened { Settled::Happened(70) } else { Settled::DidNot };
                loom.settle::<charge>("run", settled).by("ada").await.unwrap();
            };
            join(run(&loom), settle).await.0
        });
        assert_eq!((output, done.sorted().len()), if happened { (70, 1) } else { (4, 2) });
        assert!(done.sorted().iter().all(|key| key == "run~1~charge.1"));
    }
}

#[step(cache = 1h)]
async fn search(done: &Performed, text: &str) -> Vec<String> {
    done.note("search");
    vec![text.to_owned()]
}

impl Serialize for Performed {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

#[test]
fn what_a_cached_step_gave_is_looked_up() {
    program(async {
        let done = Performed::default();
        let loom = Loom::builder(done.clone()).build();
        for id in ["a", "b"] {
            let run = loom.run(id, (), async |()| Ok::<_, Failure>(search(&done, "tea").await));
            assert_eq!(run.await.unwrap(), ["tea"]);
        }
        assert_eq!(done.sorted(), ["search"]);
    });
}

workflow! {
    Within(n: u32) -> u32 { start -> bare(n) -> end; }
}

#[step]
fn bare(n: u32) -> u32 {
    n + 1
}

#[test]
fn a_workflow_within_is_no_call_and_can_be_cancelled_with_the_run() {
    program(async {
        let done = Performed::default();
        let loom = Loom::builder(done.clone()).build();
        let run = loom.run("a", 1, async |n: u32| Ok::<_, Failure>(bare(Within::run(&(), n).await?)));
        assert_eq!(run.user("ada").session("s").await.unwrap(), 3);
        let info = loom.info("a").await.unwrap().unwrap();
        assert_eq!((info.user.as_deref(), info.session.as_deref()), (Some("ada"), Some("s")));
        let records = loom.journal().records(1, 0, 99).await.unwrap();
        assert_eq!(records.iter().map(|record| &*record.node).collect::<Vec<_>>(), ["bare", ""]);
        let cancel = async {
            while done.sorted().is_empty() {
                tokio::task::yield_now().await;
            }
            loom.cancel("b").await.unwrap();
        };
        let (cancelled, ()) = join(loom.run("b", (), async |()| slow(&done).await).into_future(), cancel).await;
        assert!(matches!(cancelled, Err(LoomError::Failed(failure)) if failure.kind() == FailureKind::Cancelled));
        assert_eq!(loom.info("b").await.unwrap().unwrap().status, Status::Cancelled);
    });
}

#[tokio::test]
async fn outside_of_a_run_a_step_is_its_function() {
    let done = Performed::default();
    assert_eq!(add(&done, (double(&done, 2).await, 1)), 5);
    assert_eq!(find(&done, "tea".to_owned()).await, Err(Missing { what: "tea".to_owned() }));
    assert_eq!(done.sorted(), ["add 4 1", "double 2", "find tea"]);
}

#[tokio::test]
async fn a_program_can_run_in_a_task_of_its_own() {
    let done = Performed::default();
    let loom = Loom::builder(done.clone()).build();
    let run =
        tokio::spawn(async move { loom.run("run", 3, async |n: u32| Ok::<_, Failure>(double(&done, n).await)).await });
    assert_eq!(run.await.unwrap().unwrap(), 6);
}
