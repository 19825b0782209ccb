//! `prompt_chain`, cut off at every write.

use super::*;
use harness::case_in;

#[path = "../kept/mod.rs"]
mod harness;

#[test]
fn it_is_carried_on_from_every_write() {
    for topic in ["unicorn", "old printer", "?"] {
        let ended = case_in::<Chaining, _, _>(topic.to_owned(), || App { model: Model::new() }).at_every_two_writes();
        assert_eq!(ended.is_ok(), topic != "?");
    }
}
