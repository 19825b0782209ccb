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
fn topics(topic: &str) -> Vec<String> {
    vec![topic.to_owned()]
}

#[step]
fn join(texts: Vec<String>) -> String {
    texts.join(" ")
}

workflow! {
    Flow(topic: String) -> String {
        start -> draft(topic) catch FailureKind::TimeOut => end(topic) -> end; // wrong
    }
}

fn main() {}
