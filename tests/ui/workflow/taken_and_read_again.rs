use loomflow::prelude::*;

use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Ticket(String);

#[step]
fn open(ticket: Ticket) -> String {
    ticket.0
}

#[step]
fn close(ticket: Ticket, text: &str) -> String {
    ticket.0 + text
}

workflow! {
    Flow(ticket: Ticket) -> String {
        start -> open(ticket) -> close(ticket, open) -> end; // wrong
    }
}

fn main() {}
