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

#[step(retry = 3)]
fn pay(topic: &str) -> Result<String, String> {
    Err(topic.to_owned())
}

workflow! {
    Flow(topic: String) -> String {
        start -> pay(topic) -> end;
        require pay at most once; // wrong
    }
}

fn main() {}
