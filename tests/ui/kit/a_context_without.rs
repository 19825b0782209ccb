use loomflow::prelude::*;

struct Llm;

#[step]
fn classify(#[context] _llm: &Llm, ticket: &str) -> bool {
    ticket.is_empty()
}

workflow! {
    Sorted(ticket: String) -> bool { start -> classify(ticket) -> end; }
}

fn main() {
    Sorted::test().run(String::new()); // wrong
}
