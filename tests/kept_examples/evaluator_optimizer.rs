//! `evaluator_optimizer`, cut off at every write.

use super::*;
use crate::kept::case;

#[test]
fn it_is_carried_on_from_every_write() {
    assert!(case::<PlainNotice, _>("the coffee machine".to_owned()).at_every_write().is_ok());
}
