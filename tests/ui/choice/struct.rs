use loomflow::prelude::*;

#[derive(Choice)]
struct Desk { // wrong
    name: String,
}

async fn sorted(model: &Model) -> Result<Desk, ModelError> {
    model.choose("Which desk?").await
}

fn main() {}
