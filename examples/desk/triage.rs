//! Tickets, and who answers them.

use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

workflow! {
    /// Sorts a support ticket and drafts an answer.
    pub(crate) Triage(ticket: String, copies: Option<u32>) -> String {
        start -> classify(ticket) -> match {
            Sort::Billing(account) => draft = billing(ticket, account),
            Sort::Technical        => draft = technical(ticket),
            Sort::Spam             => end(String::new()),
        } -> end(draft.repeat(copies.unwrap_or(1) as usize));
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) enum Sort {
    Billing(u32),
    Technical,
    Spam,
}

/// Decides which desk a ticket belongs to.
#[step(retry = 1, backoff = 1ms)]
fn classify(ticket: &str) -> Result<Sort, std::num::ParseIntError> {
    if ticket.contains("win a prize") {
        return Ok(Sort::Spam);
    }
    match ticket.split_once('#') {
        Some((_, account)) => Ok(Sort::Billing(account.trim().parse()?)),
        None => Ok(Sort::Technical),
    }
}

#[step]
fn billing(ticket: &str, account: u32) -> String {
    format!("About account {account}: {ticket}\n")
}

#[step]
fn technical(ticket: &str) -> String {
    format!("Please restart it. You wrote: {ticket}\n")
}
