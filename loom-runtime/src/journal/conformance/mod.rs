//! What every journal must do, as a suite that any implementation can be put through.
//!
//! [`check`] is the way in. A [`Store`] says how journals are opened and, where it can, how they are damaged. Each file is
//! about one kind of promise; a promise that is broken panics with a message that says which.
//!
//! ```
//! use loomflow_runtime::journal::{Answering, MemoryJournal, conformance::{self, Store}};
//! use std::{collections::HashMap, sync::Mutex};
//!
//! /// Journals in memory, by name.
//! #[derive(Default)]
//! struct Memory(Mutex<HashMap<String, MemoryJournal>>);
//!
//! impl Store for Memory {
//!     type Journal = MemoryJournal;
//!
//!     fn open<'a>(&'a self, name: &'a str) -> Answering<'a, MemoryJournal> {
//!         Box::pin(async move { Ok(self.0.lock().unwrap().entry(name.to_owned()).or_default().clone()) })
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let checked = conformance::check(&Memory::default()).await;
//! assert_eq!(checked.skipped, ["damaged records", "a journal of a newer version"]);
//! # }
//! ```

mod again;
mod append;
mod begin;
mod cache;
mod claims;
mod delete;
mod given;
mod heads;
mod lists;
mod messages;
mod odd;
mod questions;
mod ready;
mod together;
mod trouble;

use super::{Answering, Journal};

/// How journals of one implementation are opened, and damaged.
pub trait Store {
    /// The journal.
    type Journal: Journal;

    /// Opens the journal of a name: an empty one when the name is new, else the one there is. An earlier journal of the name
    /// may be open still, as another process may have it.
    fn open<'a>(&'a self, name: &'a str) -> Answering<'a, Self::Journal>;

    /// Changes something of a record where it is kept, and gives whether that can be done. No journal of the name is open.
    fn damage<'a>(&'a self, name: &'a str, run: u64, seq: u64) -> Answering<'a, bool> {
        let _ = (name, run, seq);
        Box::pin(async { Ok(false) })
    }

    /// Makes the journal of a name look as a newer version would write it, and gives whether that can be done. No journal of
    /// the name is open.
    fn make_newer<'a>(&'a self, name: &'a str) -> Answering<'a, bool> {
        let _ = name;
        Box::pin(async { Ok(false) })
    }
}

/// What was checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checked {
    /// What could not be checked with the store.
    pub skipped: Vec<&'static str>,
}

/// Checks all that a journal promises.
///
/// # Panics
/// When a promise is broken, with a message that names it.
pub async fn check<S: Store>(store: &S) -> Checked {
    begin::check(store).await;
    append::check(store).await;
    again::check(store).await;
    claims::check(store).await;
    together::check(store).await;
    heads::check(store).await;
    questions::check(store).await;
    messages::check(store).await;
    ready::check(store).await;
    lists::check(store).await;
    delete::check(store).await;
    odd::check(store).await;
    cache::check(store).await;
    trouble::check(store).await
}
