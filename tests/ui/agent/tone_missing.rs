use loomflow::prelude::*;

/// Files a report.
#[tool]
fn create_report(title: &str) -> String {
    title.to_owned()
}

agent! {
    Researcher(question: String) -> String {
        tone; // wrong
        start -> create_report;
        create_report -> end;
    }
}

fn main() {}
