use loomflow::{Loom, prelude::*};

#[step]
async fn write(topic: String) -> String {
    topic
}

async fn call(loom: &Loom<()>) {
    let _ = loom.run("id", "tea".to_owned(), async |topic: String| write(topic).await).await; // wrong
}

fn main() {
    drop(call(&Loom::builder(()).build()));
}
