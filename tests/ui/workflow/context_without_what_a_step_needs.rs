use loomflow::prelude::*;

struct Llm;
struct Store;

#[derive(Context)]
struct App {
    store: Store,
}

#[step]
fn ask(#[context] llm: &Llm, topic: &str) -> String {
    let _ = llm;
    topic.to_owned()
}

workflow! {
    Flow(topic: String) -> String {
        start -> ask(topic) -> end;
    }
}

fn main() {
    let app = App { store: Store };
    let _ = Flow::run(&app, String::new()); // wrong
}
