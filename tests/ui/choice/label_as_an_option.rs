use loomflow::prelude::*;

#[derive(Choice)]
enum Desk {
    #[choice(label = "billing")] // wrong
    Billing,
    Spam,
}

fn main() {}
