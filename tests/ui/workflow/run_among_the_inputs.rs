use loomflow::{Visit, prelude::*};

#[step]
fn write(#[run] run: &Visit, topic: String) -> String {
    format!("{topic}{}", run.key())
}

workflow! {
    Flow(#[run] run: &Visit, topic: String) -> String { // wrong
        start -> write(topic) -> end;
    }
}

fn main() {}
