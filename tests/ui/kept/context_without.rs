use loomflow::{Loom, LoomError, prelude::*};

struct Llm;

#[step]
async fn draft(#[context] _llm: &Llm, text: &str) -> String {
    text.to_owned()
}

workflow! {
    Letter(text: String) -> String {
        start -> draft(text) -> end;
    }
}

async fn run() -> Result<(), LoomError> {
    let loom = Loom::builder(()).build();
    loom.start::<Letter>("letter-1", "tea".to_owned()).await?; // wrong
    Ok(())
}

fn main() {
    drop(run());
}
