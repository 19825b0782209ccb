use loomflow::prelude::*;

#[tool]
fn find(what: &str) -> String { // wrong
    what.to_owned()
}

fn main() {}
