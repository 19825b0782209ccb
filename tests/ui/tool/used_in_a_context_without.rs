use loomflow::{model::Use, prelude::*};

struct Index;

/// Finds something.
#[tool]
fn find(#[context] _index: &Index, what: &str) -> String {
    what.to_owned()
}

workflow! {
    Found(call: <find as Tool>::Args) -> String {
        start -> find: Use::<find>(call) -> end;
    }
}

fn main() {
    let call = find::parse("{}").unwrap();
    let run = Found::run(&(), call); // wrong
    drop(run);
}
