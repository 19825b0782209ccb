use loomflow::prelude::*;

#[derive(Choice)]
#[choice(rename_all = "snake_case")] // wrong
enum Desk {
    Billing,
    Spam,
}

fn main() {}
