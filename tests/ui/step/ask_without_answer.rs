use loomflow::prelude::*;

#[ask] // wrong
fn approve(draft: &str) -> Question {
    Question::new(format!("Send {draft}?"))
}

workflow! {
    Flow(topic: String) -> bool {
        start -> approve(topic) -> end;
    }
}

fn main() {}
