use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Ticket(String);

#[step(retry = 3)]
async fn open(ticket: Ticket) -> String { // wrong
    ticket.0
}

workflow! {
    Flow(ticket: Ticket) -> String {
        start -> open(ticket) -> end;
    }
}

fn main() {}
