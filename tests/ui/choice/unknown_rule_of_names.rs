use loomflow::prelude::*;

#[derive(Choice)]
#[serde(rename_all = "snakecase")] // wrong
enum Desk {
    Billing,
    Spam,
}

fn main() {}
