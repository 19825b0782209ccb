use loomflow::prelude::*;

#[step(cache = 1h, at_most_once)] // wrong
fn write(topic: String) -> String {
    topic
}

workflow! {
    Flow(topic: String) -> String {
        start -> write(topic) -> end;
    }
}

fn main() {}
