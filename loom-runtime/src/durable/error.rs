//! Why a run that is kept could not be begun, carried on or answered.

use crate::{
    failure::{Failure, causes},
    journal::JournalError,
    state::Unfit,
};
use std::{error::Error as _, fmt};
use thiserror::Error;

/// Why a [`Loom`](crate::Loom) did not do what it was asked.
#[derive(Error)]
#[non_exhaustive]
pub enum LoomError {
    /// The journal refused.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The run failed.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// The run stopped, and everybody who waits for it is told why.
    #[error(transparent)]
    Stopped(std::sync::Arc<LoomError>),
    /// There is a run of this id already, and it is another one.
    #[error("there is a run `{id}` already, {what}: a run is begun once; choose another id for another run")]
    Another {
        /// The id.
        id: String,
        /// What is different.
        what: String,
    },
    /// Nobody has said which workflow the run is one of.
    #[error(
        "run `{id}` is one of `{workflow}`, version {version}, which this program has not named: add `.workflow::<{workflow}>()` where the `Loom` is built"
    )]
    Unregistered {
        /// The id of the run.
        id: String,
        /// The name of its workflow.
        workflow: String,
        /// The version of its workflow.
        version: u32,
    },
    /// The run is one of plain Rust, and only the program that has its code can carry it on.
    #[error("run `{id}` is plain Rust: it is carried on by `loom.run` with the same id, input and code")]
    Program {
        /// The id of the run.
        id: String,
    },
    /// The run stands in a graph that is no longer the program's.
    #[error("run `{id}` cannot go on in this program: {}", .differences.join("; "))]
    Changed {
        /// The id of the run.
        id: String,
        /// What is different.
        differences: Vec<String>,
    },
    /// An input, an output or an answer cannot be written as JSON.
    #[error("it cannot be kept: {0}")]
    Unfit(#[from] Unfit),
    /// What a run was to be begun with is not what its workflow takes.
    #[error("this is no input of `{workflow}`: {error}")]
    Input {
        /// The name of the workflow.
        workflow: String,
        /// What is wrong with it.
        error: Unfit,
    },
    /// The run waits for no such answer.
    #[error("run `{id}` has no open question of `{ask}`{}", if .open.is_empty() { String::new() } else { format!(": it waits for {}", .open.join(", ")) })]
    NotAsked {
        /// The id of the run.
        id: String,
        /// The ask, or the node.
        ask: String,
        /// The nodes that do wait.
        open: Vec<String>,
    },
    /// The question was answered before, and the first answer stands.
    #[error("`{node}` of run `{id}` was answered already{}, and the first answer stands", .by.as_ref().map(|by| format!(", by {by}")).unwrap_or_default())]
    Answered {
        /// The id of the run.
        id: String,
        /// The node that asked.
        node: String,
        /// Who answered, if that was said.
        by: Option<String>,
    },
    /// The question is no longer open.
    #[error(
        "the answer comes too late: `{node}` of run `{id}` waits no longer, its time was up or the run took another way"
    )]
    Late {
        /// The id of the run.
        id: String,
        /// The node that asked.
        node: String,
    },
    /// More than one question of the ask is open.
    #[error("run `{id}` has {} open questions of `{ask}`: say which with `.at(…)` or `.number(…)`: {}", .open.len(), told(.open))]
    Ambiguous {
        /// The id of the run.
        id: String,
        /// The ask.
        ask: String,
        /// The nodes that ask, each with the number of its question.
        open: Vec<(String, u64)>,
    },
    /// The run's workflow has no such node.
    #[error("run `{id}` has no node `{node}`{}", if .near.is_empty() { String::new() } else { format!(": did you mean `{}`?", .near.join("`, `")) })]
    NoNode {
        /// The id of the run.
        id: String,
        /// The name that was given.
        node: String,
        /// The names that are most like it.
        near: Vec<String>,
    },
    /// The run is one of plain Rust, which has no graph.
    #[error("run `{id}` is plain Rust and has no graph: `loom.audit` tells what happened in it")]
    NoGraph {
        /// The id of the run.
        id: String,
    },
    /// What was read of a run could not be written where it was to go.
    #[error("what is recorded of run `{id}` could not be written there")]
    Unwritten {
        /// The id of the run.
        id: String,
        /// What was said there.
        #[source]
        source: std::io::Error,
    },
    /// The answer is not of the shape that was asked for.
    #[error("this is no answer to `{ask}`: {error}")]
    Shape {
        /// The ask.
        ask: String,
        /// What is wrong with it.
        error: String,
    },
}

// What `fn main() -> Result<(), LoomError>` prints: a report for people, not a struct.
impl fmt::Debug for LoomError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        causes(self.source()).try_for_each(|cause| write!(f, "\n  caused by: {cause}"))
    }
}

fn told(open: &[(String, u64)]) -> String {
    open.iter().map(|(node, number)| format!("{node} ({number})")).collect::<Vec<_>>().join(", ")
}
