use loomflow::prelude::*;
use std::cell::Cell;

#[step]
fn write(topic: &str) -> Result<Cell<usize>, String> { // wrong
    Ok(Cell::new(topic.len()))
}

workflow! {
    Flow(topic: String) -> usize {
        start -> write(topic) -> end(write.get());
    }
}

fn main() {}
