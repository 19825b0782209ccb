use loomflow::prelude::*;

#[ask(bool)]
fn approve(draft: &str) { // wrong
    println!("Send {draft}?");
}

fn main() {}
