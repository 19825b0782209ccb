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

workflow! {
    Flow(topic: String) -> String {
        start -> text = draft(topic) -> again: review(text) -> if again { end(text) }
              -> text = revise(text)
              -> again(text) max 3 else end(text); // wrong
    }
}

fn main() {}
