//! Prompt chaining: the gate is plain code, what stands before and behind it asks the model.

use std::fmt;

use loomflow::prelude::*;
use loomflow::schemars::{self, JsonSchema};
use serde::{Deserialize, Serialize};

workflow! {
    /// Tells a joke about a topic.
    pub(crate) Chaining(topic: String) -> Joke {
        start -> joke = generate(topic)
              -> if !joke.has_punchline() { improve(joke) -> joke = polish(improve) }
              -> end(joke);
    }
}

/// A joke, with or without the line that makes it one.
#[derive(Debug, Clone, JsonSchema, Serialize, Deserialize)]
pub(crate) struct Joke {
    setup: String,
    punchline: Option<String>,
}

impl Joke {
    fn has_punchline(&self) -> bool {
        self.punchline.as_ref().is_some_and(|line| !line.trim().is_empty())
    }
}

impl fmt::Display for Joke {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.setup)?;
        write!(f, "{}", self.punchline.as_deref().unwrap_or("..."))
    }
}

#[step]
async fn generate(#[context] model: &Model, topic: &str) -> Result<Joke, ModelError> {
    model.ask(format!("Begin a joke about this topic: {topic}. Leave the punch line out if you have none.")).await
}

#[step]
async fn improve(#[context] model: &Model, joke: &Joke) -> Result<Joke, ModelError> {
    let punchline = model.text(format!("Write nothing but the punch line of this joke: {}", joke.setup)).await?;
    Ok(Joke { punchline: Some(punchline), ..joke.clone() })
}

#[step]
async fn polish(#[context] model: &Model, joke: &Joke) -> Result<Joke, ModelError> {
    model.ask(format!("Make this joke shorter, and keep its sense:\n{joke}")).await
}
