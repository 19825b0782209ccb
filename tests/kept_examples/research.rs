//! `research`, cut off at every write.

use super::*;
use harness::case_in;

#[path = "../kept/mod.rs"]
mod harness;

#[test]
fn it_is_carried_on_from_every_write() {
    assert!(case_in::<Research, _, _>("bridge".to_owned(), || LIBRARY).at_every_write().is_ok());
}
