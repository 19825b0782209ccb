use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub enum Kind {
    News,
    Spam(String),
}

/// Searches the web.
#[tool]
fn web_search(query: &str) -> Vec<String> {
    vec![query.to_owned()]
}

/// Sorts a text.
#[tool]
fn classify(text: &str) -> Kind {
    Kind::Spam(text.to_owned())
}

/// Sends a mail.
#[tool]
fn send_email(to: &str, text: &str) -> String {
    format!("{to}: {text}")
}

/// Files a report.
#[tool]
fn create_report(title: &str, pages: u32) -> String {
    format!("{title}, {pages}")
}

agent! {
    Researcher(question: String) -> String {
        start -> web_search;
        web_search -> self::web_search max 2 | create_report; // wrong
        create_report -> end;
    }
}

fn main() {}
