//! Sorting, drafting, reviewing and a person's approval: the workflow of the first page.

use crate::Trouble as Error;
use crate::Trouble as LlmError;
use crate::common::way;
use crate::kept::case_in;
use crate::{drawn, ended, failed};
use loomflow::OpenQuestion;
use loomflow::prelude::*;
use loomflow::{Run, Traced};
use serde::{Deserialize, Serialize};
use std::future::pending;
use tokio::task::yield_now;
use tokio::time::Instant;

type AccountId = u32;

/// A ticket: its text says what becomes of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ticket {
    text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    None,
    Sent(String),
    Escalated,
}

impl Reply {
    fn none() -> Reply {
        Reply::None
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Desk {
    Billing(AccountId),
    Technical,
    Spam,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Draft {
    text: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Verdict {
    Good,
    Weak(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Approval {
    Granted,
    Refused(String),
}

struct Llm;

/// Decides which desk a ticket belongs to.
#[step(retry = 3, backoff = 200ms..5s, timeout = 30s)]
async fn classify(#[context] _llm: &Llm, ticket: &Ticket) -> Result<Desk, LlmError> {
    yield_now().await;
    match ticket.text.split(' ').next() {
        Some("bill") => Ok(Desk::Billing(7)),
        Some("spam") => Ok(Desk::Spam),
        Some("busy") => Err(LlmError("overloaded")),
        Some("slow") => pending().await,
        _ => Ok(Desk::Technical),
    }
}

#[step]
async fn billing(ticket: &Ticket, account: AccountId) -> Result<Draft, Error> {
    yield_now().await;
    if ticket.text.contains("twice") {
        Err(Error("no such bill"))
    } else {
        Ok(Draft { text: format!("bill of {account}") })
    }
}

#[step]
async fn technical(ticket: &Ticket) -> Result<Draft, Error> {
    yield_now().await;
    Ok(Draft { text: format!("on {}", ticket.text) })
}

/// A draft needs an exclamation mark for each question mark of the ticket.
#[step]
async fn review(ticket: &Ticket, draft: &Draft) -> Result<Verdict, Error> {
    yield_now().await;
    let marks = |text: &str, mark| text.matches(mark).count();
    Ok(if marks(&draft.text, '!') < marks(&ticket.text, '?') { Verdict::Weak("!".to_owned()) } else { Verdict::Good })
}

#[step]
async fn revise(draft: Draft, notes: String) -> Result<Draft, Error> {
    yield_now().await;
    Ok(Draft { text: draft.text + &notes })
}

#[step]
async fn send(draft: Draft) -> Result<Reply, Error> {
    yield_now().await;
    Ok(Reply::Sent(draft.text))
}

#[step]
async fn escalate(ticket: &Ticket) -> Result<Reply, Error> {
    yield_now().await;
    if ticket.text.ends_with("nobody") { Err(Error("nobody is there")) } else { Ok(Reply::Escalated) }
}

/// Asks a person; the run waits, for days if need be, and survives restarts.
#[ask(Approval)]
fn approve(draft: &Draft) -> Question {
    Question::new("Send this answer?").show(draft)
}

workflow! {
    /// Sorts a support ticket, drafts an answer, and has a person approve it.
    pub Triage(ticket: Ticket) -> Reply {
        start -> classify(ticket) -> match {
            Desk::Billing(account) => draft = billing(ticket, account),
            Desk::Technical        => draft = technical(ticket),
            Desk::Spam             => end(Reply::none()),
        } -> review(ticket, draft) -> match {
            Verdict::Good        => {}
            Verdict::Weak(notes) => draft = revise(draft, notes) -> review(ticket, draft) max 3 else escalate(ticket),
        } -> approve(draft) within 2d else escalate(ticket) -> match {
            Approval::Granted    => send(draft) -> end,
            Approval::Refused(_) => escalate(ticket),
        };
        escalate -> end;
        require approve is Approval::Granted before send;
    }
}

fn asked(text: &str, approval: Option<Approval>) -> Run<'static, Traced<Reply>> {
    Triage::trace(&Llm, Ticket { text: text.to_owned() }).answering::<approve>(move |question| {
        assert_eq!((question.text(), question.shown().count()), ("Send this answer?", 1));
        approval.clone()
    })
}

#[tokio::test(start_paused = true)]
async fn each_desk_drafts_and_what_is_approved_is_sent() {
    let billed = asked("bill me", Some(Approval::Granted));
    assert_eq!(ended(billed).await, way("classify billing review approve send", Reply::Sent("bill of 7".to_owned())));
    let solved = asked("help", Some(Approval::Granted));
    assert_eq!(ended(solved).await, way("classify technical review approve send", Reply::Sent("on help".to_owned())));
}

#[tokio::test(start_paused = true)]
async fn spam_gets_no_reply() {
    assert_eq!(ended(asked("spam", None)).await, way("classify", Reply::None));
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_or_unanswered_for_two_days_is_escalated() {
    let refused = asked("help", Some(Approval::Refused("rude".to_owned())));
    assert_eq!(ended(refused).await, way("classify technical review approve escalate", Reply::Escalated));
    let begun = Instant::now();
    let silent = asked("help", None);
    assert_eq!(ended(silent).await, way("classify technical review approve escalate", Reply::Escalated));
    assert_eq!(begun.elapsed().as_secs(), 2 * 24 * 60 * 60);
}

#[tokio::test(start_paused = true)]
async fn three_revisions_may_make_it_good_and_a_fourth_is_escalated() {
    let (path, reply) = ended(asked("help???", Some(Approval::Granted))).await;
    assert_eq!(path, "classify technical review revise review revise review revise review approve send");
    assert_eq!(reply, Reply::Sent("on help???!!!".to_owned()));
    let (path, reply) = ended(asked("help????", Some(Approval::Granted))).await;
    assert_eq!(path, "classify technical review revise review revise review revise review revise escalate");
    assert_eq!(reply, Reply::Escalated);
}

#[tokio::test(start_paused = true)]
async fn a_model_that_is_busy_or_slow_fails_after_four_attempts() {
    for (text, kind) in [("busy", FailureKind::Step), ("slow", FailureKind::TimedOut)] {
        let (path, failure) = failed(asked(text, None)).await;
        assert_eq!((path.as_str(), failure.kind(), failure.attempt()), ("classify", kind, 4));
    }
}

#[tokio::test(start_paused = true)]
async fn what_fails_behind_fails_the_run() {
    let (path, failure) = failed(asked("bill twice", None)).await;
    assert_eq!((path.as_str(), failure.node()), ("classify billing", "billing"));
    let (path, failure) = failed(asked("nobody", None)).await;
    assert_eq!((path.as_str(), failure.node()), ("classify technical review approve escalate", "escalate"));
}

#[test]
fn it_is_drawn() {
    drawn(
        &Triage::GRAPH,
        r#"
        flowchart TD
            n0(["start"])
            n1["classify"]
            n2["draft = billing"]
            n3["draft = technical"]
            n4["review"]
            n5["draft = revise"]
            n6["escalate"]
            n7["approve"]
            n8["send"]
            n9(["end"])
            n0 --> n1
            n1 -->|"Desk::Billing(account)"| n2
            n1 -->|"Desk::Technical"| n3
            n1 -->|"Desk::Spam"| n9
            n2 --> n4
            n3 --> n4
            n4 -->|"Verdict::Good"| n7
            n4 -->|"Verdict::Weak(notes)"| n5
            n5 -->|"max 3"| n4
            n5 -.->|"spent"| n6
            n6 --> n9
            n7 -->|"Approval::Granted"| n8
            n7 -->|"Approval::Refused(#95;)"| n6
            n7 -->|"after 2d"| n6
            n8 --> n9
        "#,
    );
}

#[test]
fn it_takes_at_most_twelve_steps() {
    assert_eq!(Triage::GRAPH.max_steps().to_string(), "12");
}

#[test]
fn it_is_carried_on_from_every_write() {
    let ticket = |text: &str| case_in::<Triage, _, _>(Ticket { text: text.to_owned() }, || Llm);
    let grants = |_: &OpenQuestion| Some("\"Granted\"".to_owned());
    assert_eq!(ticket("bill me").answered(grants).at_every_two_writes(), Ok(r#"{"Sent":"bill of 7"}"#.to_owned()));
    assert_eq!(ticket("help???").answered(grants).at_every_write(), Ok(r#"{"Sent":"on help???!!!"}"#.to_owned()));
    assert_eq!(ticket("help????").answered(grants).at_every_write(), Ok(r#""Escalated""#.to_owned()));
    assert_eq!(ticket("help").answered(|_| None).at_every_write(), Ok(r#""Escalated""#.to_owned()));
    let refuses = |_: &OpenQuestion| Some(r#"{"Refused":"rude"}"#.to_owned());
    assert_eq!(ticket("help").answered(refuses).at_every_write(), Ok(r#""Escalated""#.to_owned()));
    assert_eq!(ticket("spam").at_every_write(), Ok(r#""None""#.to_owned()));
    for fails in ["busy", "slow", "bill twice"] {
        assert!(ticket(fails).at_every_write().is_err());
    }
}

#[cfg(feature = "test")]
#[test]
fn every_way_of_a_ticket_takes_every_edge() {
    use loomflow::test::covered;
    let test = Triage::test()
        .context(|| Llm)
        .either::<classify>([Desk::Billing(7), Desk::Technical, Desk::Spam])
        .either::<review>([Verdict::Good, Verdict::Weak("!".to_owned())])
        .answers_either::<approve>([Some(Approval::Granted), Some(Approval::Refused("rude".to_owned())), None]);
    let ticket = Ticket { text: "help".to_owned() };
    covered::<Triage>(|| assert_eq!(test.ways(ticket).count(), 2 * (4 * 3 + 1) + 1)).at_least(100);
}
