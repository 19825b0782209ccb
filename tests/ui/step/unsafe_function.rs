use loomflow::prelude::*;

#[step]
unsafe fn write(topic: &str) -> String { // wrong
    topic.to_owned()
}

workflow! {
    Flow(topic: String) -> String {
        start -> write(topic) -> end;
    }
}

fn main() {}
