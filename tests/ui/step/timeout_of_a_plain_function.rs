use loomflow::prelude::*;

#[step(timeout = 30s)] // wrong
fn write(topic: &str) -> String {
    topic.to_owned()
}

workflow! {
    Flow(topic: String) -> String {
        start -> write(topic) -> end;
    }
}

fn main() {}
