use loomflow::prelude::*;

#[derive(Choice)]
enum Desk {
    Billing {
        #[choice(skip)] // wrong
        account: u32,
    },
    Spam,
}

fn main() {}
