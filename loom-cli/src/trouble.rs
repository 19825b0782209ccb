//! Why a command was not carried out.

use crate::exit::Exit;
use loomflow_runtime::{FailureKind, LoomError, journal::JournalError};
use std::{error::Error, fmt::Write as _, io, path::PathBuf};
use thiserror::Error;

/// Why a command was not carried out.
#[derive(Debug, Error)]
pub(crate) enum Trouble {
    /// What was said does not fit.
    #[error("{0}")]
    Usage(String),
    /// The run, or its journal, does not do it.
    #[error(transparent)]
    Loom(#[from] LoomError),
    /// The journal does not do it.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The program has not made what its runs need.
    #[error("what the runs need could not be made: {0}")]
    Setup(#[source] Box<dyn Error + Send + Sync>),
    /// A file could not be read or written.
    #[error("`{}` cannot be {done}: {error}", .file.display())]
    File { file: PathBuf, done: &'static str, error: io::Error },
    /// There is nowhere to write to.
    #[error("standard output: {0}")]
    Output(io::Error),
}

impl Trouble {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Trouble::Usage(_) | Trouble::Journal(JournalError::Unknown { .. }) => Exit::Usage,
            Trouble::Loom(error) => exit(error),
            Trouble::Journal(_) | Trouble::Setup(_) | Trouble::File { .. } | Trouble::Output(_) => Exit::Undone,
        }
    }

    /// The whole of it: what was tried, and what caused it.
    pub(crate) fn whole(&self) -> String {
        let mut whole = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            let text = error.to_string();
            if !whole.contains(&text) {
                let _ = write!(whole, "\n  caused by: {text}");
            }
            cause = error.source();
        }
        whole
    }
}

fn exit(error: &LoomError) -> Exit {
    match error {
        LoomError::Failed(failure) if failure.kind() == FailureKind::Cancelled => Exit::Cancelled,
        LoomError::Failed(_) => Exit::Failed,
        LoomError::Stopped(error) => exit(error),
        LoomError::Another { .. }
        | LoomError::Unregistered { .. }
        | LoomError::Input { .. }
        | LoomError::NotAsked { .. }
        | LoomError::Ambiguous { .. }
        | LoomError::Shape { .. }
        | LoomError::NoNode { .. }
        | LoomError::Journal(JournalError::Unknown { .. }) => Exit::Usage,
        _ => Exit::Undone,
    }
}
