//! What is done in a transaction, and who may do it.
//!
//! Each piece of work finds out whether it is allowed before it writes anything, so that what is refused leaves nothing
//! behind in the transaction it shares with others.

mod append;
mod clean;
mod own;
mod talk;

pub(crate) use append::append;
pub(crate) use clean::{delete, prune};
pub(crate) use own::{begin, bury, claim, graph_crc, lease};
pub(crate) use talk::{cache, cache_crc, cancel, hash, put, signals};
