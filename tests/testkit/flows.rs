//! The workflows that the tests of the kit run.

use loomflow::prelude::*;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::task::yield_now;

pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    pub text: String,
}

impl From<&str> for Ticket {
    fn from(text: &str) -> Self {
        Ticket { text: text.to_owned() }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Desk {
    Billing(u32),
    Technical,
    Spam,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Verdict {
    Good,
    Weak(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Approval {
    Granted,
    Refused(String),
}

/// What sorts tickets; a test has none.
pub struct Llm;

#[step(retry = 3, backoff = 200ms..5s, timeout = 30s)]
pub async fn classify(#[context] _llm: &Llm, ticket: &Ticket) -> Result<Desk, String> {
    yield_now().await;
    if ticket.text.contains("bill") { Ok(Desk::Billing(7)) } else { Ok(Desk::Technical) }
}

#[step]
pub fn billing(ticket: &Ticket, account: u32) -> Result<String, String> {
    if ticket.text.contains("twice") { Err("no such bill".to_owned()) } else { Ok(format!("bill of {account}")) }
}

#[step]
pub async fn technical(ticket: &Ticket) -> String {
    yield_now().await;
    format!("on {}", ticket.text)
}

#[step]
pub fn review(draft: &str) -> Verdict {
    if draft.is_empty() { Verdict::Weak("more".to_owned()) } else { Verdict::Good }
}

#[step]
pub fn revise(draft: String, notes: &str) -> String {
    draft + notes
}

#[step]
pub fn send(draft: &str) -> String {
    format!("sent: {draft}")
}

#[step]
pub fn escalate(ticket: &Ticket) -> String {
    format!("escalated: {}", ticket.text)
}

#[ask(Approval)]
pub fn approve(draft: &String) -> Question {
    Question::new("Send this answer?").show(draft)
}

workflow! {
    /// Sorts a support ticket, drafts an answer, and has a person approve it.
    pub Triage(ticket: Ticket) -> String {
        start -> classify(ticket) -> match {
            Desk::Billing(account) => draft = billing(ticket, account),
            Desk::Technical        => draft = technical(ticket),
            Desk::Spam             => end("nothing".to_owned()),
        } -> review(draft) -> match {
            Verdict::Good        => {}
            Verdict::Weak(notes) => draft = revise(draft, notes) -> review(draft) max 3 else escalate(ticket),
        } -> approve(draft) within 2d else escalate(ticket) -> match {
            Approval::Granted    => send(draft) -> end,
            Approval::Refused(_) => escalate(ticket),
        };
        escalate -> end;
    }
}

#[step(retry = 2)]
pub async fn fetch(page: &str) -> Result<usize, String> {
    yield_now().await;
    Ok(page.len())
}

#[step]
pub fn total(sizes: &[usize]) -> usize {
    sizes.iter().sum()
}

workflow! {
    /// Fetches pages, two at a time.
    pub Fetched(pages: Vec<String>) -> usize {
        start -> sizes = [for page in pages, 2 at once => fetch(page) catch _ => (0)] -> total(sizes) -> end;
    }
}

workflow! {
    /// Measures pages after a night's rest, and measures again when there is nothing.
    pub Nightly(pages: Vec<String>) -> usize {
        start -> sleep(1d) -> measured: Fetched(pages) -> if measured == 0 { end(0) }
              -> again: Fetched(pages) -> end(measured + again);
    }
}

#[step]
pub async fn quick(text: &str) -> Result<String, String> {
    yield_now().await;
    Ok(format!("quick {text}"))
}

#[step]
pub async fn slow(text: &str) -> Result<String, String> {
    yield_now().await;
    Ok(format!("slow {text}"))
}

#[step]
pub fn shown(text: String) -> String {
    text
}

workflow! {
    /// Asks two, and takes what comes first.
    pub Raced(text: String) -> String {
        start -> first { found = quick(text), found = slow(text) } within 1h else end("late".to_owned())
              -> shown(found) -> end;
    }
}

workflow! {
    /// Asks two at once, unless there is nothing to ask.
    pub Both(text: String) -> String {
        start -> if text.is_empty() { fail("nothing to ask") } -> [
            left = quick(text),
            right = slow(text) -> if right.len() > 9 { end("long".to_owned()) },
        ] -> end(format!("{left}, {right}"));
    }
}
