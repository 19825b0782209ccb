use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
enum Desk {
    Billing,
    Spam,
}

use Desk::{Billing, Spam};

#[step]
fn classify(ticket: &str) -> Desk {
    if ticket.is_empty() { Spam } else { Billing }
}

workflow! {
    Triage(ticket: String) -> String {
        start -> classify(ticket) -> match {
            Billing => end(ticket),
            Spma => end(String::new()), // wrong
        };
    }
}

fn main() {}
