use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
enum Desk {
    Billing(u32),
    Technical,
    Spam,
}

#[step]
fn classify(ticket: &str) -> Desk {
    if ticket.is_empty() { Desk::Spam } else { Desk::Technical }
}

#[step]
fn billing(ticket: &str, account: u32) -> String {
    format!("{ticket} {account}")
}

#[step]
fn technical(ticket: &str) -> String {
    ticket.to_owned()
}

workflow! {
    Triage(ticket: String) -> String {
        start -> classify(ticket) -> match {
            Desk::Billing(_) => billing(ticket, ticket), // wrong
            _ => technical(ticket),
        } -> end;
    }
}

fn main() {}
