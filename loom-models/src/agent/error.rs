//! Why an agent did not come to its end.

use crate::{
    error::{Clipped, ModelError},
    memory::MemoryError,
};

/// Why an agent did not come to its end. A tool that decides where the agent goes, or ends it, and fails, fails the agent with its
/// own error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AgentError {
    /// The model could not be asked.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// What it knows could not be recalled, or what it answered not be written down.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// The model did not choose anything it could have chosen, however often it was told.
    #[error(
        "after {}, {tries} replies of the model in a row were no choice: {why}; the last was {}. A more capable model, or \
         a prompt that says what is wanted, may help",
        place(.after),
        Clipped(.reply)
    )]
    NoChoice {
        /// The tool that was called before, or `start`.
        after: String,
        /// How many replies there were.
        tries: usize,
        /// What was wrong with the last one.
        why: String,
        /// What it said.
        reply: String,
    },
    /// All choices there were have been used up, and the graph does not say what then.
    #[error(
        "after {}, all choices are spent: {}. Give the statement an `else`, or one of its choices no `max`",
        place(.after),
        .choices.join(", ")
    )]
    Spent {
        /// The tool that was called before, or `start`.
        after: String,
        /// Why each of them is not left.
        choices: Vec<String>,
    },
    /// The graph gives a tool arguments that it does not take.
    #[error("the arguments that the graph gives `{tool}` do not fit: {why}")]
    Arguments {
        /// The tool.
        tool: String,
        /// What is wrong with them.
        why: String,
    },
    /// A call that is required before the end was not made, or failed.
    #[error("the agent may not end: `{tools}` is required before, and has not succeeded")]
    Unmet {
        /// The tools that are required.
        tools: String,
    },
    /// The model goes round more often than the graph allows, as in a run that was begun under another bound.
    #[error("`{node}` was come to more often than its bound allows")]
    Overdone {
        /// The node.
        node: &'static str,
    },
}

/// For agents `-> Result<T, String>`.
impl From<AgentError> for String {
    fn from(error: AgentError) -> Self {
        error.to_string()
    }
}

fn place(after: &str) -> String {
    if after == START { "the start".to_owned() } else { format!("`{after}`") }
}

/// What a place that no tool leads to is called.
pub(super) const START: &str = "start";
