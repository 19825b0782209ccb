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

struct GaveUp;

workflow! {
    Flow(topic: String) -> Result<String, GaveUp> {
        start -> draft(topic) -> if draft.is_empty() { fail(GaveUp) } -> end; // wrong
    }
}

fn main() {}
