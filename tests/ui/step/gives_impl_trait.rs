use loomflow::prelude::*;

#[step]
fn write(topic: &str) -> impl Into<String> { // wrong
    topic.to_owned()
}

workflow! {
    Flow(topic: String) -> String {
        start -> write(topic) -> end;
    }
}

fn main() {}
