//! What was: the journal of a run, read by people who want to know afterwards.
//!
//! - [`Loom::audit`](crate::Loom::audit) gives an [`Audit`], all that happened as [`Entry`]s, and
//!   [`Loom::export`](crate::Loom::export) writes those of many runs as lines of JSON.
//! - [`Loom::verify`](crate::Loom::verify) gives a [`Verified`]: whether the records are those that were written.
//!
//! Here is what they give; how it is read from a journal says `durable::audit`.

mod entry;
mod verified;

pub use crate::durable::{Auditing, Verify};
pub use entry::{Audit, Entry};
pub use verified::{Broken, Chain, Fault, Verified};
