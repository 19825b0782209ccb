//! The cause of a failure at an ask that nobody was there to answer.

use crate::question::Question;
use std::{error::Error, fmt};

/// The asks a run came to, and their questions.
#[derive(Debug)]
pub(super) struct Unanswered {
    asks: Vec<&'static str>,
    questions: Vec<Question>,
}

impl Unanswered {
    pub(super) fn new(ask: &'static str, question: Question) -> Self {
        Unanswered { asks: vec![ask], questions: vec![question] }
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        Unanswered {
            asks: [&self.asks[..], &other.asks].concat(),
            questions: [&self.questions[..], &other.questions].concat(),
        }
    }

    pub(super) fn questions(&self) -> &[Question] {
        &self.questions
    }
}

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nobody is there to answer ")?;
        for (index, (ask, question)) in self.asks.iter().zip(&self.questions).enumerate() {
            let between = if index == 0 { "" } else { ", " };
            write!(f, "{between}`{ask}` ({question})")?;
        }
        let ask = self.asks.first().copied().unwrap_or_default();
        write!(
            f,
            ": say what the answer is with `.answering::<{ask}>(…)` on the run, or keep the run with a `Loom`, where it waits for one"
        )
    }
}

impl Error for Unanswered {}
