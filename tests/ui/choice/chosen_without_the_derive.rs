use loomflow::prelude::*;

enum Desk {
    Billing,
    Spam,
}

async fn sorted(model: &Model) -> Result<Desk, ModelError> {
    model.choose::<Desk>("Which desk?").await // wrong
}

fn main() {}
