//! What a store of memories is to the rest, and what is kept in it.

use super::error::MemoryError;
use crate::{
    chat_model::BoxFuture,
    message::{Assistant, Message},
};
use serde::{Deserialize, Serialize};
use std::fmt::Debug;

/// A short text that holds until it is forgotten.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is about. A user has one fact of a key.
    pub key: String,
    /// The text.
    pub text: String,
    /// The session it was written in, if in one.
    pub session: Option<String>,
    /// Who wrote it, if that was said.
    pub by: Option<String>,
    /// When it was written, in milliseconds since 1970.
    pub at: i64,
}

impl Fact {
    /// What it is found by.
    pub(super) fn searched(&self) -> String {
        format!("{} {}", self.key, self.text)
    }
}

/// What was said in a session at one go, such as a question, the calls of tools and the answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Episode {
    /// What tells it from others of its session.
    pub key: String,
    /// The session, if it was in one.
    pub session: Option<String>,
    /// What was said, oldest first.
    pub messages: Vec<Message>,
    /// Who wrote it, if that was said.
    pub by: Option<String>,
    /// When it was written, in milliseconds since 1970.
    pub at: i64,
}

impl Episode {
    /// What people and models said in it, in words: what tools were called with and gave is left out.
    pub fn said(&self) -> impl Iterator<Item = &Message> {
        self.messages.iter().filter(|message| match message {
            Message::User { content } | Message::Assistant(Assistant { content, .. }) => !content.trim().is_empty(),
            Message::System { .. } | Message::Tool { .. } => false,
        })
    }

    /// What it is found by.
    pub(super) fn searched(&self) -> String {
        let mut text = String::new();
        for message in self.said() {
            if let Message::User { content } | Message::Assistant(Assistant { content, .. }) = message {
                text.push_str(content);
                text.push('\n');
            }
        }
        text
    }
}

/// What a store answers, some time later.
pub type Remembering<'a, T> = BoxFuture<'a, Result<T, MemoryError>>;

/// Where memories are kept: [`InMemory`](super::InMemory), and with the feature `sqlite` `SqliteMemory`.
///
/// Of each user, and of nobody, all is kept apart: nobody is not the user of an empty name, and what is not in a session is
/// not in the one of an empty name. [`conformance`](super::conformance) checks all that is said here.
///
/// # Search
///
/// What is found has a word of the query in it. Words are letters and digits, whatever their case and accents; a word of
/// three letters and more in a query also finds those that begin with it. A character of a script without spaces between
/// words is a word. There is nothing in a query that means anything else, and only its first 64 words count. What fits best
/// is first, as BM25 has it, counted over what is the user's; of two that fit as well the newer one.
pub trait MemoryStore: Debug + Send + Sync {
    /// Keeps a fact in place of that of the same key. Where one of the same text stands there, it stays as it is.
    ///
    /// # Errors
    /// What keeps it from that; so it is with all of them.
    fn remember<'a>(&'a self, user: Option<&'a str>, fact: &'a Fact) -> Remembering<'a, ()>;

    /// Drops the fact of a key, and gives whether there was one.
    ///
    /// # Errors
    /// See [`remember`](MemoryStore::remember).
    fn forget<'a>(&'a self, user: Option<&'a str>, key: &'a str) -> Remembering<'a, bool>;

    /// The fact of a key.
    ///
    /// # Errors
    /// See [`remember`](MemoryStore::remember).
    fn fact<'a>(&'a self, user: Option<&'a str>, key: &'a str) -> Remembering<'a, Option<Fact>>;

    /// All facts, in the order of their keys' bytes.
    ///
    /// # Errors
    /// See [`remember`](MemoryStore::remember).
    fn facts<'a>(&'a self, user: Option<&'a str>) -> Remembering<'a, Vec<Fact>>;

    /// So many facts at the most that fit a query, by their texts and their keys.
    ///
    /// # Errors
    /// See [`remember`](MemoryStore::remember).
    fn facts_about<'a>(&'a self, user: Option<&'a str>, query: &'a str, most: usize) -> Remembering<'a, Vec<Fact>>;

    /// Keeps an episode behind all others, or in the place of that of the same session and key. Where one of the same
    /// messages stands there, it stays as it is.
    ///
    /// # Errors
    /// See [`remember`](MemoryStore::remember).
    fn record<'a>(&'a self, user: Option<&'a str>, episode: &'a Episode) -> Remembering<'a, ()>;

    /// The last so many episodes of a session, oldest first.
    ///
    /// # Errors
    /// See [`remember`](MemoryStore::remember).
    fn last<'a>(
        &'a self,
        user: Option<&'a str>,
        session: Option<&'a str>,
        most: usize,
    ) -> Remembering<'a, Vec<Episode>>;

    /// So many episodes at the most, of any session, that fit a query, by what was [said](Episode::said) in them.
    ///
    /// # Errors
    /// See [`remember`](MemoryStore::remember).
    fn episodes_about<'a>(
        &'a self,
        user: Option<&'a str>,
        query: &'a str,
        most: usize,
    ) -> Remembering<'a, Vec<Episode>>;

    /// Drops the episodes of a session, and gives how many there were.
    ///
    /// # Errors
    /// See [`remember`](MemoryStore::remember).
    fn forget_session<'a>(&'a self, user: Option<&'a str>, session: Option<&'a str>) -> Remembering<'a, u64>;

    /// Drops the episodes of all users that were written before a moment, in milliseconds since 1970, and gives how many there
    /// were. Facts stay.
    ///
    /// # Errors
    /// See [`remember`](MemoryStore::remember).
    fn prune(&self, before: i64) -> Remembering<'_, u64>;

    /// Drops all there is of a user.
    ///
    /// # Errors
    /// See [`remember`](MemoryStore::remember).
    fn forget_user<'a>(&'a self, user: Option<&'a str>) -> Remembering<'a, ()>;
}
