//! `approval`, cut off at every write.

use super::*;
use harness::case;

#[path = "../kept/mod.rs"]
mod harness;

#[test]
fn it_is_carried_on_from_every_write() {
    let letter = || case::<Letter, _>("Please refund order 17".to_owned());
    let granted = letter().answered(|_| serde_json::to_string(&Approval::Granted).ok());
    assert_eq!(granted.at_every_two_writes(), Ok("\"sent\"".to_owned()));
    let refused = letter().answered(|_| serde_json::to_string(&Approval::Refused("too polite".to_owned())).ok());
    assert_eq!(refused.at_every_two_writes(), Ok("\"not sent: too polite\"".to_owned()));
    let unanswered = letter().answered(|_| None);
    assert_eq!(unanswered.at_every_two_writes(), Ok("\"nobody had the time\"".to_owned()));
    let cancelled = letter().cancelled().at_every_two_writes();
    assert!(cancelled.as_ref().is_err_and(|failure| failure.starts_with("Cancelled at approve")), "{cancelled:?}");
}
