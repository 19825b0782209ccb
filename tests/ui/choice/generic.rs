use loomflow::prelude::*;

#[derive(Choice)]
enum Desk<T> { // wrong
    Billing(T),
    Spam,
}

async fn sorted(model: &Model) -> Result<Desk<u32>, ModelError> {
    model.choose("Which desk?").await
}

fn main() {}
