//! Runs that are cut off at every write, the mistakes that shows, and journals that fail on demand.

use super::{flows::*, told};
use loomflow::{
    Loom, LoomError, Outcome, Visit,
    journal::MemoryJournal,
    prelude::*,
    test::{FaultyJournal, Test, Trouble, skipping},
};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

#[derive(Clone)]
struct App {
    llm: Arc<Llm>,
}

impl loomflow::Provides<Llm> for App {
    fn provide(&self) -> &Llm {
        &self.llm
    }
}

fn triage() -> Test<Triage, App> {
    Triage::test().context(|| App { llm: Arc::new(Llm) })
}

#[test]
fn a_run_with_retries_questions_and_limits_ends_the_same_at_every_write() {
    let granted = triage().fails::<classify>(2, "busy").answer::<approve>(Approval::Granted);
    let carried = granted.at_every_write(Ticket::from("bill"));
    assert_eq!(carried.output(), "sent: bill of 7");
    assert!(carried.writes() > 5, "{}", carried.writes());
    let unanswered = triage().unanswered::<approve>().at_every_write(Ticket::from("x"));
    assert_eq!(unanswered.output(), "escalated: x");
    let later = triage().answer_after::<approve>(DAY, Approval::Granted).at_every_write(Ticket::from("x"));
    assert_eq!(later.output(), "sent: on x");
    let failed = triage().fails::<classify>(4, "busy").at_every_write(Ticket::from("x"));
    assert_eq!(failed.failure(), Some("workflow `Triage` failed at `classify`, attempt 4 of 4: busy"));
}

#[test]
fn forks_races_and_nested_workflows_end_the_same_at_every_write() {
    let pages = || vec!["a".to_owned(), "bb".to_owned(), "ccc".to_owned()];
    assert_eq!(Nightly::test().at_every_write(pages()).output(), &12);
    assert_eq!(Both::test().at_every_write("a".to_owned()).output(), "quick a, slow a");
    let raced = Raced::test().takes::<slow>(Duration::from_secs(60)).at_every_write("a".to_owned());
    assert_eq!(raced.output(), "quick a");
}

#[test]
fn mocks_that_give_a_sequence_give_the_same_to_a_visit_that_is_performed_again() {
    let verdicts = [Verdict::Weak("!".to_owned()), Verdict::Weak("?".to_owned()), Verdict::Good];
    let test = triage().gives::<review>(verdicts).answer::<approve>(Approval::Granted);
    assert_eq!(test.at_every_write(Ticket::from("x")).output(), "sent: on x!?");
}

/// Whoever takes the money: what is charged stays charged, whatever becomes of the program.
#[derive(Clone, Default)]
struct Bank(Arc<Mutex<Vec<(String, u32)>>>);

impl Bank {
    fn charge(&self, key: &str, cents: u32) -> usize {
        let mut charges = self.0.lock().expect("nothing panics under the lock");
        if !charges.iter().any(|(known, _)| known == key) {
            charges.push((key.to_owned(), cents));
        }
        charges.len()
    }

    fn charges(&self) -> Vec<u32> {
        self.0.lock().expect("nothing panics under the lock").iter().map(|(_, cents)| *cents).collect()
    }
}

/// A key of its own for each call, as of a client that knows none.
fn no_key() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed).to_string()
}

#[step]
fn price(order: &str) -> u32 {
    u32::try_from(order.len()).unwrap_or(0) * 100
}

#[step]
fn charge_carelessly(#[context] bank: &Bank, cents: u32) -> u32 {
    bank.charge(&no_key(), cents);
    cents
}

#[step]
fn charge_by_key(#[context] bank: &Bank, #[run] run: &Visit, cents: u32) -> u32 {
    bank.charge(run.key(), cents);
    cents
}

#[step(at_most_once)]
fn charge_once(#[context] bank: &Bank, cents: u32) -> u32 {
    bank.charge(&no_key(), cents);
    cents
}

workflow! { Careless(order: String) -> u32 { start -> price(order) -> charge_carelessly(price) -> end; } }
workflow! { Keyed(order: String) -> u32 { start -> price(order) -> charge_by_key(price) -> end; } }
workflow! { Once(order: String) -> u32 { start -> price(order) -> charge_once(price) -> end; } }

fn banked<W: loomflow::Workflow>() -> Test<W, Bank> {
    loomflow::test::of::<W>().context(Bank::default).outside(|bank| format!("{:?}", bank.charges()))
}

#[test]
fn a_charge_without_a_key_is_found_at_the_write_it_is_made_twice_at() {
    let message = told(|| banked::<Careless>().at_every_write("tea".to_owned()));
    let start = "`Careless` does not end the same when it is cut off and carried on\n  in the middle of write 2 (the last record is `output` of `price`):\n    outside, whole: [300]\n    outside, now:   [300, 300]";
    assert!(message.starts_with(start), "{message}");
}

#[test]
fn a_charge_with_its_key_or_at_most_once_is_made_once() {
    assert_eq!(banked::<Keyed>().at_every_write("tea".to_owned()).output(), &300);
    assert_eq!(banked::<Once>().at_every_write("tea".to_owned()).output(), &300);
}

#[test]
fn a_step_that_gives_something_else_each_time_is_told_apart_from_one_that_is_cut_off() {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    #[step]
    fn next() -> u32 {
        COUNTER.fetch_add(1, Ordering::Relaxed)
    }
    workflow! { Counted() -> u32 { start -> next -> end; } }
    assert_eq!(
        told(|| Counted::test().at_every_write(())),
        "`Counted` does not end the same when it is run twice and not cut off\n    whole: it ends in 0\n    now:   it ends in 1\nwhat its steps depend on beside their input is to be made anew in `.context(|| …)`"
    );
}

#[test]
fn a_step_that_counts_how_often_it_is_performed_is_found() {
    #[derive(Clone, Default)]
    struct Calls(Arc<AtomicU32>);
    #[step]
    fn nth(#[context] calls: &Calls) -> u32 {
        calls.0.fetch_add(1, Ordering::Relaxed) + 1
    }
    workflow! { Nth() -> u32 { start -> nth -> end; } }
    let message = told(|| Nth::test().context(Calls::default).at_every_write(()));
    assert!(
        message.contains(
            "in the middle of write 1 (nothing was recorded):\n    whole: it ends in 1\n    now:   it ends in 2"
        ),
        "{message}"
    );
}

#[test]
fn an_order_that_depends_on_how_long_writes_take_is_found() {
    #[derive(Clone, Default)]
    struct Queue(Arc<AtomicU32>);
    #[step]
    fn noted(text: &str) -> String {
        text.to_owned()
    }
    #[step]
    async fn slow(text: &str) -> String {
        tokio::time::sleep(Duration::from_millis(500)).await;
        text.to_owned()
    }
    #[step]
    fn number(#[context] queue: &Queue, _text: &str) -> u32 {
        queue.0.fetch_add(1, Ordering::Relaxed)
    }
    // Many quick steps are sooner done than a slow one, if it takes no time to write them down.
    workflow! {
        Queued(text: String) -> (u32, u32) {
            start -> [
                one: noted(text) -> two: noted(one) -> three: noted(two) -> four: noted(three) -> left: number(four),
                slow(text) -> right: number(slow)
            ] -> end((left, right));
        }
    }
    let message = told(|| Queued::test().context(Queue::default).at_every_write("x".to_owned()));
    assert!(message.contains("with writes that take their time:"), "{message}");
}

#[test]
fn a_question_of_which_nothing_is_said_is_told() {
    let carried = triage().at_every_write(Ticket::from("x"));
    let failure = carried.failure().expect("nobody answers");
    assert!(failure.starts_with("nothing is said of who answers `approve`: say `.answer::<approve>(…)`"), "{failure}");
}

#[test]
fn a_journal_that_fails_on_demand_stops_a_run_that_goes_on_when_it_is_mended() {
    for (trouble, says) in [
        (Trouble::Full, "the disk is full"),
        (Trouble::Unreachable, "failed while writing"),
        (Trouble::Refuses, "taken over"),
    ] {
        let journal = FaultyJournal::new(MemoryJournal::new());
        let (error, output) = skipping(async || {
            let loom = Loom::builder(Bank::default()).journal(journal.clone()).build();
            let run = loom.start::<Keyed>("order-1", "tea".to_owned()).await.expect("it begins");
            journal.fails_after(1, trouble);
            let error = run.outcome().await.expect_err("the journal fails").to_string();
            journal.mend();
            let ended = loop {
                match run.outcome().await {
                    Ok(Outcome::Done(output)) => break output,
                    Ok(Outcome::Waiting(_)) | Err(LoomError::Stopped(_)) => {}
                    Err(error) => panic!("it does not go on: {error}"),
                }
            };
            (error, ended)
        });
        assert!(error.contains(says), "{trouble:?}: {error}");
        assert_eq!(output, 300, "{trouble:?}");
    }
}
