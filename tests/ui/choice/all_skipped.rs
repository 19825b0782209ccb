use loomflow::prelude::*;

#[derive(Choice)]
enum Desk { // wrong
    #[choice(skip)]
    Unsorted,
}

fn main() {}
