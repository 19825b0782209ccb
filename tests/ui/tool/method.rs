use loomflow::prelude::*;

struct Desk;

impl Desk {
    /// Finds something.
    #[tool]
    fn find(&self, /** what to find */ what: &str) -> String { // wrong
        what.to_owned()
    }
}

fn main() {}
