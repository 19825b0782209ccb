use loomflow::prelude::*;

#[step]
fn write(#[context] size: u32, topic: &str) -> String { // wrong
    format!("{topic}{size}")
}

workflow! {
    Flow(topic: String) -> String {
        start -> write(topic) -> end;
    }
}

fn main() {}
