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
fn split(topic: &str) -> Option<String> {
    topic.split_once(' ').map(|(head, _)| head.to_owned())
}

workflow! {
    Flow(topic: String) -> String {
        start -> split(topic) -> match {
            Some(head) => draft(head) -> review(head) -> end(topic), // wrong
            None => text = revise(topic),
        };
        revise -> draft(text);
    }
}

fn main() {}
