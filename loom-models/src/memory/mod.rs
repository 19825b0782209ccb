//! What is remembered from one run to the next: facts, which hold until they are forgotten, and episodes, which are what was
//! said in a session.
//!
//! Here is the [`Memory`] that steps and agents hold: whose it is, and what is written to it and recalled. Where it is kept
//! is left to a [`MemoryStore`], and what is put before a question to [`Recalled`].
//!
//! # Whose it is
//!
//! Each user has a memory apart: nothing that is done for one user recalls, changes or even ranks by what was written for
//! another. A memory is by itself that of the user, and of the session, whom [the run](loomflow_runtime::around) is for in
//! which it is asked; [`Memory::of`] and [`Memory::in_session`] say it otherwise. What is done for nobody, as in a run of
//! which no user was said, shares the memory of nobody. Who serves many people says for whom each run is.
//!
//! A user's facts, and what can be found of what was said, are shared by the user's sessions. What is not said in any
//! session is one more.
//!
//! # Writing twice
//!
//! A step that was cut off is performed again, and writes again. So all that is written has a key, and under one key stands
//! what was written last: facts have a name, and an episode that of its [visit](loomflow_runtime::Visit::key). What stands
//! there already is left as it is.
//!
//! A run in memory that a step begins itself is a new one each time, and so are its visits: what it writes is given a key that
//! begins with that of the step. And a step that recalls facts and then writes some would recall these when it is performed
//! again, so that is done in two steps.

pub mod conformance;
mod error;
mod in_memory;
mod rank;
mod recall;
#[cfg(feature = "sqlite")]
mod sqlite;
mod store;
mod words;

pub use error::MemoryError;
pub use in_memory::InMemory;
pub use recall::Recalled;
pub(crate) use recall::Told;
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteMemory, schema};
pub use store::{Episode, Fact, MemoryStore, Remembering};

use crate::message::Message;
use loomflow_runtime::around;
use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// What steps and agents remember: see [the module](self). A clone is cheap, and is the same memory.
///
/// It is given to a run, with `run.with(memory)` or to a `Loom` with `with(memory)`, and found by its steps with
/// [`Memory::here`]; one that a step is given in another way, such as by its context, is as good.
///
/// What is to be done is fixed when a method is called, and not when its future is polled: whose memory it is goes by the
/// step that calls.
///
/// ```
/// use loomflow_models::{ChatRequest, Memory, Message};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), loomflow_models::memory::MemoryError> {
/// let memory = Memory::in_memory();
/// let anns = memory.of("ann").in_session("monday");
/// anns.remember("language", "She wants to be answered in French.").await?;
/// anns.record("run-7.ask", &[Message::user("Where is my parcel?"), Message::assistant("In Lyon.")]).await?;
///
/// let recalled = anns.recall("run-8.ask", "And when does the parcel come?").await?;
/// let request = ChatRequest::from("And when does the parcel come?").system("You help customers.").recalling(&recalled);
/// assert_eq!(request.messages.len(), 4, "the system's message with the fact, what was said, and the question");
///
/// assert!(memory.of("bob").facts().await?.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Memory {
    store: Arc<dyn MemoryStore>,
    user: Whose,
    session: Whose,
    by: Option<Arc<str>>,
}

impl AsRef<Memory> for Memory {
    fn as_ref(&self) -> &Memory {
        self
    }
}

/// Whose something is.
#[derive(Debug, Clone)]
enum Whose {
    /// That of the run it is asked in.
    TheRuns,
    /// That of this one, or of nobody.
    Of(Option<Arc<str>>),
}

impl Whose {
    fn of(name: &str) -> Self {
        Whose::Of(Some(name.into()))
    }

    fn now(&self, the_runs: impl FnOnce() -> Option<String>) -> Option<Arc<str>> {
        match self {
            Whose::TheRuns => the_runs().map(Into::into),
            Whose::Of(of) => of.clone(),
        }
    }
}

/// A memory at the moment something is asked of it.
struct Now {
    store: Arc<dyn MemoryStore>,
    user: Option<Arc<str>>,
    session: Option<Arc<str>>,
}

impl Now {
    fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }
}

impl Memory {
    /// A memory that is kept in that store.
    pub fn new(store: impl MemoryStore + 'static) -> Self {
        Memory { store: Arc::new(store), user: Whose::TheRuns, session: Whose::TheRuns, by: None }
    }

    /// A memory that is gone with the program.
    #[must_use]
    pub fn in_memory() -> Self {
        Memory::new(InMemory::new())
    }

    /// The memory that was given to the run in whose step this is called, or else to a run around it; as
    /// [`fixed`](Memory::fixed).
    #[must_use]
    pub fn here() -> Option<Self> {
        around::given::<Memory>().map(|memory| memory.fixed())
    }

    /// A memory of one's own, and else that of the run: what an agent uses. As [`fixed`](Memory::fixed).
    #[must_use]
    pub fn or_here(own: Option<&Memory>) -> Option<Self> {
        own.map(Memory::fixed).or_else(Memory::here)
    }

    /// The same memory, which stays that of the user and the session of the run in whose step this is called, wherever it is
    /// handed: another task is in no run.
    #[must_use]
    pub fn fixed(&self) -> Self {
        let Now { user, session, .. } = self.now();
        Memory { user: Whose::Of(user), session: Whose::Of(session), ..self.clone() }
    }

    /// The memory of a user, whoever the run is for.
    #[must_use]
    pub fn of(&self, user: &str) -> Self {
        Memory { user: Whose::of(user), ..self.clone() }
    }

    /// The memory of nobody, whoever the run is for.
    #[must_use]
    pub fn of_nobody(&self) -> Self {
        Memory { user: Whose::Of(None), ..self.clone() }
    }

    /// The memory in a session, whichever the run is in.
    #[must_use]
    pub fn in_session(&self, session: &str) -> Self {
        Memory { session: Whose::of(session), ..self.clone() }
    }

    /// The same memory, with the name of who writes to it from here on.
    #[must_use]
    pub fn by(&self, writer: &str) -> Self {
        Memory { by: Some(writer.into()), ..self.clone() }
    }

    fn now(&self) -> Now {
        Now {
            store: Arc::clone(&self.store),
            user: self.user.now(around::user),
            session: self.session.now(around::session),
        }
    }

    fn writer(&self) -> Option<String> {
        self.by.as_deref().map(str::to_owned)
    }

    /// Keeps a fact under a key, in place of what was kept there. Where the same text stands there already, nothing changes.
    ///
    /// # Errors
    /// What keeps the store from it. So it is with all that follow.
    pub fn remember(&self, key: &str, text: &str) -> impl Future<Output = Result<(), MemoryError>> + Send + use<> {
        let (now, by) = (self.now(), self.writer());
        let (key, text, session) = (key.to_owned(), text.to_owned(), now.session().map(str::to_owned));
        async move { now.store.remember(now.user(), &Fact { key, text, session, by, at: at() }).await }
    }

    /// Drops the fact of a key, and gives whether there was one.
    ///
    /// # Errors
    /// See [`remember`](Memory::remember).
    pub fn forget(&self, key: &str) -> impl Future<Output = Result<bool, MemoryError>> + Send + use<> {
        let (now, key) = (self.now(), key.to_owned());
        async move { now.store.forget(now.user(), &key).await }
    }

    /// The fact of a key.
    ///
    /// # Errors
    /// See [`remember`](Memory::remember).
    pub fn fact(&self, key: &str) -> impl Future<Output = Result<Option<Fact>, MemoryError>> + Send + use<> {
        let (now, key) = (self.now(), key.to_owned());
        async move { now.store.fact(now.user(), &key).await }
    }

    /// All facts, by their keys.
    ///
    /// # Errors
    /// See [`remember`](Memory::remember).
    pub fn facts(&self) -> impl Future<Output = Result<Vec<Fact>, MemoryError>> + Send + use<> {
        let now = self.now();
        async move { now.store.facts(now.user()).await }
    }

    /// So many facts at the most that have a word of a text in them, those that fit best first: see
    /// [how they are found](MemoryStore#search).
    ///
    /// # Errors
    /// See [`remember`](Memory::remember).
    pub fn facts_about(
        &self,
        text: &str,
        most: usize,
    ) -> impl Future<Output = Result<Vec<Fact>, MemoryError>> + Send + use<> {
        let (now, text) = (self.now(), text.to_owned());
        async move { now.store.facts_about(now.user(), &text, most).await }
    }

    /// Keeps what was said as one episode of the session, under a key; what is written again under that key stands in its
    /// place. In a step the key begins with that of its [visit](loomflow_runtime::Visit::key), so that a step that is
    /// performed again writes nothing twice.
    ///
    /// What a model was told before all else was not said, and is left out.
    ///
    /// # Errors
    /// See [`remember`](Memory::remember).
    pub fn record(&self, key: &str, said: &[Message]) -> impl Future<Output = Result<(), MemoryError>> + Send + use<> {
        let (now, by) = (self.now(), self.writer());
        let (key, session) = (key.to_owned(), now.session().map(str::to_owned));
        let said = said.iter().filter(|message| !matches!(message, Message::System { .. }));
        let messages = said.cloned().collect();
        async move { now.store.record(now.user(), &Episode { key, session, messages, by, at: at() }).await }
    }

    /// The last so many episodes of the session, oldest first.
    ///
    /// # Errors
    /// See [`remember`](Memory::remember).
    pub fn last(&self, most: usize) -> impl Future<Output = Result<Vec<Episode>, MemoryError>> + Send + use<> {
        let now = self.now();
        async move { now.store.last(now.user(), now.session(), most).await }
    }

    /// So many episodes at the most, of any session, in which a word of a text was said, those that fit best first: see
    /// [how they are found](MemoryStore#search).
    ///
    /// # Errors
    /// See [`remember`](Memory::remember).
    pub fn episodes_about(
        &self,
        text: &str,
        most: usize,
    ) -> impl Future<Output = Result<Vec<Episode>, MemoryError>> + Send + use<> {
        let (now, text) = (self.now(), text.to_owned());
        async move { now.store.episodes_about(now.user(), &text, most).await }
    }

    /// What is worth knowing before a question is asked: up to 20 facts, the last 10 episodes of the session, and up to 3 of
    /// other sessions that fit the question.
    ///
    /// All facts are recalled where there are no more; else those that fit the question, and then the newest. The key is the
    /// one under which the question and its answer are going to be [recorded](Memory::record): an episode of that key was
    /// written by the same step before it was cut off, so it is left out.
    ///
    /// # Errors
    /// See [`remember`](Memory::remember).
    pub fn recall(
        &self,
        key: &str,
        question: &str,
    ) -> impl Future<Output = Result<Recalled, MemoryError>> + Send + use<> {
        let (now, key, question) = (self.now(), key.to_owned(), question.to_owned());
        async move { recall::recall(&*now.store, now.user(), now.session(), &key, &question).await }
    }

    /// Drops all episodes of the session, and gives how many there were.
    ///
    /// # Errors
    /// See [`remember`](Memory::remember).
    pub fn forget_session(&self) -> impl Future<Output = Result<u64, MemoryError>> + Send + use<> {
        let now = self.now();
        async move { now.store.forget_session(now.user(), now.session()).await }
    }

    /// Drops the episodes of all users that were written longer ago than this, and gives how many there were. Nothing else drops them: whoever
    /// keeps a memory for long calls this now and then. Facts stay.
    ///
    /// # Errors
    /// See [`remember`](Memory::remember).
    pub fn prune(&self, age: Duration) -> impl Future<Output = Result<u64, MemoryError>> + Send + use<> {
        let (store, age) = (Arc::clone(&self.store), i64::try_from(age.as_millis()).unwrap_or(i64::MAX));
        let before = at().saturating_sub(age);
        async move { store.prune(before).await }
    }

    /// Drops all there is of the user, facts and episodes, of every session.
    ///
    /// # Errors
    /// See [`remember`](Memory::remember).
    pub fn forget_user(&self) -> impl Future<Output = Result<(), MemoryError>> + Send + use<> {
        let now = self.now();
        async move { now.store.forget_user(now.user()).await }
    }
}

/// The time, in milliseconds since 1970.
fn at() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_the_model_was_told_before_all_else_is_not_recorded() {
        let memory = Memory::in_memory().by("Researcher");
        let said = [Message::system("Be brief."), Message::user("Why?"), Message::assistant("So.")];
        memory.record("k", &said).await.unwrap();
        let last = memory.last(1).await.unwrap();
        assert_eq!(last[0].messages, said[1..]);
        assert_eq!((last[0].by.as_deref(), last[0].session.as_deref()), (Some("Researcher"), None));
    }

    #[tokio::test]
    async fn of_two_facts_of_one_key_the_last_holds_and_it_is_known_who_wrote_it() {
        let memory = Memory::in_memory();
        memory.by("a").remember("drink", "tea").await.unwrap();
        memory.by("b").in_session("s").remember("drink", "milk").await.unwrap();
        let facts = memory.facts().await.unwrap();
        assert_eq!(facts, [memory.fact("drink").await.unwrap().unwrap()]);
        assert_eq!(
            (&*facts[0].text, facts[0].by.as_deref(), facts[0].session.as_deref()),
            ("milk", Some("b"), Some("s"))
        );
        assert!(facts[0].at > 0);
    }

    #[tokio::test]
    async fn what_is_older_than_it_is_to_be_is_dropped() {
        let memory = Memory::in_memory().of("ann");
        memory.record("k", &[Message::user("tea")]).await.unwrap();
        for older in [Duration::MAX, Duration::from_secs(3600)] {
            assert_eq!(memory.of("bob").prune(older).await.unwrap(), 0);
        }
        let store = Arc::clone(&memory.store);
        assert_eq!(store.prune(i64::MAX).await.unwrap(), 1);
        assert_eq!(memory.last(9).await.unwrap(), []);
    }

    #[test]
    fn a_memory_can_be_sent_and_so_can_what_is_asked_of_it() {
        fn shared<T: Clone + Send + Sync + 'static>() {}
        fn sent<T: Send + 'static>(_: T) {}
        shared::<Memory>();
        let memory = Memory::in_memory();
        sent(memory.remember("a", "b"));
        sent(memory.record("a", &[]));
        sent(memory.recall("a", "b"));
    }
}
