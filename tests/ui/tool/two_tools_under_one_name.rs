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
    Found(found: <find as Tool>::Args, lost: <lose as Tool>::Args) -> usize {
        start -> text = Use::<find>(found) -> Use::<lose>(lost) -> end; // wrong
    }
}

fn main() {}
