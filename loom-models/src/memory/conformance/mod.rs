//! What every store of memories must do, as a suite that any implementation can be put through: [`check`].
//!
//! Each file is about one kind of promise; a promise that is broken panics with a message that says which.
//!
//! ```
//! use loomflow_models::memory::{InMemory, conformance};
//! use std::{collections::HashMap, sync::Mutex};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let stores = Mutex::new(HashMap::<String, InMemory>::new());
//! conformance::check(async |name| stores.lock().unwrap().entry(name.to_owned()).or_default().clone()).await;
//! # }
//! ```

mod apart;
mod episodes;
mod facts;
mod search;

use super::{
    error::MemoryError,
    store::{Episode, Fact, MemoryStore},
};
use crate::message::Message;

/// Checks all that a store promises. It is opened by names: an empty one where the name is new, and else the one there is.
///
/// # Panics
/// When a promise is broken, with a message that names it.
pub async fn check<S: MemoryStore>(open: impl AsyncFn(&str) -> S) {
    facts::check(&open).await;
    episodes::check(&open).await;
    search::check(&open).await;
    apart::check(&open).await;
}

/// Texts and names that a store might stumble over.
const ODD: [&str; 12] = [
    "",
    " ",
    "'",
    "\"",
    "a\0b",
    "%_\\",
    "NULL",
    "'; DROP TABLE memory_facts; --",
    "\u{1f99c} Zoë\u{301} 東京",
    "u1",
    "\r\n\t",
    "AND OR NOT NEAR(a b) words:* ^",
];

/// What a store gives that is sound.
fn done<T>(result: Result<T, MemoryError>) -> T {
    result.unwrap_or_else(|error| panic!("a store that is sound does what it is asked: {error:?}"))
}

fn fact(key: &str, text: &str, at: i64) -> Fact {
    Fact { key: key.to_owned(), text: text.to_owned(), at, ..Fact::default() }
}

/// An episode in which a text is said, and answered.
fn episode(session: Option<&str>, key: &str, text: &str, at: i64) -> Episode {
    let messages = vec![Message::user(text), Message::assistant("Yes.")];
    Episode { key: key.to_owned(), session: session.map(str::to_owned), messages, by: None, at }
}

fn keys(episodes: &[Episode]) -> Vec<&str> {
    episodes.iter().map(|episode| &*episode.key).collect()
}
