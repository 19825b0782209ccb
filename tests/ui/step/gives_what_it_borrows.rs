use loomflow::prelude::*;

#[step]
fn write(topic: &str) -> &str { // wrong
    topic
}

workflow! {
    Flow(topic: String) -> String {
        start -> write(topic) -> end;
    }
}

fn main() {}
