//! What can go wrong at the database, and how it is told.

use super::{super::error::MemoryError, schema::FORMAT};
use rusqlite::{Error, ErrorCode};
use std::sync::Arc;

/// Why some work at the database came to nothing.
#[derive(Debug)]
pub(super) enum Trouble {
    /// What was read is not what was written.
    Damaged(String),
    /// A newer version has written it, in this format.
    Newer(i64),
    /// The database failed.
    Failed(Error),
    /// The work was not done.
    Undone(Box<dyn std::error::Error + Send + Sync>),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Trouble::Failed(error)
    }
}

impl Trouble {
    /// Tells the trouble to whoever asked for the work.
    pub(super) fn told(self, memory: &str, tried: &'static str) -> MemoryError {
        let memory = memory.to_owned();
        match self {
            Trouble::Damaged(what) => MemoryError::Damaged { memory, what },
            Trouble::Newer(found) => MemoryError::Newer { memory, found, known: FORMAT },
            Trouble::Undone(source) => MemoryError::Store { memory, tried, source: source.into() },
            Trouble::Failed(error) if is_damage(&error) => MemoryError::Damaged { memory, what: error.to_string() },
            Trouble::Failed(error) => MemoryError::Store { memory, tried, source: Arc::new(error) },
        }
    }
}

/// Whether the file is not what SQLite or the schema say.
fn is_damage(error: &Error) -> bool {
    match error {
        Error::FromSqlConversionFailure(..)
        | Error::IntegralValueOutOfRange(..)
        | Error::InvalidColumnType(..)
        | Error::Utf8Error(..) => true,
        error => matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)),
    }
}
