use loomflow::prelude::*;

struct Account {
    number: u32,
}

#[derive(Choice)]
enum Desk {
    Billing {
        account: Account, // wrong
        amount: u32,
    },
    Spam,
}

fn main() {}
