use loomflow::prelude::*;

#[step]
fn draft(topic: &str) -> String {
    topic.to_owned()
}

workflow! {
    #[workflow(version = "two")] // wrong
    Flow(topic: String) -> String {
        start -> draft(topic) -> end;
    }
}

fn main() {}
