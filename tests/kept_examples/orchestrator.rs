//! `orchestrator`, cut off at every write.

use super::*;
use harness::case;

#[path = "../kept/mod.rs"]
mod harness;

#[test]
fn it_is_carried_on_from_every_write() {
    assert!(case::<Describe, _>(TABLE.to_owned()).at_every_write().is_ok());
    assert!(case::<Describe, _>("a,b".to_owned()).at_every_write().is_err());
}
