use loomflow::prelude::*;

#[step]
fn draft(topic: &str) -> String {
    topic.to_owned()
}

#[step]
fn review(draft: &str, strict: bool) -> bool {
    !strict || draft.len() > 3
}

#[step]
fn revise(draft: String) -> String {
    draft + "!"
}

workflow! {
    Flow(topic: String) -> String {
        start -> text = draft(topic) -> review(text, text) -> if review { end(text) } // wrong
              -> text = revise(text)
              -> review(text, true); // wrong
        publish -> end(topic); // wrong
    }
}

fn main() {}
