use loomflow::prelude::*;

#[step(backoff = 1s..5s)] // wrong
fn write(topic: &str) -> String {
    topic.to_owned()
}

workflow! {
    Flow(topic: String) -> String {
        start -> write(topic) -> end;
    }
}

fn main() {}
