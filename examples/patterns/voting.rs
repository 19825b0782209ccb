//! Voting: the same question in several words, asked at once; the majority decides, and where there is none a person does.

use std::fmt;

use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

workflow! {
    /// Says whether a message is spam.
    pub(crate) Filter(message: String) -> Decision {
        start -> votes = [for judge in Judge::ALL => vote(message, judge)]
              -> tally(votes) -> match {
            Tally { spam, ham } if spam > ham => end(Decision::Spam(tally)),
            Tally { spam, ham } if ham > spam => end(Decision::Ham(tally)),
            _                                 => refer(votes) -> end(Decision::Person(refer)),
        };
    }
}

/// A judge, and what it looks at.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Judge {
    Money,
    Links,
    Tone,
}

impl Judge {
    const ALL: [Judge; 3] = [Judge::Money, Judge::Links, Judge::Tone];

    const fn question(self) -> &'static str {
        match self {
            Judge::Money => "Does this message promise money or gifts, as spam does?",
            Judge::Links => "Does this message want its reader to click on something, as spam does?",
            Judge::Tone => "Does this message shout, as spam does?",
        }
    }
}

/// What a judge says.
#[derive(Debug, Clone, Copy, PartialEq, Choice, Serialize, Deserialize)]
enum Vote {
    /// Nobody wants to read it.
    Spam,
    /// It is meant for its reader.
    Ham,
    /// There is nothing to go by.
    Abstain,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Tally {
    spam: usize,
    ham: usize,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Decision {
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

#[step]
async fn vote(#[context] model: &Model, message: &str, judge: Judge) -> Result<Vote, ModelError> {
    model.choose(format!("{}\n\n{message}", judge.question())).await
}

#[step]
fn tally(votes: &[Vote]) -> Tally {
    let count = |vote| votes.iter().filter(|other| **other == vote).count();
    Tally { spam: count(Vote::Spam), ham: count(Vote::Ham) }
}

/// What a person is told who has to decide.
#[step]
fn refer(votes: &[Vote]) -> String {
    let told: Vec<String> =
        Judge::ALL.iter().zip(votes).map(|(judge, vote)| format!("{judge:?} says {vote:?}")).collect();
    told.join(", ").to_lowercase()
}
