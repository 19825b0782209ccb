use loomflow::prelude::*;

#[derive(Choice)]
enum Desk {} // wrong

fn main() {}
