use loomflow::prelude::*;
use std::rc::Rc;

#[step]
async fn write(topic: &str) -> String { // wrong
    let text = Rc::new(topic.to_owned());
    std::future::ready(()).await;
    text.to_string()
}

workflow! {
    Flow(topic: String) -> String {
        start -> write(topic) -> end;
    }
}

fn main() {}
