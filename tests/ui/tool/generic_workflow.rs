use loomflow::{Value, prelude::*};

#[step]
fn same<T: Value>(what: T) -> T {
    what
}

workflow! {
    /// Gives what it gets.
    #[workflow(tool)]
    Same<T: Value>(what: T) -> T { // wrong
        start -> same::<T>(what) -> end;
    }
}

fn main() {}
