use loomflow::prelude::*;

#[ask(bool)]
async fn approve(draft: &str) -> Question { // wrong
    Question::new(format!("Send {draft}?"))
}

workflow! {
    Flow(topic: String) -> bool {
        start -> approve(topic) -> end;
    }
}

fn main() {}
