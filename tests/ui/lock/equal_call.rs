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
    Flow(topic: String, limit: u32) -> String {
        let rounds: u32 = 0;
        start -> text = draft(topic)
              -> review(text)
              -> if rounds > 9 { send(text, limit) } // wrong
              else { send(text, limit) } -> end;
    }
}

fn main() {}
