use loomflow::prelude::*;

#[step]
fn draft(topic: &str) -> String {
    topic.to_owned()
}

#[step]
fn review(draft: &str) -> bool {
    draft.len() > 3
}

#[step]
fn revise(draft: String) -> String {
    draft + "!"
}

fn shout(text: &str) -> String {
    text.to_uppercase()
}

workflow! {
    Flow(topic: String) -> String {
        start -> shout(topic) -> end; // wrong
    }
}

fn main() {}
