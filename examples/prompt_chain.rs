//! Prompt chaining: each step works on what the one before it made, with a gate between them.
//!
//! A joke about a topic is written. The gate is plain code: a joke that has its punch line is
//! done, any other gets one and is polished.
//!
//! ```text
//! cargo run --example prompt_chain
//! cargo run --example prompt_chain -- "old printer"
//! ```

use std::env;
use std::fmt;
use std::future::{Ready, ready};
use std::process::ExitCode;

use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

workflow! {
    /// Tells a joke about a topic.
    Chaining(topic: String) -> Joke {
        start -> joke = generate(topic)
              -> if !joke.has_punchline() { improve(joke) -> joke = polish(improve) }
              -> end(joke);
    }
}

/// A joke, with or without the line that makes it one.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Joke {
    topic: String,
    setup: String,
    punchline: Option<String>,
}

impl Joke {
    fn has_punchline(&self) -> bool {
        self.punchline.is_some()
    }
}

impl fmt::Display for Joke {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.setup)?;
        write!(f, "{}", self.punchline.as_deref().unwrap_or("..."))
    }
}

/// There is nothing to joke about.
#[derive(Debug, thiserror::Error)]
#[error("a joke needs a topic that has letters in it")]
struct NoTopic;

#[step]
async fn generate(#[context] model: &Model, topic: &str) -> Result<Joke, NoTopic> {
    if !topic.contains(char::is_alphabetic) {
        return Err(NoTopic);
    }
    Ok(model.joke(topic.trim()).await)
}

#[step]
async fn improve(#[context] model: &Model, joke: &Joke) -> Joke {
    let punchline = model.punchline(joke).await;
    Joke { punchline: Some(punchline), ..joke.clone() }
}

/// Mends the articles, begins with a capital and ends with a stop.
#[step]
fn polish(joke: &Joke) -> Joke {
    let mut polished = joke.clone();
    polished.punchline = joke.punchline.as_deref().map(|line| {
        let line = mend_articles(line);
        let mut letters = line.chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        format!("{first}{}.", letters.as_str().trim_end_matches('.'))
    });
    polished
}

/// Writes `an` before a vowel and `a` before any other letter.
fn mend_articles(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let article = |next: &str| {
        if next.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'U']) { "an" } else { "a" }
    };
    let mended = words.iter().enumerate().map(|(at, word)| match *word {
        "a" | "an" => words.get(at + 1).map_or(*word, |next| article(next)),
        word => word,
    });
    mended.collect::<Vec<_>>().join(" ")
}

/// Stands where a language model would: it takes some of its jokes from a list, and is no better at
/// punch lines at the first try than most.
struct Model {
    jokes: [(&'static str, Option<&'static str>); 4],
}

impl Model {
    fn new() -> Self {
        Self {
            jokes: [
                (
                    "What is the difference between a {topic} and a promise?",
                    Some("People still believe in the {topic}."),
                ),
                ("How many people does it take to mend a {topic}?", None),
                ("Why was the {topic} late?", None),
                (
                    "What did the {topic} say when it was switched off and on again?",
                    Some("“I was just about to say something.”"),
                ),
            ],
        }
    }

    /// The same topic always gets the same joke.
    fn joke(&self, topic: &str) -> Ready<Joke> {
        let number = topic.bytes().map(usize::from).sum::<usize>() % self.jokes.len();
        let (setup, punchline) = self.jokes[number];
        let fill = |text: &str| mend_articles(&text.replace("{topic}", topic));
        ready(Joke { topic: topic.to_owned(), setup: fill(setup), punchline: punchline.map(fill) })
    }

    /// A first try at a punch line, in the form of a draft.
    fn punchline(&self, joke: &Joke) -> Ready<String> {
        let topic = &joke.topic;
        let known = self.jokes.iter().position(|(setup, _)| {
            // The words before the topic tell the jokes apart.
            let opening = setup.split(" a {").next().unwrap_or(setup);
            let opening = opening.split(" the {").next().unwrap_or(opening);
            joke.setup.starts_with(opening)
        });
        ready(match known {
            Some(1) => format!(
                "three: one to hold a {topic}, one to turn it, and one to say that a older {topic} \
                 never needed it"
            ),
            Some(2) => {
                format!("it met a older {topic} on the way, and each let the other one go first")
            }
            _ => format!("nobody knows, but a {topic} was seen leaving"),
        })
    }
}

/// What the steps may ask for.
#[derive(Context)]
struct App {
    model: Model,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let topic = env::args().nth(1).unwrap_or_else(|| "unicorn".to_owned());
    let app = App { model: Model::new() };
    match Chaining::run(&app, topic).await {
        Ok(joke) => {
            println!("{joke}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("prompt_chain: {failure}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
#[path = "../tests/kept_examples/prompt_chain.rs"]
mod kept;
