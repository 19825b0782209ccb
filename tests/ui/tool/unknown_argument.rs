use loomflow::prelude::*;

/// Finds something.
#[tool]
fn find(what: &str, most: u32) -> String {
    format!("{what} {most}")
}

fn main() {
    let mut call = find::parse("{}").unwrap();
    call.whta = "key".to_owned(); // wrong
}
