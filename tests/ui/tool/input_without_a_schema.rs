use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize)]
struct Query(String);

#[step]
fn find(query: Query) -> String {
    query.0
}

workflow! {
    /// Finds something.
    #[workflow(tool)]
    Found(query: Query) -> String { // wrong
        start -> find(query) -> end;
    }
}

fn main() {}
