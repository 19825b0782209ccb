//! Evaluator and optimiser: one step judges what another wrote, and it is rewritten until it is
//! good, or until the bound of the loop is spent.
//!
//! A notice is written as an office would write it. The judge is Flesch's reading ease, a real and
//! much used measure: the shorter the words and the sentences, the higher. Sixty is plain English.
//!
//! ```text
//! cargo run --example evaluator_optimizer
//! cargo run --example evaluator_optimizer -- "the new bicycle shed"
//! ```

use std::env;
use std::fmt;
use std::process::ExitCode;

use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

workflow! {
    /// Writes a notice about a subject that most people can read.
    PlainNotice(subject: String) -> Notice {
        let rounds: u32 = 0;
        start -> text = generate(subject) -> evaluate(text) -> match {
            Grade::Plain(ease)        => end(Notice::new(text, ease, rounds)),
            Grade::Hard(ease, remark) => text = improve(text, remark)
                    max 12 else end(Notice::new(text, ease, rounds))
                -> rounds = (rounds + 1)
                -> evaluate(text),
        };
    }
}

/// A text, with the ease that the judge found last and how often it was rewritten.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Notice {
    text: String,
    ease: i32,
    rounds: u32,
}

impl Notice {
    fn new(text: String, ease: i32, rounds: u32) -> Self {
        Self { text, ease, rounds }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        write!(f, "reading ease {}, rewritten {} times", self.ease, self.rounds)
    }
}

/// What the judge says.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Grade {
    /// Good enough.
    Plain(i32),
    /// Too hard, and for this reason.
    Hard(i32, Remark),
}

/// What makes the text hard.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Remark {
    /// A phrase that says nothing.
    Padding(String),
    /// A long word that has a short one for it.
    LongWord { long: String, short: String },
    /// A sentence that could be two.
    LongSentence,
    /// Nothing else is left, so the last sentence has to go, if there is more than one.
    LastSentence,
}

const PLAIN: i32 = 60;

const PADDING: [&str; 4] = ["It is hereby announced that ", " with immediate effect", " in its entirety", "in order "];

const SHORTER: [(&str, &str); 5] = [
    ("utilisation", "use"),
    ("commence", "start"),
    ("facilitate", "ease"),
    ("modifications", "changes"),
    ("communicated", "sent"),
];

#[derive(Debug, thiserror::Error)]
#[error("a notice needs a subject")]
struct NoSubject;

/// Writes as an office would.
#[step]
fn generate(subject: &str) -> Result<String, NoSubject> {
    let subject = subject.trim();
    if subject.is_empty() {
        return Err(NoSubject);
    }
    Ok(format!(
        "It is hereby announced that the utilisation of {subject} will with immediate effect \
         commence in its entirety, and all modifications to it will be communicated to you in \
         order to facilitate the change."
    ))
}

/// Measures the ease of the text, and names what is worst about it.
#[step]
fn evaluate(text: &str) -> Grade {
    let ease = reading_ease(text);
    if ease >= PLAIN {
        return Grade::Plain(ease);
    }
    let padding = PADDING.iter().find(|phrase| text.contains(**phrase));
    let long_word = SHORTER.iter().find(|(long, _)| text.contains(long));
    let remark = match (padding, long_word) {
        (Some(phrase), _) => Remark::Padding((*phrase).to_owned()),
        (None, _) if text.contains(", and ") => Remark::LongSentence,
        (None, Some((long, short))) => Remark::LongWord { long: (*long).to_owned(), short: (*short).to_owned() },
        (None, None) => Remark::LastSentence,
    };
    Grade::Hard(ease, remark)
}

/// Rewrites the text as the remark says.
#[step]
fn improve(text: &str, remark: &Remark) -> String {
    match remark {
        Remark::Padding(phrase) => capitalised(&text.replace(phrase, "")),
        Remark::LongWord { long, short } => capitalised(&text.replace(long, short)),
        Remark::LongSentence => {
            let sentences = text.split(", and ").map(capitalised);
            sentences.collect::<Vec<_>>().join(". ")
        }
        Remark::LastSentence => match text.rsplit_once(". ") {
            Some((kept, _last)) => format!("{kept}."),
            None => text.to_owned(),
        },
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    first + letters.as_str()
}

/// Flesch's reading ease, rounded down.
fn reading_ease(text: &str) -> i32 {
    let is_stop = |c: &char| matches!(c, '.' | '!' | '?');
    let sentences = text.chars().filter(is_stop).count().max(1);
    let words: Vec<&str> = text.split_whitespace().collect();
    let syllables: usize = words.iter().map(|word| syllables(word)).sum();
    let [sentences, words, syllables] =
        [sentences, words.len().max(1), syllables].map(|count| i32::try_from(count).unwrap_or(i32::MAX / 100_000));
    // 206.835 - 1.015 words / sentences - 84.6 syllables / words, in thousandths.
    (206_835 - 1_015 * words / sentences - 84_600 * syllables / words) / 1_000
}

/// Counts groups of vowels, without a silent `e` at the end: right for most English words.
fn syllables(word: &str) -> usize {
    let word = word.trim_matches(|c: char| !c.is_alphabetic()).to_lowercase();
    let is_vowel = |c: char| "aeiouy".contains(c);
    let groups = word.split(|c| !is_vowel(c)).filter(|group| !group.is_empty());
    let silent = word.ends_with('e') && !word.ends_with("le") && !word.ends_with("ee");
    groups.count().saturating_sub(usize::from(silent)).max(1)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let asked = env::args().nth(1);
    let subject = asked.unwrap_or_else(|| "the coffee machine".to_owned());
    match PlainNotice::run(&(), subject).await {
        Ok(notice) => {
            println!("{notice}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("evaluator_optimizer: {failure}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
#[path = "../tests/kept_examples/evaluator_optimizer.rs"]
mod kept;
