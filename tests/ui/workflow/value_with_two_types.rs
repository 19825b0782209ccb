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

#[step]
fn count(draft: &str) -> u32 {
    u32::try_from(draft.len()).unwrap_or(0)
}

workflow! {
    Flow(topic: String) -> String {
        start -> text = draft(topic) -> review(text) -> if review { end(text) }
              -> text = count(text) -> again: review(text) -> end(text); // wrong
    }
}

fn main() {}
