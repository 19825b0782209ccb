//! What holds for a step's attempts holds when a tool is performed with its arguments in one piece: in memory, and in runs
//! that are kept.

#![expect(clippy::unused_async, reason = "tools are async here so that they are performed as such")]

use crate::kept::{Cut, Mortal, case, case_in, program};
use loomflow::{
    FailureKind, Loom, Outcome, Settled, Visit,
    journal::{Journal as _, MemoryJournal, RecordKind},
    model::Use,
    prelude::*,
};
use std::sync::{Arc, Mutex};

/// What was performed, in order.
#[derive(Debug, Clone, Default)]
struct Done(Arc<Mutex<Vec<String>>>);

impl Done {
    fn note(&self, what: impl Into<String>) {
        self.0.lock().expect("nothing panics here").push(what.into());
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().expect("nothing panics here").clone()
    }
}

/// Fails twice.
#[tool(retry = 2, backoff = 1s)]
async fn flaky(#[context] done: &Done, #[run] run: &Visit, by: String, to: &str) -> Result<String, String> {
    done.note(format!("{} {by} {to}", run.attempt()));
    if run.attempt() < 3 { Err("not yet".to_owned()) } else { Ok(by) }
}

/// Never comes back.
#[tool(timeout = 1h)]
async fn slow(text: &str) -> String {
    std::future::pending::<()>().await;
    text.to_owned()
}

/// Charges a card.
#[tool(at_most_once)]
async fn charge(#[context] done: &Done, cents: u32) -> u32 {
    done.note("charge");
    tokio::task::yield_now().await;
    cents + 1
}

/// Looks something up.
#[tool(cache = 2h)]
fn look(#[context] done: &Done, word: &str, page: Option<u8>) -> String {
    done.note("look");
    format!("{word} {}", page.unwrap_or(0))
}

/// Doubles a number.
#[tool]
async fn double(n: u32) -> u32 {
    tokio::task::yield_now().await;
    n * 2
}

workflow! { Flaky(call: <flaky as Tool>::Args) -> String { start -> flaky: Use::<flaky>(call) -> end; } }
workflow! { Slow(call: <slow as Tool>::Args) -> String { start -> slow: Use::<slow>(call) -> end; } }
workflow! { Charged(call: <charge as Tool>::Args) -> u32 { start -> charge: Use::<charge>(call) -> end; } }
workflow! { Looked(call: <look as Tool>::Args) -> String { start -> look: Use::<look>(call) -> end; } }
workflow! {
    Doubled(calls: Vec<<double as Tool>::Args>) -> Vec<u32> {
        let at: usize = 0;
        start -> log += double: Use::<double>(calls[at].clone()) -> at = (at + 1)
              -> if at < calls.len() { log += double: Use::<double>(calls[at].clone()) max 9 else end(log) } -> end(log);
    }
}

fn of_flaky() -> <flaky as Tool>::Args {
    flaky::parse(r#"{"by": "hand", "to": "foot"}"#).expect("it fits")
}

const ATTEMPTS: [&str; 3] = ["1 hand foot", "2 hand foot", "3 hand foot"];

#[test]
fn a_tool_is_retried() {
    let done = Done::default();
    let output = program(async { Flaky::run(&done, of_flaky()).await });
    assert_eq!(output.expect("the third attempt succeeds"), "hand");
    assert_eq!(done.all(), ATTEMPTS);
}

#[test]
fn a_tool_is_retried_in_a_run_that_is_kept_by_whichever_program() {
    assert_eq!(case_in::<Flaky, _, _>(of_flaky(), Done::default).at_every_two_writes(), Ok("\"hand\"".to_owned()));
}

#[test]
fn a_tool_has_its_time_limit() {
    let call = slow::parse(r#"{"text": "a"}"#).expect("it fits");
    let failure = program(async { Slow::run(&(), call).await }).expect_err("it never comes back");
    assert_eq!(failure.kind(), FailureKind::TimedOut);
    assert_eq!(failure.node(), "slow");
}

#[test]
fn a_tools_calls_are_recorded_under_its_name_and_not_made_again() {
    let calls = [1, 2, 3].map(|n| double::parse(&format!("{{\"n\": {n}}}")).expect("it fits")).to_vec();
    assert_eq!(case::<Doubled, _>(calls).at_every_write(), Ok("[2,4,6]".to_owned()));
    let kept = MemoryJournal::new();
    let records = program(async {
        let loom = Loom::builder(()).journal(kept.clone()).build();
        let call = double::parse(r#"{"n": 4}"#).expect("it fits");
        assert_eq!(loom.start::<Doubled>("run", vec![call]).await.unwrap().output().await.unwrap(), [8]);
        kept.records(1, 0, usize::MAX).await.expect("it can be read")
    });
    let outputs: Vec<_> = records.iter().filter(|record| record.kind == RecordKind::Output).collect();
    assert_eq!(outputs.iter().map(|record| &*record.node).collect::<Vec<_>>(), ["double"]);
}

#[test]
fn a_tool_that_must_not_happen_twice_asks_whether_it_did() {
    let (kept, done) = (MemoryJournal::new(), Done::default());
    let call = || charge::parse(r#"{"cents": 500}"#).expect("it fits");
    let writes = program(async {
        let journal = Mortal::after(&MemoryJournal::new(), 0, Cut::Never);
        let loom = Loom::builder(Done::default()).journal(journal.clone()).build();
        loom.start::<Charged>("run", call()).await.unwrap().output().await.unwrap();
        journal.writes()
    });
    let begun = (0..writes).find(|&write| {
        let kept = MemoryJournal::new();
        program(async {
            let journal = Mortal::after(&kept, 0, Cut::Behind(write));
            let loom = Loom::builder(Done::default()).journal(journal.clone()).build();
            loom.start::<Charged>("run", call()).await.unwrap();
            journal.died().await;
            let records = kept.records(1, 0, usize::MAX).await.expect("it can be read");
            records.last().is_some_and(|record| record.kind == RecordKind::Begun && record.node == "charge")
        })
    });
    let begun = begun.expect("that it begins is written before it does");
    program(async {
        let journal = Mortal::after(&kept, 0, Cut::Behind(begun));
        let loom = Loom::builder(done.clone()).journal(journal.clone()).build();
        loom.start::<Charged>("run", call()).await.unwrap();
        journal.died().await;
    });
    let before = done.all();
    let output = program(async {
        let loom = Loom::builder(done.clone()).journal(Mortal::after(&kept, 1, Cut::Never)).build();
        let run = loom.start::<Charged>("run", call()).await.unwrap();
        let Outcome::Waiting(open) = run.outcome().await.unwrap() else { panic!("it goes on by itself") };
        assert_eq!((open[0].ask.as_str(), open[0].node.as_str()), ("charge", "charge"));
        loom.settle::<charge>("run", Settled::Happened(501)).by("ada").await.unwrap();
        run.output().await.unwrap()
    });
    assert_eq!(output, 501);
    assert_eq!(done.all(), before, "it is not performed by itself");
}

#[test]
fn what_a_tool_gave_is_kept_for_the_same_arguments() {
    let done = Done::default();
    program(async {
        let loom = Loom::builder(done.clone()).journal(MemoryJournal::new()).build();
        for (run, word) in [("a", "sea"), ("b", "sea"), ("c", "land")] {
            let call = look::parse(&format!(r#"{{"word": "{word}", "page": 2}}"#)).expect("it fits");
            let output = loom.start::<Looked>(run, call).await.unwrap().output().await.unwrap();
            assert_eq!(output, format!("{word} 2"));
        }
    });
    assert_eq!(done.all(), ["look", "look"]);
}
