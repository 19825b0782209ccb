//! Voting: several judges look at the same thing at once, and the majority decides. Where there is
//! none, a person does.
//!
//! The judges say whether a message is spam, each by one sign. Alone each of them is often wrong. One
//! that has nothing to go by abstains.
//!
//! ```text
//! cargo run --example voting                               # the messages that come with it
//! cargo run --example voting -- "FREE watches, click here" # one of your own
//! ```

use std::env;
use std::fmt;
use std::process::ExitCode;

use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

workflow! {
    /// Says whether a message is spam.
    Filter(message: String) -> Decision {
        start -> votes = [for judge in Judge::ALL => vote(message, judge)]
              -> tally(votes) -> match {
            Tally { spam, ham } if spam > ham => end(Decision::Spam(tally)),
            Tally { spam, ham } if ham > spam => end(Decision::Ham(tally)),
            _                                 => refer(votes) -> end(Decision::Person(refer)),
        };
    }
}

/// A judge, and the sign it goes by.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Judge {
    Money,
    Links,
    Shouting,
    Greeting,
    Length,
}

impl Judge {
    const ALL: [Judge; 5] = [Judge::Money, Judge::Links, Judge::Shouting, Judge::Greeting, Judge::Length];
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Vote {
    Spam,
    Ham,
    Abstain,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Tally {
    spam: usize,
    ham: usize,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Decision {
    Spam(Tally),
    Ham(Tally),
    /// A person has to look at it, with this note.
    Person(String),
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Decision::Spam(tally) => write!(f, "spam, by {} to {}", tally.spam, tally.ham),
            Decision::Ham(tally) => write!(f, "no spam, by {} to {}", tally.ham, tally.spam),
            Decision::Person(note) => write!(f, "undecided: {note}"),
        }
    }
}

/// Asks one judge. With a language model this would be one prompt of several.
#[step]
fn vote(message: &str, judge: Judge) -> Vote {
    let lower = message.to_lowercase();
    let has = |signs: &[&str]| signs.iter().any(|sign| lower.contains(sign));
    let letters = message.chars().filter(|c| c.is_alphabetic()).count();
    match judge {
        Judge::Money if has(&["free", "prize", "cheap", "€", "$"]) => Vote::Spam,
        Judge::Money if has(&["invoice", "receipt"]) => Vote::Ham,
        Judge::Links if has(&["http", "click here", "www."]) => Vote::Spam,
        Judge::Shouting if 3 * message.chars().filter(|c| c.is_uppercase()).count() > letters => Vote::Spam,
        Judge::Shouting if letters > 0 => Vote::Ham,
        Judge::Greeting if has(&["hi ", "hello", "dear"]) => Vote::Ham,
        Judge::Length if message.split_whitespace().count() > 12 => Vote::Ham,
        Judge::Money | Judge::Links | Judge::Shouting | Judge::Greeting | Judge::Length => Vote::Abstain,
    }
}

#[step]
fn tally(votes: &[Vote]) -> Tally {
    let count = |vote| votes.iter().filter(|other| **other == vote).count();
    Tally { spam: count(Vote::Spam), ham: count(Vote::Ham) }
}

/// What a person is told who has to decide.
#[step]
fn refer(votes: &[Vote]) -> String {
    let told = Judge::ALL.iter().zip(votes).filter(|(_, vote)| **vote != Vote::Abstain);
    let told: Vec<String> = told.map(|(judge, vote)| format!("{judge:?} says {vote:?}").to_lowercase()).collect();
    if told.is_empty() { "no judge has a sign to go by".to_owned() } else { told.join(", ") }
}

const MESSAGES: [&str; 6] = [
    "FREE WATCHES, CLICK HERE",
    "Hello Mara, the receipt of the press is on your desk.",
    "Dear friend, you won a prize, claim it at www.example.com",
    "Could you bring the ladder when you come over on Saturday? Ours was lent to the neighbours.",
    "CALL ME NOW, I AM LOCKED OUT OF THE HOUSE WITH THE DOG AND IT HAS STARTED TO RAIN",
    "12:30?",
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let asked: Vec<String> = env::args().skip(1).collect();
    let messages = if asked.is_empty() { MESSAGES.map(str::to_owned).to_vec() } else { asked };
    for message in messages {
        match Filter::run(&(), message.clone()).await {
            Ok(decision) => println!("{message}\n  {decision}"),
            Err(failure) => {
                eprintln!("voting: {failure}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

#[cfg(test)]
#[path = "../tests/kept_examples/voting.rs"]
mod kept;
