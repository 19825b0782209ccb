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
    Flow(topic: String) -> Result<String, std::num::ParseIntError> {
        start -> draft(topic) -> if draft.is_empty() { fail(topic.len()) } -> end; // wrong
    }
}

fn main() {}
