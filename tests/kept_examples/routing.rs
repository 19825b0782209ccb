//! `routing`, cut off at every write.

use super::*;
use harness::case;

#[path = "../kept/mod.rs"]
mod harness;

#[test]
fn it_is_carried_on_from_every_write() {
    for input in ["a poem about the empty garden", "tell me a joke about my old bicycle", "lunch"] {
        assert_eq!(case::<Routing, _>(input.to_owned()).at_every_two_writes().is_ok(), input != "lunch");
    }
}
