use loomflow::prelude::*;

struct Draft(String);

#[step]
fn write(topic: &str) -> Draft { // wrong
    Draft(topic.to_owned())
}

workflow! {
    Flow(topic: String) -> String {
        start -> write(topic) -> end(write.0);
    }
}

fn main() {}
