use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Account {
    number: u32,
}

#[derive(Choice, Serialize, Deserialize)]
enum Desk {
    Billing {
        #[serde(flatten)] // wrong
        account: Account,
    },
    Spam,
}

fn main() {}
