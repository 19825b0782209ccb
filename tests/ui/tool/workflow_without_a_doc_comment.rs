use loomflow::prelude::*;

/// Finds something.
#[tool]
fn find(what: &str) -> String {
    what.to_owned()
}

workflow! {
    #[workflow(tool)]
    Found(what: String) -> String { // wrong
        start -> find(what) -> end;
    }
}

fn main() {}
