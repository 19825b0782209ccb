use loomflow::prelude::*;

#[derive(Context)]
enum App { // wrong
    One,
}

fn main() {}
