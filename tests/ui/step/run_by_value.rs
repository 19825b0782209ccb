use loomflow::{Visit, prelude::*};

#[step]
fn write(#[run] run: Visit, topic: String) -> String { // wrong
    format!("{topic}{}", run.key())
}

workflow! {
    Flow(topic: String) -> String {
        start -> write(topic) -> end;
    }
}

fn main() {}
