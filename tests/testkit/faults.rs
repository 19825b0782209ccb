//! Steps that fail, panic or take too long, as often as is asked.

use super::flows::*;
use loomflow::{prelude::*, test::Test};
use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

fn triage() -> Test<Triage, Llm> {
    Triage::test().context(|| Llm).answer::<approve>(Approval::Granted)
}

#[test]
fn the_first_attempts_fail_and_the_step_itself_is_the_next() {
    let run = triage().fails::<classify>(3, "overloaded").run(Ticket::from("bill"));
    assert_eq!(run.output(), "sent: bill of 7");
    assert!(run.elapsed() >= Duration::from_millis(600), "three pauses: {:?}", run.elapsed());
    assert_eq!((run.calls::<classify>(), run.visits("classify")), (1, 1));
}

#[test]
fn one_failure_more_than_there_are_attempts_fails_the_node() {
    let run = triage().fails::<classify>(4, "overloaded").run(Ticket::from("bill"));
    let failure = run.failure();
    assert_eq!((failure.kind(), failure.node(), failure.attempt()), (FailureKind::Step, "classify", 4));
    assert!(failure.to_string().ends_with("attempt 4 of 4: overloaded"), "{failure}");
}

static TRIES: AtomicU32 = AtomicU32::new(0);

#[test]
fn a_mock_follows_the_failures_and_may_fail_itself() {
    let run = triage().fails::<classify>(1, "overloaded").mock::<classify>(|_| Desk::Spam).run(Ticket::from("bill"));
    assert_eq!(run.output(), "nothing");
    let mocked = triage().try_mock::<classify>(|_| match TRIES.fetch_add(1, Ordering::Relaxed) {
        0 | 1 => Err("busy".into()),
        _ => Ok(Desk::Spam),
    });
    assert_eq!(mocked.run(Ticket::from("bill")).output(), "nothing");
    assert_eq!(TRIES.load(Ordering::Relaxed), 3);
}

#[test]
fn a_permanent_error_is_not_tried_again() {
    let gone = triage().try_mock::<classify>(|_| Err(Box::new(loomflow::Permanent)));
    assert_eq!(gone.run(Ticket::from("x")).failure().attempt(), 1);
}

#[test]
fn a_step_that_panics_fails_as_any() {
    let run = triage().panics::<technical>("out of ink").run(Ticket::from("x"));
    assert_eq!(run.failure().kind(), FailureKind::Panicked);
    assert!(run.failure().to_string().ends_with("panicked: out of ink"), "{}", run.failure());
}

#[test]
fn a_step_that_takes_longer_than_its_limit_times_out_and_a_quicker_one_does_its_work() {
    for mocked in [false, true] {
        let test = || if mocked { triage().mock::<classify>(|_| Desk::Technical) } else { triage() };
        let late = test().takes::<classify>(Duration::from_secs(31)).run(Ticket::from("x"));
        assert_eq!((late.failure().kind(), late.failure().attempt()), (FailureKind::TimedOut, 4));
        let early = test().takes::<classify>(Duration::from_secs(29)).run(Ticket::from("x"));
        assert_eq!((early.output().as_str(), early.elapsed().as_secs()), ("sent: on x", 29));
    }
}
