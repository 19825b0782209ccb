use loomflow::prelude::*;

/// Files a report.
#[tool]
fn create_report(title: &str) -> String {
    title.to_owned()
}

/// What the agent remembers in.
pub struct Notes(loomflow::Memory);

impl AsRef<loomflow::Memory> for Notes {
    fn as_ref(&self) -> &loomflow::Memory {
        &self.0
    }
}

agent! {
    Researcher(question: String) -> String {
        memory Ntoes; // wrong
        start -> create_report;
        create_report -> end;
    }
}

fn main() {}
