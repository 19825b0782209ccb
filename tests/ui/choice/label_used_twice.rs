use loomflow::prelude::*;

#[derive(Choice)]
enum Desk {
    Billing,
    #[serde(rename = "Billing")] // wrong
    Invoices,
}

fn main() {}
