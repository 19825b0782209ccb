//! Several people are asked at once.

use loomflow::prelude::*;

workflow! {
    /// Asks several people whether an offer is good.
    pub(crate) Poll(offer: String, people: Vec<String>) -> Vec<bool> {
        start -> votes = [for person in people => vote(person, offer)] -> end;
    }
}

/// Asks one of them.
#[ask(bool)]
fn vote(person: &str, offer: &str) -> Question {
    Question::new(format!("{person}, is this a good offer?")).show(offer)
}
