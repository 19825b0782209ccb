use loomflow::prelude::*;

#[step]
fn draft(topic: &str) -> String {
    topic.to_owned()
}

#[step]
fn review(text: &str) -> bool {
    text.len() > 3
}

#[step]
fn send(text: &str, limit: u32) -> String {
    text.repeat(limit as usize)
}

workflow! {
    #[workflow(locked = "flow.lock")]
    Flow(topic: String, limit: u32, most: u32) -> String { // wrong
        let rounds: u32 = 0;
        start -> text = draft(topic)
              -> review(text)
              -> if rounds > most { end(text) } else { send(text, limit) -> end };
    }
}

fn main() {}
