use loomflow::prelude::*;

workflow! {} // wrong

fn main() {}
