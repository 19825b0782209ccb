use loomflow::prelude::*;

/// Finds something.
#[tool]
fn find<T: Clone>(what: T) -> String { // wrong
    let _ = what;
    String::new()
}

fn main() {}
