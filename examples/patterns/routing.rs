//! Routing: the model says which of the steps does the work. It can name none that is not there.

use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

workflow! {
    /// Writes what is asked for.
    pub(crate) Routing(input: String) -> String {
        start -> route(input) -> match {
            Kind::Story => story(input),
            Kind::Joke  => joke(input),
            Kind::Poem  => poem(input),
        } -> end;
    }
}

/// What is asked for.
#[derive(Debug, Choice, Serialize, Deserialize)]
enum Kind {
    /// A story, a tale or a fable.
    Story,
    /// A joke or a pun.
    Joke,
    /// A poem or a haiku.
    Poem,
}

#[step]
async fn route(#[context] model: &Model, input: &str) -> Result<Kind, ModelError> {
    model.choose(format!("What is asked for?\n{input}")).await
}

#[step]
async fn story(#[context] model: &Model, input: &str) -> Result<String, ModelError> {
    model.text(format!("Tell a story in four sentences: {input}")).await
}

#[step]
async fn joke(#[context] model: &Model, input: &str) -> Result<String, ModelError> {
    model.text(format!("Tell a joke in two lines: {input}")).await
}

#[step]
async fn poem(#[context] model: &Model, input: &str) -> Result<String, ModelError> {
    model.text(format!("Write a haiku of three lines: {input}")).await
}
