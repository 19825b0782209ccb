use loomflow::prelude::*;

#[step]
struct Write; // wrong

fn main() {}
