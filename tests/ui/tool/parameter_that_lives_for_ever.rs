use loomflow::prelude::*;

/// Finds something.
#[tool]
fn find(what: &'static str) -> String { // wrong
    what.to_owned()
}

fn main() {}
