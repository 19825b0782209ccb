use loomflow::prelude::*;

#[derive(Choice)]
enum Desk {
    #[serde(rename = "")] // wrong
    Billing,
    Spam,
}

fn main() {}
