use loomflow::{Loom, LoomError, prelude::*};

#[step]
async fn draft(text: &str, copies: u32) -> String {
    text.repeat(copies as usize)
}

workflow! {
    Letter(text: String, copies: u32) -> String {
        start -> draft(text, copies) -> end;
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
