//! `evaluator_optimizer`, cut off at every write.

use super::*;
use harness::case;

#[path = "../kept/mod.rs"]
mod harness;

#[test]
fn it_is_carried_on_from_every_write() {
    assert!(case::<PlainNotice, _>("the coffee machine".to_owned()).at_every_write().is_ok());
}
