use loomflow::{model::ToolSpec, prelude::*};

#[step]
fn find(what: &str) -> String {
    what.to_owned()
}

fn offered<T: Tool>() -> &'static ToolSpec {
    T::spec()
}

fn main() {
    offered::<find>(); // wrong
}
