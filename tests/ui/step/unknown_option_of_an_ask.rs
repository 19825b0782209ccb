use loomflow::prelude::*;

#[ask(bool, inboxed)] // wrong
fn approve(draft: &str) -> Question {
    Question::new(format!("Send {draft}?"))
}

fn main() {}
