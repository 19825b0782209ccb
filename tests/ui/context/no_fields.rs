use loomflow::prelude::*;

#[derive(Context)]
struct App; // wrong

fn main() {}
