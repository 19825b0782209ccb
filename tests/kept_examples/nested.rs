//! `nested`, cut off at every write.

use super::*;
use harness::case;

#[path = "../kept/mod.rs"]
mod harness;

#[test]
fn it_is_carried_on_from_every_write() {
    let stories = STORIES.map(str::to_owned).to_vec();
    assert!(case::<Column, _>((stories, 28)).at_every_write().is_ok());
    // The inner workflow, alone.
    let name = "The Very Early Mill Lane Messenger".to_owned();
    assert!(case::<Fit, _>((name, 28)).at_every_two_writes().is_ok());
}
