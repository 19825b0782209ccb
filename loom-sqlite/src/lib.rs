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
//! A run whose own row is damaged is an error where it is asked for by its id. So that it does not hide the others, it is left
//! out of lists, of those of runs that are to go on too, and a warning through [`tracing`] names it.
//!
//! # Owners
//!
//! A lease ends with its process. Beside the journal, in the folder `<journal>-owners`, each owner has a file that is locked
//! from its first lease until the [`Sqlite`] that gave it is closed, and the system lets go of the lock when the process ends,
//! however it ends. So an owner whose file is there, and not locked, is gone: others claim and delete its runs at once, and its
//! lease and its file are removed. A process that is merely stopped keeps its lock, and its lease counts until it is over.
//!
//! Where there is no such file, the lease alone counts: in a folder that cannot be written to, on a file system without locks,
//! for names that are too long for one, and for owners that an older version gave their leases. A journal that is closed ends
//! the leases of its owners, and who closes it last removes the folder. What a killed process left there is removed by the
//! next one that is given a lease. Recording a step has nothing to do with any of it.
//!
//! # Writing together
//!
//! One connection writes. Whoever gets it commits what everybody queued, in one transaction and so with one flush of the
//! disk: see `queue.rs`. Another one reads, so that nobody who reads waits for a flush.

mod checksum;
mod known;
mod locks;
mod options;
mod queue;
mod rows;
pub mod schema;
mod sqlite;
mod store;
mod trouble;
mod work;
mod writer;

pub use options::{Durability, Options};
pub use sqlite::Sqlite;
