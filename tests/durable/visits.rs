//! What steps are told of their run.

#![expect(clippy::unused_async, reason = "steps are async here so that they are performed as such")]

use crate::kept::{Cut, Mortal, program};
use loomflow::{Loom, Visit, journal::MemoryJournal, prelude::*};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

/// The keys and attempts that steps were performed with.
#[derive(Debug, Clone, Default)]
struct Seen(Arc<Mutex<Vec<(String, u32)>>>);

impl Seen {
    fn note(&self, run: &Visit) {
        self.0.lock().expect("nothing panics here").push((run.key().to_owned(), run.attempt()));
    }

    fn all(&self) -> Vec<(String, u32)> {
        self.0.lock().expect("nothing panics here").clone()
    }

    fn keys(&self) -> Vec<String> {
        self.all().into_iter().map(|(key, _)| key).collect()
    }
}

#[step]
async fn charge(#[context] seen: &Seen, #[run] run: &Visit, cents: u32) -> u32 {
    seen.note(run);
    tokio::task::yield_now().await;
    cents + 1
}

#[step(retry = 2, backoff = 1s, timeout = 1h)]
async fn flaky(#[run] run: &Visit, #[context] seen: &Seen, text: String) -> Result<String, String> {
    seen.note(run);
    if run.attempt() < 3 { Err(text) } else { Ok(text) }
}

#[step(retry = 1)]
fn told(text: &str, #[run] run: &Visit) -> Result<Vec<String>, String> {
    let who = [run.id(), run.user().unwrap_or("nobody"), run.session().unwrap_or("none"), text];
    if run.attempt() == 1 { Err("once more".to_owned()) } else { Ok(who.map(str::to_owned).to_vec()) }
}

#[ask(bool)]
fn sure(#[run] run: &Visit) -> Question {
    Question::new(format!("Is {} sure?", run.user().unwrap_or("nobody")))
}

workflow! {
    Paid(n: u32) -> Vec<u32> {
        start -> n = charge(n) -> n = again: charge(n)
              -> all = [for i in vec![1, 2, 3], 2 at once => each: charge(i) -> deep: inner(each)]
              -> if n < 6 { n = again: charge(n) max 5 else end(all) } -> end(all);
    }
}

workflow! {
    #[allow(non_camel_case_types)]
    inner(n: u32) -> u32 { start -> charge(n) -> end; }
}

workflow! {
    Flaky(text: String) -> String { start -> flaky(text) -> end; }
}

workflow! {
    Told(text: String) -> Vec<String> { start -> sure() -> told(text) -> end; }
}

#[tokio::test]
async fn in_memory_every_visit_has_a_key_of_its_own() {
    let seen = Seen::default();
    Paid::run(&seen, 1).await.unwrap();
    let keys = seen.keys();
    assert_eq!(keys.len(), keys.iter().collect::<HashSet<_>>().len());
}

#[tokio::test(start_paused = true)]
async fn all_attempts_of_a_visit_have_one_key() {
    let seen = Seen::default();
    Flaky::run(&seen, "x".to_owned()).await.unwrap();
    let all = seen.all();
    assert_eq!(all.iter().map(|(_, attempt)| *attempt).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(all.iter().all(|(key, _)| *key == all[0].0));
}

#[tokio::test]
async fn a_step_can_be_called_outside_of_a_run() {
    assert_eq!(charge(&Seen::default(), &Visit::outside(), 1).await, 2);
}

#[test]
fn a_step_is_told_of_the_run_it_is_kept_in() {
    program(async {
        let loom = Loom::builder(()).build();
        let run = loom.start::<Told>("run 1", "x".to_owned()).user("ada").session("s").await.unwrap();
        run.outcome().await.unwrap();
        assert_eq!(loom.questions("run 1").await.unwrap()[0].question.text(), "Is ada sure?");
        loom.answer::<sure>("run 1", true).await.unwrap();
        assert_eq!(run.output().await.unwrap(), ["run 1", "ada", "s", "x"]);
    });
}

#[test]
fn what_is_performed_again_by_another_process_has_the_key_it_had() {
    let whole = Seen::default();
    let writes = program(async {
        let journal = Mortal::after(&MemoryJournal::new(), 0, Cut::Never);
        let loom = Loom::builder(whole.clone()).journal(journal.clone()).build();
        loom.start::<Paid>("run", 1).await.unwrap().output().await.unwrap();
        journal.writes()
    });
    let expected: HashSet<String> = whole.keys().into_iter().collect();
    assert_eq!(expected.len(), whole.keys().len());
    for cut in (0..writes).flat_map(|write| [Cut::Behind(write), Cut::Before(write)]) {
        let (kept, seen) = (MemoryJournal::new(), Seen::default());
        program(async {
            let journal = Mortal::after(&kept, 0, cut);
            let loom = Loom::builder(seen.clone()).journal(journal.clone()).build();
            loom.start::<Paid>("run", 1).await.unwrap();
            journal.died().await;
        });
        program(async {
            let loom = Loom::builder(seen.clone()).journal(Mortal::after(&kept, 1, Cut::Never)).build();
            loom.start::<Paid>("run", 1).await.unwrap().output().await.unwrap();
        });
        assert_eq!(seen.keys().into_iter().collect::<HashSet<_>>(), expected, "{cut:?}");
    }
}

#[test]
fn another_run_of_the_same_id_has_other_keys() {
    program(async {
        let seen = Seen::default();
        let loom = Loom::builder(seen.clone()).build();
        for _ in 0..2 {
            loom.start::<Paid>("run", 1).await.unwrap().output().await.unwrap();
            assert!(loom.delete("run").await.unwrap());
        }
        let keys = seen.keys();
        assert_eq!(keys.len(), keys.iter().collect::<HashSet<_>>().len());
    });
}
