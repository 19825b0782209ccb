use loomflow::prelude::*;

/// Finds something.
#[tool]
fn größe(what: &str) -> usize { // wrong
    what.len()
}

fn main() {}
