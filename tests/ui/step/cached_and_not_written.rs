use loomflow::prelude::*;

struct Topic(String);

#[step(cache = 1h)]
fn write(topic: &Topic) -> String { // wrong
    topic.0.clone()
}

fn main() {}
