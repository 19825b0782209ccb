//! The workflows that are read here.

use loomflow::prelude::*;
use serde::{Deserialize, Serialize};
use tokio::task::yield_now;

#[derive(Serialize, Deserialize)]
pub(crate) enum Approval {
    Granted,
    Refused(String),
}

#[derive(Serialize, Deserialize)]
pub(crate) enum Desk {
    Spam,
    Billing(u32),
}

#[step]
pub(crate) async fn classify(text: &str) -> Desk {
    yield_now().await;
    if text.contains("buy") { Desk::Spam } else { Desk::Billing(u32::try_from(text.len()).unwrap()) }
}

/// Fails so many times.
#[step(retry = 3, backoff = 1ms)]
pub(crate) async fn draft(text: &str, cents: u32, #[run] run: &loomflow::Visit) -> Result<String, String> {
    yield_now().await;
    if run.attempt() <= 1 { Err(format!("attempt {} of {cents}", run.attempt())) } else { Ok(format!("about {text}")) }
}

#[ask(Approval)]
pub(crate) fn approve(draft: &str) -> Question {
    Question::new("Send this answer?").show(draft)
}

#[step]
pub(crate) fn send(draft: &str) -> String {
    format!("sent: {draft}")
}

workflow! {
    /// A route, a retried step, a question and a loop with a bound.
    pub(crate) Letter(text: String) -> String {
        start -> classify(text) -> match {
            Desk::Spam           => end("spam".to_owned()),
            Desk::Billing(cents) => draft(text, cents),
        };
        draft -> approve(draft) within 14d else end("late".to_owned()) -> match {
            Approval::Granted      => send(draft) -> end,
            Approval::Refused(why) => draft(&why, 1) max 2 else fail("refused too often"),
        };
    }
}

#[step]
pub(crate) async fn double(n: u32) -> u32 {
    yield_now().await;
    2 * n
}

#[step]
pub(crate) fn halve(n: u32) -> u32 {
    n / 2
}

#[step]
pub(crate) fn items(n: u32) -> Vec<u32> {
    (0..n).collect()
}

#[step]
pub(crate) fn sum(parts: &[u32]) -> u32 {
    parts.iter().sum()
}

#[step]
pub(crate) fn check(n: u32) -> Result<u32, String> {
    if n > 50 { Err(format!("{n} is too much")) } else { Ok(n) }
}

workflow! {
    /// A route within another workflow.
    pub(crate) Inner(n: u32) -> u32 {
        start -> double(n) -> if double > 4 { halve(double) -> end } else { end(double) };
    }
}

workflow! {
    /// A fork of two, one for each item, and a workflow within.
    pub(crate) Outer(n: u32) -> u32 {
        start -> items(n) -> parts = [for item in items, 2 at once => Inner(item)]
            -> sum(parts) -> if sum > 3 { [a: double(sum), b: check(sum)] -> end(a + b) } else { last: Inner(sum) -> end };
    }
}

workflow! {
    /// What is caught, and a time that is waited for.
    pub(crate) Careful(n: u32) -> u32 {
        start -> check(n) catch _ => { halve(n) -> end(halve) } -> sleep(1h) -> double(check) -> end;
    }
}

workflow! {
    /// What fails, and is not caught.
    pub(crate) Strict(n: u32) -> u32 {
        start -> check(n) -> double(check) -> end;
    }
}

workflow! {
    /// Two ways at once, of which the quicker one counts.
    pub(crate) Race(n: u32) -> u32 {
        start -> first {
            double(n) => end(double),
            { sleep(1d) -> slow: halve(n) } => end(slow),
        };
    }
}
