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
        let size: u32 = 0;
        start -> size = draft(topic) -> if size > 3 { end(topic) } -> end(topic); // wrong
    }
}

fn main() {}
