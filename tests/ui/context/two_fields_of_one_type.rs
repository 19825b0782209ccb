use loomflow::prelude::*;

#[derive(Context)]
struct App {
    name: String,
    title: String, // wrong
}

fn main() {}
