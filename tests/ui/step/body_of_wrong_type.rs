use loomflow::prelude::*;

#[step(retry = 1)]
async fn write(topic: String) -> Result<String, String> {
    topic.len() // wrong
}

workflow! {
    Flow(topic: String) -> String {
        start -> write(topic) -> end;
    }
}

fn main() {}
