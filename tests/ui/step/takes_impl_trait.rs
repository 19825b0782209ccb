use loomflow::prelude::*;

#[step]
fn write(topic: impl AsRef<str>) -> String { // wrong
    topic.as_ref().to_owned()
}

workflow! {
    Flow(topic: String) -> String {
        start -> write(topic) -> end;
    }
}

fn main() {}
