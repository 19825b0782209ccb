use loomflow::prelude::*;

#[step(retry = 3, at_most_once)] // wrong
fn pay(amount: u32) -> u32 {
    amount
}

fn main() {}
