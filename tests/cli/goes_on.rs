//! Runs that go on: after they were cut off, failed or cancelled.

use crate::desk::{Desk, ORDER};
use serde_json::json;

/// A desk with the run `r-1`, which was killed while the bank said nothing.
fn cut_off() -> Desk {
    let desk = Desk::that_ran(&["run", "Refund", ORDER, "--id", "r-1"]);
    let mut killed = desk.begins("silent", &["answer", "r-1", "approve", "Granted"]);
    assert_eq!(killed.until("performing")["node"], "pay");
    drop(killed);
    desk
}

#[test]
fn what_was_killed_goes_on_where_it_stood() {
    let desk = cut_off();
    let shown = desk.says(&["show", "r-1"]).last();
    assert_eq!((&shown["status"], &shown["can_go_on"]), (&json!("running"), &json!(true)));
    let told = desk.says(&["show", "r-1", "--text"]).out;
    assert!(told.ends_with("nobody is at it, and it can go on:\n  desk resume r-1\n"), "{told}");
    let said = desk.says(&["resume", "r-1"]);
    let kinds: Vec<_> =
        said.lines().iter().filter(|line| line["kind"].is_string()).map(|line| line["node"].clone()).collect();
    assert_eq!((said.code, kinds), (Some(0), vec![json!("pay"), json!("")]), "only what was not recorded: {said:?}");
    assert_eq!(said.last()["output"], json!({"order": 17, "cents": 1250}));
}

#[test]
fn all_that_was_cut_off_goes_on_and_each_run_tells_what_it_came_to() {
    let desk = cut_off();
    desk.says(&["run", "Refund", ORDER, "--id", "r-2"]);
    let said = desk.says(&["resume"]);
    assert_eq!((said.code, said.lines().len(), &said.last()["run"]), (Some(0), 1, &json!("r-1")), "{said:?}");
    let none = desk.says(&["resume", "--text"]);
    assert_eq!((none.told(), none.out.as_str()), ((Some(0), "no run can go on now"), ""));
}

#[test]
fn that_one_of_all_failed_is_told_by_the_exit_code() {
    let said = cut_off().says_with_bank("down", &["resume", "--text"]);
    assert_eq!(said.code, Some(1));
    assert_eq!(
        said.out,
        "r-1 failed: workflow `Refund` failed at `pay`, attempt 1: the bank is down\n  desk retry r-1   tries it again from there\n"
    );
}

#[test]
fn a_run_that_ended_tells_again_what_it_came_to() {
    let desk = Desk::that_ran(&["run", "Triage", "ticket=a", "--id", "t-1"]);
    let said = desk.says(&["resume", "t-1", "--text"]);
    assert_eq!((said.code, said.out.as_str()), (Some(0), "Please restart it. You wrote: a\n"));
}

#[test]
fn a_run_that_failed_is_tried_again_from_where_it_stood() {
    let desk = Desk::that_ran(&["run", "Refund", ORDER, "--id", "r-1"]);
    assert_eq!(desk.says_with_bank("down", &["answer", "r-1", "approve", "Granted"]).code, Some(1));
    assert_eq!(desk.says_with_bank("down", &["retry", "r-1"]).code, Some(1), "the bank is still down");
    let said = desk.says(&["retry", "r-1", "--text"]);
    assert_eq!((said.code, said.out.as_str()), (Some(0), "{\"order\":17,\"cents\":1250}\n"));
    assert!(said.err.starts_with("↻  tried again\n✓ pay  {\"order\":17,\"cents\":1250}"), "{}", said.err);
    let again = desk.says(&["retry", "r-1"]);
    assert_eq!(
        again.told(),
        (Some(2), "desk: error: run `r-1` has not failed, it is done: there is nothing to try again")
    );
}

#[test]
fn a_run_that_waits_is_cancelled_once() {
    let desk = Desk::that_ran(&["run", "Refund", ORDER, "--id", "r-1"]);
    let said = desk.says(&["cancel", "r-1", "--text"]);
    assert_eq!((said.code, said.out.as_str()), (Some(0), "r-1 was cancelled\n"));
    assert_eq!(desk.says(&["cancel", "r-1"]).told(), (Some(5), "desk: error: run `r-1` has ended"));
    assert_eq!(desk.says(&["resume", "r-1"]).code, Some(4), "who asks what it came to is told");
}

#[test]
fn a_run_that_another_process_is_at_is_cancelled_there() {
    let desk = Desk::that_ran(&["run", "Refund", ORDER, "--id", "r-1"]);
    let mut at_work = desk.begins("silent", &["answer", "r-1", "approve", "Granted"]);
    at_work.until("performing");
    let cancelled = desk.says(&["cancel", "r-1"]);
    assert_eq!((cancelled.code, &cancelled.last()["status"]), (Some(0), &json!("cancelled")));
    assert_eq!(at_work.until("cancelled")["kind"], "cancelled");
    assert_eq!(at_work.ends(), Some(4));
}

#[test]
fn who_asks_for_a_run_that_another_process_is_at_takes_it_over_when_that_dies() {
    let desk = Desk::that_ran(&["run", "Refund", ORDER, "--id", "r-1"]);
    let mut killed = desk.begins("silent", &["answer", "r-1", "approve", "Granted"]);
    killed.until("performing");
    let retried = desk.says(&["retry", "r-1"]);
    let told = "desk: error: run `r-1` has not failed, it is running: there is nothing to try again";
    assert_eq!(retried.told(), (Some(2), told));
    let mut next = desk.begins("up", &["resume", "r-1"]);
    drop(killed);
    assert_eq!(next.until("done")["output"], json!({"order": 17, "cents": 1250}));
    assert_eq!(next.ends(), Some(0));
}
