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
        strat -> draft(topic) -> end; // wrong
    }
}

fn main() {}
