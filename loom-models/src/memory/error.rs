//! Why a memory could not be written or read.

use std::{error::Error, sync::Arc};
use thiserror::Error;

/// Why a memory could not be written or read.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum MemoryError {
    /// What keeps it failed.
    #[error("the memory `{memory}` failed at {tried}")]
    Store {
        /// Which memory.
        memory: String,
        /// What was tried.
        tried: &'static str,
        /// What it says.
        source: Arc<dyn Error + Send + Sync>,
    },
    /// It is not what was written, or none at all.
    #[error("the memory `{memory}` cannot be read: {what}. Move it away to begin a new one")]
    Damaged {
        /// Which memory.
        memory: String,
        /// What is wrong with it.
        what: String,
    },
    /// A newer version of loomflow wrote it.
    #[error("the memory `{memory}` has format {found}, and this version of loomflow knows {known}: use a newer one")]
    Newer {
        /// Which memory.
        memory: String,
        /// Its format.
        found: i64,
        /// The newest format that is known here.
        known: i64,
    },
}
