use loomflow::prelude::*;

#[step]
async fn write(topic: String) -> String {
    topic
}

async fn call() -> String {
    write(7).await // wrong
}

fn main() {
    drop(call());
}
