use loomflow::{model::Use, prelude::*};

/// Finds something.
#[tool]
fn find(what: &str) -> String {
    what.to_owned()
}

/// Loses something.
#[tool]
fn lose(what: &str) -> usize {
    what.len()
}

workflow! {
    Found(call: <lose as Tool>::Args) -> String {
        start -> find: Use::<find>(call) -> end; // wrong
    }
}

fn main() {}
