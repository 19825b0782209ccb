use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
enum Desk {
    Billing,
    Spam,
}

#[step]
fn classify(ticket: &str) -> Desk {
    if ticket.is_empty() { Desk::Spam } else { Desk::Billing }
}

fn sort(ticket: &str) -> Desk {
    classify(ticket)
}

#[ask(bool)]
fn approve(ticket: &str) -> Question {
    Question::new(ticket)
}

workflow! {
    Sorted(ticket: String) -> bool { start -> classify(ticket) -> approve(ticket) -> end; }
}

fn main() {
    let _ = Sorted::test().answer::<classify>(Desk::Spam); // wrong
}
