use loomflow::prelude::*;

#[step]
fn draft(topic: &str) -> String {
    topic.to_owned()
}

#[step]
fn review(draft: &str) -> bool {
    draft.len() > 3
}

workflow! {
    Flow(topic: String) -> String {
        start -> drafd(topic) -> review(drafd) -> match { true => }; // wrong
        review -> -> end(topic); // wrong
        let max: u32 = 3; // wrong
    }
}

fn main() {}
