use loomflow::prelude::*;

struct Broken;

#[step]
fn write(topic: &str) -> Result<String, Broken> { // wrong
    if topic.is_empty() { Err(Broken) } else { Ok(topic.to_owned()) }
}

workflow! {
    Flow(topic: String) -> String {
        start -> write(topic) -> end;
    }
}

fn main() {}
