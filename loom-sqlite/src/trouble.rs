//! What can go wrong at the database, and how it is told.

use loomflow_runtime::journal::JournalError;
use rusqlite::{Error, ErrorCode, ffi};

/// Why some work at the database came to nothing.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It was refused before anything was written.
    Refused(JournalError),
    /// What was read is not what was written.
    Damaged(String),
    /// The database failed.
    Failed(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Trouble::Failed(error)
    }
}

impl From<JournalError> for Trouble {
    fn from(error: JournalError) -> Self {
        Trouble::Refused(error)
    }
}

impl Trouble {
    /// Tells the trouble to whoever asked for the work.
    pub(crate) fn told(self, journal: &str, tried: &'static str) -> JournalError {
        match self {
            Trouble::Refused(error) => error,
            Trouble::Damaged(what) => JournalError::Damaged { journal: journal.to_owned(), what },
            Trouble::Failed(error) => failed(&error, journal, tried),
        }
    }
}

/// Tells what the database said.
pub(crate) fn failed(error: &Error, journal: &str, tried: &'static str) -> JournalError {
    let journal = journal.to_owned();
    match error {
        Error::SqliteFailure(code, _) if is_full(*code) => JournalError::Full { journal },
        Error::SqliteFailure(code, _) | Error::SqlInputError { error: code, .. } if is_damage(*code) => {
            JournalError::Damaged { journal, what: error.to_string() }
        }
        Error::FromSqlConversionFailure(..)
        | Error::IntegralValueOutOfRange(..)
        | Error::InvalidColumnType(..)
        | Error::Utf8Error(..) => JournalError::Damaged { journal, what: error.to_string() },
        error => JournalError::Store { journal, tried, source: error.to_string().into() },
    }
}

/// Whether there is no room: a quota that is used up is told as a write that failed.
fn is_full(error: ffi::Error) -> bool {
    error.code == ErrorCode::DiskFull
        || matches!(error.extended_code, ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_SHMSIZE)
}

/// Whether the file is not what SQLite or the schema say. All statements are fixed, so one that SQLite finds wrong means
/// that a table is not as it was made.
fn is_damage(error: ffi::Error) -> bool {
    matches!(error.code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::TypeMismatch)
        || matches!(error.extended_code, ffi::SQLITE_ERROR | ffi::SQLITE_IOERR_SHORT_READ | ffi::SQLITE_IOERR_CORRUPTFS)
}
