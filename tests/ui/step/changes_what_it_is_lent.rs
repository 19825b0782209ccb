use loomflow::prelude::*;

#[step]
fn write(topic: &mut String) -> String { // wrong
    std::mem::take(topic)
}

workflow! {
    Flow(topic: String) -> String {
        start -> write(topic) -> end;
    }
}

fn main() {}
