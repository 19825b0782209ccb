use loomflow::prelude::*;

/// Finds something.
#[tool(retries = 3)] // wrong
fn find(what: &str) -> String {
    what.to_owned()
}

fn main() {}
