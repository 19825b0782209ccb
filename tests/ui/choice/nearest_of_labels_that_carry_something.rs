use loomflow::prelude::*;

#[derive(Choice)]
enum Desk {
    Billing(u32),
    Spam,
}

async fn sorted(model: &Model) -> Option<Desk> {
    let near = model.choose_nearest::<Desk>("a crash").await; // wrong
    near.ok()?.at_least(0.4)
}

fn main() {}
