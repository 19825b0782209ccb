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
        start -> review(topic) -> match {
            true => if topic.is_empty() { draft(topic) } -> end(topic),
            false => draft(topic), // wrong
        } -> end(topic);
    }
}

fn main() {}
