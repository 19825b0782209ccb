//! Routing: one of several steps does the work, and a first step says which.
//!
//! A request is for a story, a joke or a poem. A request for something else is an error, not a
//! guess.
//!
//! ```text
//! cargo run --example routing
//! cargo run --example routing -- "tell me a joke about my old bicycle"
//! ```

use std::env;
use std::process::ExitCode;

use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

workflow! {
    /// Writes what is asked for.
    Routing(input: String) -> String {
        start -> route(input) -> match {
            Kind::Story => story(input),
            Kind::Joke  => joke(input),
            Kind::Poem  => poem(input),
        } -> end;
    }
}

/// What can be asked for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Kind {
    Story,
    Joke,
    Poem,
}

/// The request names none of the kinds.
#[derive(Debug, thiserror::Error)]
#[error("ask for a story, a joke or a poem")]
struct Unclear;

/// Finds the first word that names a kind.
#[step]
fn route(input: &str) -> Result<Kind, Unclear> {
    words(input)
        .find_map(|word| match word.as_str() {
            "story" | "tale" | "fable" => Some(Kind::Story),
            "joke" | "pun" | "funny" => Some(Kind::Joke),
            "poem" | "haiku" | "verse" | "verses" => Some(Kind::Poem),
            _ => None,
        })
        .ok_or(Unclear)
}

/// Tells a story in four sentences.
#[step]
fn story(input: &str) -> String {
    let hero = subject(input);
    // A long name makes for a long journey.
    let days = 2 + hero.chars().filter(|c| c.is_alphabetic()).count() % 7;
    format!(
        "Once there was {hero}, and nobody came to see it.\n\
         So it set out to find somebody, and went for {days} days.\n\
         On the last of them it met a child who had gone as far to find {hero}.\n\
         Since then they walk together, and have stopped counting the days."
    )
}

/// Asks a question that has no good answer.
#[step]
fn joke(input: &str) -> String {
    let butt = subject(input);
    let letters = butt.chars().filter(|c| c.is_alphabetic()).count();
    format!(
        "What has {letters} letters, costs too much and never works on a Monday?\n\
         Me. But {butt} comes close."
    )
}

/// Writes a haiku: lines of five, seven and five syllables.
#[step]
fn poem(input: &str) -> String {
    let subject = subject(input);
    let first = match syllables(&subject) {
        1 => format!("{subject} beneath the snow"),
        2 => format!("{subject} in the rain"),
        3 => format!("{subject} alone"),
        4 => format!("{subject} waits"),
        5 => subject.clone(),
        _ => "quiet as a stone".to_owned(),
    };
    let seconds = ["nobody has heard the bell", "the rain forgets where it fell", "a door stands open all night"];
    let second = seconds[subject.chars().count() % seconds.len()];
    format!("{first}\n{second}\nthen the day begins")
}

/// What follows "about", else the last word.
fn subject(input: &str) -> String {
    let input = input.trim().trim_end_matches(['.', '!', '?']);
    match input.split_once(" about ") {
        Some((_, subject)) if !subject.trim().is_empty() => subject.trim().to_owned(),
        _ => input.split_whitespace().last().unwrap_or("nothing").to_owned(),
    }
}

/// The words of a text in lower case.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// Counts groups of vowels, without a silent `e` at the end: right for most English words.
fn syllables(line: &str) -> usize {
    words(line)
        .map(|word| {
            let is_vowel = |c: char| "aeiouy".contains(c);
            let groups = word.split(|c| !is_vowel(c)).filter(|group| !group.is_empty());
            let silent = word.ends_with('e') && !word.ends_with("le") && !word.ends_with("ee");
            groups.count().saturating_sub(usize::from(silent)).max(1)
        })
        .sum()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let asked = env::args().nth(1);
    let input = asked.unwrap_or_else(|| "a poem about the empty garden".to_owned());
    match Routing::run(&(), input).await {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("routing: {failure}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
#[path = "../tests/kept_examples/routing.rs"]
mod kept;
