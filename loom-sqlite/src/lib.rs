//! Keeps the runs of [loomflow](https://docs.rs/loomflow) in a file: a [`Journal`](loomflow_runtime::journal::Journal) over
//! SQLite. Use it through the `loomflow` crate, with its feature `sqlite`.
//!
//! What a file holds is for people to read too: every table, and what its columns mean, is in [`schema`], and
//! `select * from journal` in the `sqlite3` shell lists what happened.
//!
//! One connection writes. Whoever gets it commits what everybody queued, in one transaction and so with one flush of the
//! disk: see [`queue`]. Another one reads, so that nobody who reads waits for a flush.

mod checksum;
mod known;
mod options;
mod queue;
mod rows;
pub mod schema;
mod sqlite;
mod store;
mod trouble;
mod work;

pub use options::{Durability, Options};
pub use sqlite::Sqlite;
