use loomflow::prelude::*;

#[derive(Choice)]
enum Desk {
    Refund(u32, String), // wrong
    Spam,
}

fn main() {}
