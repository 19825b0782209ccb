use loomflow::prelude::*;

#[ask(bool)]
fn approve(draft: &str) -> String { // wrong
    format!("Send {draft}?")
}

workflow! {
    Flow(topic: String) -> bool {
        start -> approve(topic) -> end;
    }
}

fn main() {}
