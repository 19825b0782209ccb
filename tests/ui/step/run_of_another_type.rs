use loomflow::prelude::*;

#[step]
async fn write(#[run] run: &String, topic: String) -> String { // wrong
    format!("{topic}{run}")
}

workflow! {
    Flow(topic: String) -> String {
        start -> write(topic) -> end;
    }
}

fn main() {}
