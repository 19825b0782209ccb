//! Assertions about the path, and what they say when they do not hold.

use super::{flows::*, told};
use loomflow::{prelude::*, test::Tested};

fn billed() -> Tested<Triage> {
    let test = Triage::test().context(|| Llm).answer::<approve>(Approval::Granted);
    test.run(Ticket::from("bill"))
}

#[test]
fn a_path_that_was_not_taken_is_told_with_the_first_difference_and_the_labels() {
    let run = billed();
    run.assert_path(["classify", "billing", "review", "approve", "send"]);
    assert_eq!(
        told(|| run.assert_path(["classify", "technical", "review", "approve", "send"])),
        "`Triage` took another path\n  expected: classify technical review approve send\n  taken:    classify billing review approve send\n                     ^ `billing`, not `technical`, after `classify`\n  labels:   classify by Desk::Billing(account); review by Verdict::Good; approve by Approval::Granted"
    );
}

#[test]
fn a_label_is_known_by_its_last_name() {
    let run = billed();
    assert!(run.took("classify", "Billing") && run.took("classify", "Desk::Billing(account)"));
    assert!(!run.took("classify", "Spam") && !run.took("approve", "after 2d") && !run.took("revise", "spent"));
    run.assert_took("approve", "Granted");
    assert_eq!(run.labels("review"), ["Verdict::Good"]);
    assert_eq!(
        told(|| run.assert_took("classify", "Spam")),
        "`Triage` did not leave `classify` by `Spam`: it took `Desk::Billing(account)`\n  path: classify billing review approve send"
    );
    let told = told(|| run.assert_took("revise", "spent"));
    assert!(told.contains("it never came there"), "{told}");
}

#[test]
fn a_label_or_a_node_that_is_not_there_is_no_label_that_was_not_taken() {
    let run = billed();
    assert_eq!(
        told(|| run.took("classify", "Bill")),
        "`Triage` does not leave `classify` by a label `Bill`: it has `Desk::Billing(account)`, `Desk::Spam`, `Desk::Technical`"
    );
    assert_eq!(told(|| run.took("clasify", "Spam")), "`Triage` has no node `clasify`: did you mean `classify`?");
}

#[test]
fn the_output_of_a_run_that_failed_and_the_failure_of_one_that_did_not_are_told_with_its_path() {
    let failed = Triage::test().context(|| Llm).run(Ticket::from("bill twice"));
    assert_eq!(failed.failure().node(), "billing");
    assert_eq!(
        told(|| failed.output().clone()),
        "`Triage` failed: workflow `Triage` failed at `billing`, attempt 1: no such bill\n  path: classify billing"
    );
    let told = told(|| billed().failure().to_string());
    assert_eq!(told, "`Triage` did not fail: it came to its end\n  path: classify billing review approve send");
}
