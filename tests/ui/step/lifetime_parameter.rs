use loomflow::prelude::*;

#[step]
fn write<'a>(topic: &'a str) -> String { // wrong
    topic.to_owned()
}

workflow! {
    Flow(topic: String) -> String {
        start -> write(topic) -> end;
    }
}

fn main() {}
