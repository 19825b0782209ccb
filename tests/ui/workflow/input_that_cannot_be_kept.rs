use loomflow::prelude::*;

struct Ticket(String);

#[step]
fn open(ticket: &Ticket) -> String {
    ticket.0.clone()
}

workflow! {
    Flow(ticket: Ticket) -> String { // wrong
        start -> open(ticket) -> end;
    }
}

fn main() {}
