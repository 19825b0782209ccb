//! What the README shows of tests, as it stands there.

use loomflow::{prelude::*, test::covered};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
enum Desk {
    Billing(u32),
    Spam,
}

#[step]
fn classify(ticket: &str) -> Result<Desk, String> {
    Err(format!("no model sorts {ticket:?}"))
}

#[step(retry = 1)]
fn billing(ticket: &str, account: u32) -> String {
    format!("on {ticket:?}, account {account}")
}

#[ask(bool)]
fn approve(draft: &str) -> Question {
    Question::new(format!("Send {draft:?}?"))
}

#[step]
fn escalate(ticket: &str) -> String {
    let _ = ticket;
    "escalated".to_owned()
}

workflow! {
    pub Triage(ticket: String) -> String {
        start -> classify(ticket) -> match {
            Desk::Billing(account) => draft = billing(ticket, account),
            Desk::Spam             => end("nothing".to_owned()),
        } -> approve(draft) within 2d else escalate(ticket) -> if approve { end(draft) } else { escalate(ticket) };
        escalate -> end;
    }
}

#[test]
fn a_bill_that_nobody_approves_is_escalated_after_two_days() {
    let run = Triage::test()
        .mock::<classify>(|ticket| if ticket.contains("bill") { Desk::Billing(7) } else { Desk::Spam })
        .fails::<billing>(1, "the bank is closed") // and the step is retried
        .unanswered::<approve>()
        .run("my bill".to_owned());

    assert_eq!(run.output(), "escalated");
    run.assert_path(["classify", "billing", "approve", "escalate"]).assert_took("approve", "after 2d");
}

#[test]
fn it_ends_the_same_wherever_the_program_dies() {
    let test = Triage::test().mock::<classify>(|_| Desk::Billing(7)).answer::<approve>(true);
    test.at_every_write("my bill".to_owned()); // cut off after each write and in the middle of each, and carried on
}

#[test]
fn every_edge_is_taken() {
    let test = Triage::test().either::<classify>([Desk::Billing(7), Desk::Spam]).answers_either::<approve>([
        Some(true),
        Some(false),
        None,
    ]);
    covered::<Triage>(|| test.ways("my bill".to_owned()).for_each(drop)).at_least(100);
}

#[test]
fn the_readme_shows_what_is_compiled_here() {
    let readme = include_str!("../../README.md");
    let section = readme.split("## Testing a workflow").nth(1).expect("there is such a section");
    let code = section.split("```").nth(1).and_then(|code| code.strip_prefix("rust,ignore")).expect("it has code");
    assert!(include_str!("readme.rs").contains(code.trim()), "the README shows other code:\n{code}");
}
