use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Account {
    number: u32,
}

#[derive(Choice, Serialize, Deserialize)]
enum Desk {
    Billing(Account), // wrong
    Spam,
}

async fn sorted(model: &Model) -> Result<Desk, ModelError> {
    model.choose("Which desk?").await
}

fn main() {}
