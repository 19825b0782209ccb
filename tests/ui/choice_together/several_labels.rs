use loomflow::prelude::*;

#[derive(Choice)]
#[choice(label = "desk")] // wrong
enum Desk {
    Refund(u32, String), // wrong
    #[serde(rename = "")] // wrong
    Spam,
    #[choice(hide)] // wrong
    Other,
}

fn main() {}
