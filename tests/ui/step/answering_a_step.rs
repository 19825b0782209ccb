use loomflow::prelude::*;

#[step]
fn write(topic: &str) -> String {
    topic.to_owned()
}

workflow! {
    Flow(topic: String) -> String {
        start -> write(topic) -> end;
    }
}

fn main() {
    let _ = Flow::run(&(), String::new()).answering::<write>(|_| None); // wrong
}
