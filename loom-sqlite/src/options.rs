//! How a journal is opened.

use crate::sqlite::Sqlite;
use loomflow_runtime::journal::JournalError;
use std::{path::Path, time::Duration};

/// What a record survives once its step is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Durability {
    /// A power cut: the disk is flushed first.
    #[default]
    Full,
    /// A killed process. What was recorded last may be lost when the machine itself stops; the file is never damaged by it.
    Process,
}

/// How a journal is opened: see [`Sqlite::options`].
#[derive(Debug, Clone)]
pub struct Options {
    pub(crate) durability: Durability,
    pub(crate) patience: Duration,
    pub(crate) max_pages: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self { durability: Durability::Full, patience: Duration::from_secs(30), max_pages: None }
    }
}

impl Options {
    /// What a record survives once its step is acknowledged; [`Durability::Full`] if not said.
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// How long to wait while another process writes; half a minute if not said.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Lets the file grow to so many pages and no further: for tests of a disk that is full.
    #[doc(hidden)]
    #[must_use]
    pub fn max_pages(mut self, pages: u32) -> Self {
        self.max_pages = Some(pages);
        self
    }

    /// Opens the journal in a file, which is made if there is none.
    ///
    /// # Errors
    /// [`JournalError::Damaged`] when the file is there and is no journal, or not a whole one, [`JournalError::Newer`] when
    /// a newer version wrote it, and what the database says when it cannot be opened. Nothing is changed in it then.
    pub fn open(self, path: impl AsRef<Path>) -> impl Future<Output = Result<Sqlite, JournalError>> + Send {
        let path = path.as_ref().to_owned();
        async move { Sqlite::at(&path, &self) }
    }
}
