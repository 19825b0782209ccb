use loomflow::prelude::*;

enum Approval {
    Granted,
    Refused,
}

#[ask(Approval)] // wrong
fn approve(draft: &str) -> Question {
    Question::new(format!("Send {draft}?"))
}

fn main() {}
