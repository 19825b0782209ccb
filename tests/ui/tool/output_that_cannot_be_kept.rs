use loomflow::prelude::*;

struct Found(String);

/// Finds something.
#[tool]
fn find(what: &str) -> Found { // wrong
    Found(what.to_owned())
}

fn main() {}
