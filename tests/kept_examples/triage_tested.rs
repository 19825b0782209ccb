//! `triage` under the test kit: every way a ticket can go, and one that goes as it does.

use super::*;
use graph::Triage;
use loomflow::{prelude::*, test::covered};
use steps::{Approval, Desk, Note, Reason, Verdict, approve, classify, review};
use tickets::Ticket;

fn ticket() -> Ticket {
    Ticket { name: "hours".to_owned(), text: "When are you open?\n\nKim Doe".to_owned() }
}

#[test]
fn every_way_of_a_ticket_takes_every_edge() {
    let test = Triage::test()
        .context(App::larkspur)
        .either::<classify>([Desk::Billing(None), Desk::Technical, Desk::Spam])
        .either::<review>([Verdict::Good, Verdict::Weak(Note::Greeting(None))])
        .either::<approve>([Approval::Granted, Approval::Refused(Reason::Legal)]);
    covered::<Triage>(|| assert_eq!(test.ways(ticket()).count(), 2 * (4 * 2 + 1) + 1)).at_least(100);
}

#[test]
fn a_ticket_is_sorted_once_and_comes_to_its_end() {
    let test = Triage::test().context(App::larkspur).note::<classify>(|ticket| ticket.name.clone());
    let run = test.run(ticket());
    assert_eq!((run.noted::<classify>(), run.visits("classify")), (vec!["hours".to_owned()], 1));
    run.assert_path(["classify", "technical", "review", "approve", "send"]).assert_took("classify", "Technical");
}
