//! Deep research: a topic becomes questions, each is looked into by itself, several at once, and
//! searched for again as long as something in the answer is still open.
//!
//! The library is a box of index cards. A card that says "see harbour" leaves something open, so the
//! loop within the branch goes on with that; after three more searches the answer counts as it is.
//!
//! ```text
//! cargo run --example research
//! cargo run --example research -- bridge
//! ```

use std::env;
use std::future::{Ready, ready};
use std::process::ExitCode;

use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

workflow! {
    /// Writes down what is known of a topic.
    Research(topic: String) -> String {
        start -> plan(topic)
              -> answers = [for question in plan, 2 at once => {
                     found = search(Vec::new(), question) -> write(question, found) -> evaluate(found) -> match {
                         Grade::Whole      => {}
                         Grade::Open(word) => found = search(found, word) max 3 else {},
                     } -> (write)
                 }]
              -> synthesise(topic, answers) -> end;
    }
}

/// A card of the library.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Card {
    heading: String,
    text: String,
}

/// Whether an answer can stand.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Grade {
    Whole,
    /// Nothing was found of this yet.
    Open(String),
}

/// The library has nothing on it.
#[derive(Debug, thiserror::Error)]
#[error("there is no card on `{0}`")]
struct Unknown(String);

/// Each card on a topic is a question: what is there to be said of it?
#[step]
fn plan(#[context] library: &Library, topic: &str) -> Result<Vec<String>, Unknown> {
    let on_topic = |heading: &&str| heading.split(", ").next() == Some(topic);
    let questions: Vec<String> =
        library.0.iter().map(|(heading, _)| *heading).filter(on_topic).map(str::to_owned).collect();
    if questions.is_empty() { Err(Unknown(topic.to_owned())) } else { Ok(questions) }
}

/// Adds a card to those that were found.
#[step]
async fn search(#[context] library: &Library, mut found: Vec<Card>, heading: String) -> Result<Vec<Card>, Unknown> {
    let text = library.look_up(&heading).await.ok_or_else(|| Unknown(heading.clone()))?;
    found.push(Card { heading, text: text.to_owned() });
    Ok(found)
}

#[step]
fn write(question: &str, found: &[Card]) -> String {
    let sentences =
        found.iter().map(|card| card.text.split("; see").next().unwrap_or(&card.text).trim_end_matches('.'));
    let sources: Vec<&str> = found.iter().map(|card| card.heading.as_str()).collect();
    format!("{question}: {}. [{}]", sentences.collect::<Vec<_>>().join("; "), sources.join(", "))
}

/// An answer is whole when the card that was found last refers to no other.
#[step]
fn evaluate(found: &[Card]) -> Grade {
    let last = found.last().map_or("", |card| card.text.as_str());
    match last.split_once("; see ") {
        Some((_, word)) => Grade::Open(word.trim_end_matches('.').to_owned()),
        None => Grade::Whole,
    }
}

#[step]
fn synthesise(topic: &str, answers: &[String]) -> String {
    format!("What is known of the {topic}\n{}", answers.join("\n"))
}

/// Cards by their headings.
struct Library(&'static [(&'static str, &'static str)]);

impl Library {
    /// Stands where a search over the network would.
    fn look_up(&self, heading: &str) -> Ready<Option<&'static str>> {
        ready(self.0.iter().find(|(other, _)| *other == heading).map(|(_, text)| *text))
    }
}

const LIBRARY: Library = Library(&[
    ("bridge, place", "The bridge stands where the ferry used to land; see ferry."),
    ("bridge, builder", "Ada Lorne built the bridge in 1874; see Lorne."),
    ("bridge, toll", "Crossing it cost a penny until 1902."),
    ("ferry", "The ferry went down in the flood; see flood."),
    ("flood", "The flood of 1871 took the mill and half of the harbour."),
    ("Lorne", "Lorne had mended the harbour before; see harbour."),
    ("harbour", "The harbour was first walled by monks; see monks."),
    ("monks", "The monks came from an island in the north; see island."),
    ("island", "On the island nobody knows of any monks."),
    ("mill, owner", "The mill belonged to the Wrens; see Wrens."),
]);

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let topic = env::args().nth(1).unwrap_or_else(|| "bridge".to_owned());
    match Research::run(&LIBRARY, topic).await {
        Ok(paper) => {
            println!("{paper}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("research: {failure}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
#[path = "../tests/kept_examples/research.rs"]
mod kept;
