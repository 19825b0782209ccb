//! A workflow within a workflow: `Column` sets the headlines of a newspaper column, and `Fit`,
//! which makes a line fit the column, is one of its steps. `Fit` also runs alone.
//!
//! The inner loop of `Column` counts anew for each story: `max 1 per pick`.
//!
//! ```text
//! cargo run --example nested
//! cargo run --example nested -- 18
//! ```

use std::env;
use std::process::ExitCode;

use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

workflow! {
    /// Shortens a line until it fits, by force if need be.
    Fit(line: String, width: usize) -> String {
        start -> measure(line, width)
              -> if measure == 0 { end(line) }
              -> line = shorten(line) max 5 else end(cut(&line, width))
              -> measure(line, width);
    }
}

workflow! {
    /// Gives each story a headline that fits and, where it can, a first word that no other has.
    Column(stories: Vec<String>, width: usize) -> Vec<String> {
        let at: usize = 0;
        let column: Vec<String> = Vec::new();
        start -> story = pick(stories, at)
              -> title = headline(story)
              -> title = Fit(title, width)
              -> check(column, title) -> match {
            Check::Fine          => {}
            Check::Repeats(word) => title = reword(story, word)
                -> title = Fit(title, width) max 1 per pick else title = (cut(&title, width)),
        } -> column = place(column, title)
          -> at = (at + 1)
          -> if at < stories.len() { story = pick(stories, at) max 100 else end(column) }
          -> end(column);
    }
}

/// How many characters a line is over its width.
#[step]
fn measure(line: &str, width: usize) -> usize {
    line.chars().count().saturating_sub(width)
}

/// Leaves out what is missed least: small words, then an aside, then words such as "quietly", then
/// the last word.
#[step]
fn shorten(line: &str) -> String {
    const SMALL: [&str; 8] = ["a", "an", "the", "very", "has", "have", "its", "their"];
    const LINKS: [&str; 8] = ["and", "at", "for", "in", "like", "of", "over", "to"];
    let is_one_of = |list: &[&str], word: &str| list.contains(&word.to_lowercase().as_str());

    let mut words: Vec<&str> = line.split_whitespace().collect();
    if words.iter().any(|word| is_one_of(&SMALL, word)) {
        words.retain(|word| !is_one_of(&SMALL, word));
    } else if let Some((main, _aside)) = line.rsplit_once(", ") {
        words = main.split_whitespace().collect();
    } else if let Some(at) = words.iter().position(|word| word.ends_with("ly")) {
        words.remove(at);
    } else {
        words.pop();
        while words.last().is_some_and(|word| is_one_of(&LINKS, word)) {
            words.pop();
        }
    }
    let line = words.join(" ");
    let mut letters = line.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    first + letters.as_str()
}

/// The line as far as it fits, with dots for the rest.
fn cut(line: &str, width: usize) -> String {
    if line.chars().count() <= width {
        return line.to_owned();
    }
    let kept: String = line.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// There is no story where one was to be picked.
#[derive(Debug, thiserror::Error)]
#[error("there is no story number {0}")]
struct NoStory(usize);

#[step]
fn pick(stories: &[String], at: usize) -> Result<String, NoStory> {
    stories.get(at).cloned().ok_or(NoStory(at + 1))
}

/// The first sentence, without its stop.
#[step]
fn headline(story: &str) -> String {
    sentences(story).next().unwrap_or(story).to_owned()
}

/// Whether a title may stand in the column.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Check {
    Fine,
    /// Another title begins with this word.
    Repeats(String),
}

#[step]
fn check(column: &[String], title: &str) -> Check {
    let first = first_word(title);
    if column.iter().any(|other| first_word(other) == first) { Check::Repeats(first) } else { Check::Fine }
}

/// Another sentence of the story for a headline: one that does not begin with the word.
#[step]
fn reword(story: &str, word: &str) -> String {
    let begins_otherwise = |sentence: &&str| first_word(sentence) != word;
    match sentences(story).find(begins_otherwise) {
        Some(sentence) => sentence.to_owned(),
        None => format!("Also: {}", sentences(story).next().unwrap_or(story)),
    }
}

#[step]
fn place(mut column: Vec<String>, title: String) -> Vec<String> {
    column.push(title);
    column
}

fn sentences(story: &str) -> impl Iterator<Item = &str> {
    let parts = story.split(['.', '!', '?']).map(str::trim);
    parts.filter(|sentence| !sentence.is_empty())
}

/// The first word that is no article, in lower case.
fn first_word(line: &str) -> String {
    let mut words = line.split_whitespace().map(str::to_lowercase);
    words.find(|word| !["a", "an", "the"].contains(&word.as_str())).unwrap_or_default()
}

const STORIES: [&str; 5] = [
    "The council has voted for a new bridge over the canal, after nine years. Work starts in May.",
    "The baker in Mill Lane has closed, very quietly. Nobody knows who will bake for the town now.",
    "The council is looking for its lost chain of office. A chain like it was seen at the fair.",
    "Rain! The harvest is late. Farmers hope for a dry week.",
    "The council has bought a boat. The council has nowhere to put it.",
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let width = match env::args().nth(1).map_or(Ok(28), |width| width.parse()) {
        Ok(width) if width >= 8 => width,
        _ => {
            eprintln!("nested: the width of the column is a number of characters, 8 at the least");
            return ExitCode::from(2);
        }
    };
    match print_column(width).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("nested: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn print_column(width: usize) -> Result<(), Failure> {
    // The inner workflow, alone.
    let name = Fit::run(&(), "The Very Early Mill Lane Messenger".to_owned(), width).await?;
    println!("{name}\n{}", "=".repeat(width));

    let stories = STORIES.map(str::to_owned).to_vec();
    for title in Column::run(&(), stories, width).await? {
        println!("{title}");
    }
    Ok(())
}

#[cfg(test)]
#[path = "../tests/kept_examples/nested.rs"]
mod kept;
