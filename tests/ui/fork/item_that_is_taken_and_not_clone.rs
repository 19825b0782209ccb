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

#[derive(serde::Serialize, serde::Deserialize)]
struct Page(String);

#[step]
fn pages(topic: &str) -> Vec<Page> {
    vec![Page(topic.to_owned())]
}

#[step]
fn print(page: Page) -> String {
    page.0
}

workflow! {
    Flow(topic: String) -> String {
        start -> pages(topic) -> texts = [for page in pages => print(page)] -> end(pages.len().to_string()); // wrong
    }
}

fn main() {}
