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

#[step]
fn counted(topic: &str) -> std::collections::HashMap<String, u32> {
    std::iter::once((topic.to_owned(), 1)).collect()
}

workflow! {
    Flow(topic: String) -> String {
        start -> counted(topic) -> texts = [for word in counted => draft(topic)] -> join(texts) -> end; // wrong
    }
}

fn main() {}
