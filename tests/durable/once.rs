//! Steps that must not happen twice.

#![expect(clippy::unused_async, reason = "steps are async here so that they are performed as such")]

use crate::{
    kept::{Cut, Mortal, program},
    performed::Performed,
};
use loomflow::{
    Loom, LoomError, Outcome, Settled,
    journal::{Journal, MemoryJournal, RecordKind},
    prelude::*,
};

#[step]
async fn price(#[context] done: &Performed, n: u32) -> u32 {
    done.note("price");
    n * 10
}

#[step(at_most_once)]
async fn charge(#[context] done: &Performed, n: u32) -> Result<u32, String> {
    done.note("charge");
    tokio::task::yield_now().await;
    if n > 1_000 { Err("too much".to_owned()) } else { Ok(n + 1) }
}

#[step]
async fn ship(#[context] done: &Performed, n: u32) -> u32 {
    done.note("ship");
    n + 1
}

workflow! {
    Order(n: u32) -> u32 { start -> price(n) -> charge(price) -> ship(charge) -> end; }
}

workflow! {
    Limited(n: u32) -> u32 { start -> price(n) -> charge(price) within 1d else end(0) -> end; }
}

fn charged(done: &Performed) -> usize {
    done.sorted().iter().filter(|what| *what == "charge").count()
}

/// Runs it until it dies.
fn dies(kept: &MemoryJournal, generation: i64, cut: Cut, done: &Performed) {
    program(async {
        let journal = Mortal::after(kept, generation, cut);
        let loom = Loom::builder(done.clone()).journal(journal.clone()).build();
        loom.start::<Order>("run", 3).await.unwrap();
        journal.died().await;
    });
}

/// Goes on; when it asks whether the charge happened, it is told what `settled` says.
fn goes_on(
    kept: &MemoryJournal,
    generation: i64,
    done: &Performed,
    settled: impl Fn() -> Settled<u32>,
) -> (u32, usize) {
    program(async {
        let loom = Loom::builder(done.clone()).journal(Mortal::after(kept, generation, Cut::Never)).build();
        let run = loom.start::<Order>("run", 3).await.unwrap();
        let mut asked = 0;
        loop {
            match run.outcome().await.unwrap() {
                Outcome::Done(output) => return (output, asked),
                Outcome::Waiting(open) => {
                    assert_eq!((open[0].ask.as_str(), open[0].node.as_str()), ("charge", "charge"));
                    assert!(open[0].question.text().contains("`charge`"), "{:?}", open[0].question);
                    asked += 1;
                    loom.settle::<charge>("run", settled()).by("ada").await.unwrap();
                }
            }
        }
    })
}

fn writes() -> usize {
    program(async {
        let journal = Mortal::after(&MemoryJournal::new(), 0, Cut::Never);
        let loom = Loom::builder(Performed::default()).journal(journal.clone()).build();
        assert_eq!(loom.start::<Order>("run", 3).await.unwrap().output().await.unwrap(), 32);
        journal.writes()
    })
}

fn begun(kept: &MemoryJournal) -> bool {
    let records = program(async { kept.records(1, 0, usize::MAX).await.unwrap() });
    let of_charge: Vec<_> = records.iter().filter(|record| record.node == "charge").map(|record| record.kind).collect();
    of_charge == [RecordKind::Begun]
}

#[test]
fn a_run_cut_off_at_any_write_asks_when_the_step_had_begun_and_never_performs_it_by_itself() {
    let mut doubts = 0;
    for cut in (0..writes()).flat_map(|write| [Cut::Behind(write), Cut::Before(write)]) {
        for happened in [true, false] {
            let (kept, done) = (MemoryJournal::new(), Performed::default());
            dies(&kept, 0, cut, &done);
            let (in_doubt, before) = (begun(&kept), charged(&done));
            let settled = || if happened { Settled::Happened(50) } else { Settled::DidNot };
            let (output, asked) = goes_on(&kept, 1, &done, settled);
            doubts += usize::from(in_doubt);
            assert_eq!(asked, usize::from(in_doubt), "{cut:?}");
            assert_eq!(output, if in_doubt && happened { 51 } else { 32 }, "{cut:?}");
            let again = if in_doubt { usize::from(!happened) } else { 1 - before };
            assert_eq!(charged(&done), before + again, "{cut:?}");
        }
    }
    assert!(doubts > 0);
}

#[test]
fn a_run_cut_off_while_it_asks_or_is_answered_asks_on_and_again_when_it_is_cut_off_again() {
    let first = (0..writes()).map(Cut::Behind).find(|cut| {
        let kept = MemoryJournal::new();
        dies(&kept, 0, *cut, &Performed::default());
        begun(&kept)
    });
    let first = first.expect("it is cut off there");
    for second in (0..6).flat_map(|write| [Cut::Behind(write), Cut::Before(write)]) {
        let (kept, done) = (MemoryJournal::new(), Performed::default());
        dies(&kept, 0, first, &done);
        let before = charged(&done);
        let (mut settled, mut ended) = (false, false);
        program(async {
            let journal = Mortal::after(&kept, 1, second);
            let loom = Loom::builder(done.clone()).journal(journal.clone()).build();
            let work = async {
                let run = loom.start::<Order>("run", 3).await.unwrap();
                while let Outcome::Waiting(_) = run.outcome().await.unwrap() {
                    // It counts from when it is said: the program may die before it learns that it was.
                    settled = true;
                    loom.settle::<charge>("run", Settled::DidNot).await.unwrap();
                }
                ended = true;
            };
            tokio::select! { () = work => {}, () = journal.died() => {} }
        });
        let performed = charged(&done) - before;
        assert!(performed <= 1, "{second:?}");
        let (output, asked) = goes_on(&kept, 2, &done, || Settled::DidNot);
        assert_eq!(output, 32);
        if ended {
            assert_eq!(asked, 0);
        }
        // It was performed again only when somebody said that it had not happened.
        assert!(charged(&done) - before <= usize::from(settled) + asked, "{second:?}");
    }
}

#[test]
fn an_answer_as_json_is_checked_and_one_for_a_step_that_is_not_in_doubt_is_refused() {
    let (kept, done) = (MemoryJournal::new(), Performed::default());
    let in_doubt = (0..writes()).map(Cut::Behind).find(|cut| {
        let kept = MemoryJournal::new();
        dies(&kept, 0, *cut, &Performed::default());
        begun(&kept)
    });
    dies(&kept, 0, in_doubt.expect("it is cut off there"), &done);
    program(async {
        let loom = Loom::builder(done.clone()).journal(Mortal::after(&kept, 1, Cut::Never)).build();
        let run = loom.start::<Order>("run", 3).await.unwrap();
        assert!(matches!(run.outcome().await, Ok(Outcome::Waiting(_))));
        for wrong in [r#"{"happened":"x"}"#, "7", r#""perhaps""#] {
            let refused = loom.answer_json("run", "charge", wrong).await;
            assert!(matches!(refused, Err(LoomError::Shape { .. })), "{wrong}: {refused:?}");
        }
        let refused = loom.settle::<ship>("run", Settled::DidNot).await;
        assert!(matches!(refused, Err(LoomError::NotAsked { .. })), "{refused:?}");
        loom.answer_json("run", "charge", r#"{"happened":70}"#).by("ada").await.unwrap();
        assert_eq!(run.output().await.unwrap(), 71);
    });
    let records = program(async { kept.records(1, 0, usize::MAX).await.unwrap() });
    let kinds: Vec<_> = records.iter().filter(|record| record.node == "charge").map(|record| record.kind).collect();
    assert_eq!(kinds, [RecordKind::Begun, RecordKind::Asked, RecordKind::Answered]);
}

#[test]
fn a_limit_around_the_step_ends_the_doubt() {
    let kept = MemoryJournal::new();
    program(async {
        let journal = Mortal::after(&kept, 0, Cut::Behind(0));
        let loom = Loom::builder(Performed::default()).journal(journal.clone()).build();
        loom.start::<Limited>("run", 3).await.unwrap();
        journal.died().await;
    });
    assert!(program(async { kept.records(1, 0, 99).await.unwrap() }).iter().any(|r| r.kind == RecordKind::Begun));
    program(async {
        let loom = Loom::builder(Performed::default()).journal(Mortal::after(&kept, 1, Cut::Never)).build();
        let run = loom.start::<Limited>("run", 3).await.unwrap();
        assert!(matches!(run.outcome().await, Ok(Outcome::Waiting(_))));
        tokio::time::advance(std::time::Duration::from_secs(25 * 3600)).await;
        assert_eq!(run.output().await.unwrap(), 0);
        let late = loom.settle::<charge>("run", Settled::DidNot).await;
        assert!(matches!(late, Err(LoomError::Late { .. })), "{late:?}");
    });
}

#[test]
fn a_step_that_failed_is_performed_again_when_the_run_is_tried_again() {
    let (kept, done) = (MemoryJournal::new(), Performed::default());
    program(async {
        let loom = Loom::builder(done.clone()).journal(kept.clone()).build();
        let run = loom.start::<Order>("run", 300).await.unwrap();
        assert!(matches!(run.output().await, Err(LoomError::Failed(_))));
        loom.retry("run").await.unwrap();
        assert!(matches!(run.output().await, Err(LoomError::Failed(_))));
    });
    assert_eq!(charged(&done), 2);
}
