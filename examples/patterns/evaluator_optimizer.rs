//! Evaluator and optimiser: the model judges what it has written and rewrites it, until it is content or the bound is spent.

use std::fmt;

use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

workflow! {
    /// Writes a notice about a subject that most people can read.
    pub(crate) PlainNotice(subject: String) -> Notice {
        let rounds: u32 = 0;
        start -> text = generate(subject) -> evaluate(text) -> match {
            Grade::Plain        => end(Notice { text, rounds }),
            Grade::Hard(remark) => text = improve(text, remark)
                    max 3 else end(Notice { text, rounds })
                -> rounds = (rounds + 1)
                -> evaluate(text),
        };
    }
}

/// A text, and how often it was rewritten.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Notice {
    text: String,
    rounds: u32,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nrewritten {} times", self.text.trim(), self.rounds)
    }
}

/// What the judge says of a text.
#[derive(Debug, Clone, Choice, Serialize, Deserialize)]
enum Grade {
    /// Most people can read it.
    Plain,
    /// It is too hard, and this is to be mended.
    Hard(String),
}

#[step]
async fn generate(#[context] model: &Model, subject: &str) -> Result<String, ModelError> {
    model.text(format!("Write a notice of two sentences about {subject}.")).await
}

#[step]
async fn evaluate(#[context] model: &Model, text: &str) -> Result<Grade, ModelError> {
    model.choose(format!("Is this notice easy to read?\n\n{text}")).await
}

#[step]
async fn improve(#[context] model: &Model, text: &str, remark: &str) -> Result<String, ModelError> {
    model.text(format!("Rewrite this notice in plainer words. {remark}\n\n{text}")).await
}
