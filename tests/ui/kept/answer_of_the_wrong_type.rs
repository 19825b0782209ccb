use loomflow::{Loom, LoomError, prelude::*};

#[ask(bool)]
fn approve(text: &str) -> Question {
    Question::new("Send it?").show(text)
}

async fn run(loom: &Loom<()>) -> Result<(), LoomError> {
    loom.answer::<approve>("letter-1", "yes").await?; // wrong
    Ok(())
}

fn main() {
    drop(run(&Loom::builder(()).build()));
}
