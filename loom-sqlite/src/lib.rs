//! Keeps the runs of [loomflow](https://docs.rs/loomflow) in a file: a [`Journal`](loomflow_runtime::journal::Journal) over
//! SQLite. Use it through the `loomflow` crate, with its feature `sqlite`.
//!
//! What a file holds is for people to read too: every table, and what its columns mean, is in [`schema`], and
//! `select * from journal` in the `sqlite3` shell lists what happened.
//!
//! # Damage
//!
//! Each row has a checksum, and the row of a run says how much belongs to the run: what is damaged is told and never given,
//! and runs it does not touch can be read. Two things cannot be told: that the last records of a run are missing that was
//! going on, and that the index of ids was hit. A run whose id is not found for that is still listed.
//!
//! # Writing together
//!
//! One connection writes. Whoever gets it commits what everybody queued, in one transaction and so with one flush of the
//! disk: see `queue.rs`. Another one reads, so that nobody who reads waits for a flush.

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
