//! What was: the journal of a run, read by people who want to know afterwards.
//!
//! - [`Loom::audit`](crate::Loom::audit) gives an [`Audit`], all that happened as [`Entry`]s, and
//!   [`Loom::export`](crate::Loom::export) writes those of many runs as lines of JSON.
//! - [`Loom::verify`](crate::Loom::verify) gives a [`Verified`]: whether the records are those that were written.
//! - [`Loom::explain`](crate::Loom::explain) gives an [`Explanation`]: why a node ran, or did not.
//! - [`Loom::drawing`](crate::Loom::drawing) draws the graph of a run with the run laid over it.
//!
//! Here is what they give; how it is read from a journal says `durable::audit`.

mod entry;
mod explanation;
mod verified;

pub use crate::durable::{Auditing, Verify};
pub use entry::{Audit, Entry};
pub(crate) use explanation::span;
pub use explanation::{Came, Explanation, Missed, Ran};
pub use verified::{Broken, Chain, Flaw, Verified};
