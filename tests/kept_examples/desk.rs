//! The workflows of `desk`, cut off at every write.

use super::*;
use harness::case_in;
use refund::Order;

#[path = "../kept/mod.rs"]
mod harness;

fn desk(bank: Bank) -> Desk {
    Desk { bank }
}

#[test]
fn a_ticket_is_carried_on_from_every_write() {
    let tickets = [("Charged twice, account #42", true), ("It hums.", true), ("You win a prize!", true), ("#x", false)];
    for (ticket, ends) in tickets {
        let triage = case_in::<Triage, _, _>((ticket.to_owned(), None), || desk(Bank::Up));
        assert_eq!(triage.at_every_write().is_ok(), ends, "{ticket}");
    }
}

#[test]
fn a_poll_is_carried_on_from_every_write() {
    let people = ["ada", "grace"].map(str::to_owned).to_vec();
    let poll = case_in::<Poll, _, _>(("tea".to_owned(), people), || desk(Bank::Up));
    let answered = poll.answered(|open| Some(open.question.text().starts_with("ada").to_string()));
    assert_eq!(answered.at_every_write(), Ok("[true,false]".to_owned()));
}

#[test]
fn a_refund_is_carried_on_from_every_write() {
    let order: Order = serde_json::from_str(r#"{"id": 17, "cents": 1250}"#).expect("it is an order");
    let granted =
        case_in::<Refund, _, _>(order.clone(), || desk(Bank::Up)).answered(|_| Some("\"Granted\"".to_owned()));
    assert_eq!(granted.at_every_two_writes(), Ok(r#"{"order":17,"cents":1250}"#.to_owned()));
    let refused =
        case_in::<Refund, _, _>(order.clone(), || desk(Bank::Up)).answered(|_| Some(r#"{"Refused":"no"}"#.to_owned()));
    assert!(refused.at_every_two_writes().is_err_and(|failure| failure.contains("refused: no")));
    let down = case_in::<Refund, _, _>(order, || desk(Bank::Down)).answered(|_| Some("\"Granted\"".to_owned()));
    assert!(down.at_every_two_writes().is_err_and(|failure| failure.contains("the bank is down")));
}
