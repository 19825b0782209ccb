use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Choice, Serialize, Deserialize)]
enum Desk {
    Billing,
    Technical,
    Spam,
}

#[step]
async fn classify(#[context] model: &Model, ticket: &str) -> Result<Desk, ModelError> {
    model.choose(ticket).await
}

workflow! {
    Sorted(ticket: String) -> String {
        start -> classify(ticket) -> match { // wrong
            Desk::Billing   => end("billing".to_owned()),
            Desk::Technical => end("technical".to_owned()),
        };
    }
}

fn main() {}
