use loomflow::prelude::*;

#[ask(inbox)] // wrong
fn approve(draft: &str) -> Question {
    Question::new(format!("Send {draft}?"))
}

fn main() {}
