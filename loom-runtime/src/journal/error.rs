//! What a journal refuses, and why.

use thiserror::Error;

/// Why a journal did not do what it was asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum JournalError {
    /// There is no such run.
    #[error("there is no run `{id}`")]
    Unknown {
        /// The id that was asked for.
        id: String,
    },
    /// The run has ended.
    #[error("run `{id}` has ended")]
    Ended {
        /// Its id.
        id: String,
    },
    /// Another owner is at the run.
    #[error("run `{id}` is held by `{owner}`, whose lease lasts {} s more", .left_ms / 1000)]
    Held {
        /// Its id.
        id: String,
        /// Who has it.
        owner: String,
        /// How long the lease lasts if it is not renewed, in milliseconds.
        left_ms: i64,
    },
    /// Somebody has claimed the run since.
    #[error("run {run} was taken over by another owner: what this one did since is not recorded")]
    Fenced {
        /// The number of the run.
        run: u64,
    },
    /// The owner's lease is over.
    #[error("the lease of `{owner}` is over: it must be renewed before anything is recorded")]
    Expired {
        /// The owner.
        owner: String,
    },
    /// A record does not follow the last one.
    #[error("record {found} of run {run} does not follow the last one: number {expected} comes next")]
    Sequence {
        /// The number of the run.
        run: u64,
        /// The number it came with.
        found: u64,
        /// The number that comes next.
        expected: u64,
    },
    /// The question was answered already.
    #[error("question {question} was answered already{}", .by.as_ref().map(|by| format!(", by {by}")).unwrap_or_default())]
    Answered {
        /// The number of the question.
        question: u64,
        /// By whom, if that was said.
        by: Option<String>,
    },
    /// The question is no longer open.
    #[error("question {question} is no longer open: its time was up, or the run was cancelled")]
    Closed {
        /// The number of the question.
        question: u64,
    },
    /// The run has not asked that.
    #[error("run `{id}` has asked no question {question}")]
    NotAsked {
        /// The id of the run.
        id: String,
        /// The number of the question.
        question: u64,
    },
    /// The disk is full.
    #[error(
        "the journal `{journal}` cannot grow: the disk is full; what was recorded before is safe, free some space and resume"
    )]
    Full {
        /// The journal.
        journal: String,
    },
    /// What was read is not what was written.
    #[error("the journal `{journal}` is damaged: {what}; nothing was changed in it")]
    Damaged {
        /// The journal.
        journal: String,
        /// What was found.
        what: String,
    },
    /// The journal was written by a newer version.
    #[error(
        "the journal `{journal}` has format {found}, and this version of loomflow knows formats up to {known}: use the version that wrote it, or a newer one"
    )]
    Newer {
        /// The journal.
        journal: String,
        /// Its format.
        found: u32,
        /// The newest format that is known here.
        known: u32,
    },
    /// The store failed.
    #[error("the journal `{journal}` failed while {tried}")]
    Store {
        /// The journal.
        journal: String,
        /// What was tried.
        tried: &'static str,
        /// What the store said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
