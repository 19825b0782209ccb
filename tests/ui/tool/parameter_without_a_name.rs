use loomflow::prelude::*;

/// Adds two numbers.
#[tool]
fn add((a, b): (u32, u32)) -> u32 { // wrong
    a + b
}

fn main() {}
