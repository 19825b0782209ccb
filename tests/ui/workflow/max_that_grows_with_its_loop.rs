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
        let rounds: u32 = 1;
        start -> text = draft(topic) -> review(text) -> if review { end(text) }
              -> text = revise(text) -> rounds = (rounds + 1)
              -> review(text) max rounds else end(text); // wrong
    }
}

fn main() {}
