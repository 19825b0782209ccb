//! `triage`, cut off at every write.

use super::*;
use harness::case_in;
use tickets::Ticket;

#[path = "../kept/mod.rs"]
mod harness;

#[test]
fn it_is_carried_on_from_every_write() {
    let tickets = Source::bundled().read();
    assert!(!tickets.is_empty());
    for ticket in tickets {
        let ticket = ticket.expect("the tickets of the example can be read");
        assert!(case_in::<graph::Triage, _, _>(ticket, App::larkspur).at_every_write().is_ok());
    }
    let long = Ticket { name: "long".to_owned(), text: "Where is my invoice? ".repeat(300) };
    assert!(case_in::<graph::Triage, _, _>(long, App::larkspur).at_every_write().is_err());
}
