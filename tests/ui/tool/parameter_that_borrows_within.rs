use loomflow::prelude::*;

/// Finds something.
#[tool]
fn find(words: &[&str]) -> String { // wrong
    words.join(" ")
}

fn main() {}
