use loomflow::{Loom, LoomError, prelude::*};

#[step]
async fn draft(text: &str) -> String {
    text.to_owned()
}

async fn run(loom: &Loom<()>) -> Result<(), LoomError> {
    loom.answer::<draft>("letter-1", "yes".to_owned()).await?; // wrong
    Ok(())
}

fn main() {
    drop(run(&Loom::builder(()).build()));
}
