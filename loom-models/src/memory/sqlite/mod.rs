//! Memories in a file: the connections, and how they are used without a task of the runtime waiting for a disk.

mod rows;
pub mod schema;
mod trouble;

use super::{
    error::MemoryError,
    store::{Episode, Fact, MemoryStore, Remembering},
};
use rusqlite::{Connection, Transaction};
use std::{
    fmt,
    panic::resume_unwind,
    path::{self, Path},
    sync::Arc,
};
use tokio::{runtime::Handle, sync::Mutex};
use trouble::Trouble;

/// Memories in a file, by SQLite and its full-text search. A clone is the same store. What runs are given is a
/// [`Memory`](super::Memory) of it, `Memory::new(store)`, and not the store itself.
///
/// Other processes may open the file at the same time. It may be that of a journal: its tables then stand beside those of the
/// runs. In a file of its own the one does not wait for the other.
///
/// What was written is on disk when that is told. Work at the file is done on a thread of Tokio's for what blocks, and outside
/// of a runtime in place. What somebody no longer waits for may be done all the same, wholly or not at all.
///
/// What is dropped is found by nobody any more. Its bytes may stand in the file until others are written there.
///
/// A search looks at the 5,000 newest rows at the most that have a word of the query, so that it never takes long.
///
/// ```
/// use loomflow_models::memory::{Memory, SqliteMemory};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("memory.db");
/// let memory = Memory::new(SqliteMemory::open(&path).await?);
/// memory.of("ann").remember("pet", "A parrot named Polly.").await?;
///
/// let again = Memory::new(SqliteMemory::open(&path).await?);
/// let found = again.of("ann").facts_about("Does she have a parrot?", 3).await?;
/// assert_eq!(found[0].text, "A parrot named Polly.");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SqliteMemory {
    // The connection that reads is closed first, so that the other one leaves a single file behind.
    reader: Arc<Mutex<Connection>>,
    writer: Arc<Mutex<Connection>>,
    memory: Arc<str>,
}

impl SqliteMemory {
    /// Opens the memories in a file, which is made if there is none.
    ///
    /// # Errors
    /// [`MemoryError::Damaged`] when the file is there and is neither one of memories nor a journal, [`MemoryError::Newer`]
    /// when a newer version wrote it, and what the database says when it cannot be opened. Nothing is changed in it then.
    pub fn open(path: impl AsRef<Path>) -> impl Future<Output = Result<Self, MemoryError>> + Send {
        let path = path.as_ref().to_owned();
        async move {
            let memory: Arc<str> = path.display().to_string().into();
            let opened = blocking(move || {
                // Some names mean something else than a file to SQLite, but none that begins at the root does.
                let path = path::absolute(path).map_err(|error| Trouble::Undone(error.into()))?;
                Ok((schema::writer(&path)?, schema::reader(&path)?))
            });
            let (writer, reader) = opened.await.map_err(|trouble| trouble.told(&memory, "opening it"))?;
            Ok(Self { reader: Arc::new(Mutex::new(reader)), writer: Arc::new(Mutex::new(writer)), memory })
        }
    }

    /// Answers with what is read.
    fn read<'a, T: Send + 'static>(
        &'a self,
        tried: &'static str,
        read: impl FnOnce(&Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Remembering<'a, T> {
        Box::pin(async move {
            // One that waits its turn waits here, and on no thread.
            let reader = Arc::clone(&self.reader).lock_owned().await;
            blocking(move || read(&reader)).await.map_err(|trouble| trouble.told(&self.memory, tried))
        })
    }

    /// Answers when something is written, all or nothing.
    fn write<'a, T: Send + 'static>(
        &'a self,
        tried: &'static str,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, Trouble> + Send + 'static,
    ) -> Remembering<'a, T> {
        Box::pin(async move {
            let mut writer = Arc::clone(&self.writer).lock_owned().await;
            let work = move || {
                let transaction = schema::begin(&mut writer)?;
                let done = write(&transaction)?;
                transaction.commit()?;
                Ok(done)
            };
            blocking(work).await.map_err(|trouble| trouble.told(&self.memory, tried))
        })
    }
}

/// Does work that blocks where no task waits for it.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Trouble> + Send + 'static) -> Result<T, Trouble> {
    let Ok(runtime) = Handle::try_current() else { return work() };
    match runtime.spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(error) => Err(Trouble::Undone(error.into())),
        },
    }
}

/// A name, or none, that outlives the call.
fn owned(name: Option<&str>) -> Option<String> {
    name.map(str::to_owned)
}

impl MemoryStore for SqliteMemory {
    fn remember<'a>(&'a self, user: Option<&'a str>, fact: &'a Fact) -> Remembering<'a, ()> {
        let (user, fact) = (owned(user), fact.clone());
        self.write("writing a fact", move |writer| rows::remember(writer, user.as_deref(), &fact))
    }

    fn forget<'a>(&'a self, user: Option<&'a str>, key: &'a str) -> Remembering<'a, bool> {
        let (user, key) = (owned(user), key.to_owned());
        self.write("dropping a fact", move |writer| rows::forget(writer, user.as_deref(), &key))
    }

    fn fact<'a>(&'a self, user: Option<&'a str>, key: &'a str) -> Remembering<'a, Option<Fact>> {
        let (user, key) = (owned(user), key.to_owned());
        self.read("reading a fact", move |reader| rows::fact(reader, user.as_deref(), &key))
    }

    fn facts<'a>(&'a self, user: Option<&'a str>) -> Remembering<'a, Vec<Fact>> {
        let user = owned(user);
        self.read("reading facts", move |reader| rows::facts(reader, user.as_deref()))
    }

    fn facts_about<'a>(&'a self, user: Option<&'a str>, query: &'a str, most: usize) -> Remembering<'a, Vec<Fact>> {
        let (user, query) = (owned(user), query.to_owned());
        self.read("looking for facts", move |reader| rows::facts_about(reader, user.as_deref(), &query, most))
    }

    fn record<'a>(&'a self, user: Option<&'a str>, episode: &'a Episode) -> Remembering<'a, ()> {
        let (user, episode) = (owned(user), episode.clone());
        self.write("writing an episode", move |writer| rows::record(writer, user.as_deref(), &episode))
    }

    fn last<'a>(
        &'a self,
        user: Option<&'a str>,
        session: Option<&'a str>,
        most: usize,
    ) -> Remembering<'a, Vec<Episode>> {
        let (user, session) = (owned(user), owned(session));
        self.read("reading episodes", move |reader| rows::last(reader, user.as_deref(), session.as_deref(), most))
    }

    fn episodes_about<'a>(
        &'a self,
        user: Option<&'a str>,
        query: &'a str,
        most: usize,
    ) -> Remembering<'a, Vec<Episode>> {
        let (user, query) = (owned(user), query.to_owned());
        self.read("looking for episodes", move |reader| rows::episodes_about(reader, user.as_deref(), &query, most))
    }

    fn forget_session<'a>(&'a self, user: Option<&'a str>, session: Option<&'a str>) -> Remembering<'a, u64> {
        let (user, session) = (owned(user), owned(session));
        self.write("dropping a session", move |writer| {
            rows::forget_session(writer, user.as_deref(), session.as_deref())
        })
    }

    fn prune(&self, before: i64) -> Remembering<'_, u64> {
        self.write("dropping old episodes", move |writer| rows::prune(writer, before))
    }

    fn forget_user<'a>(&'a self, user: Option<&'a str>) -> Remembering<'a, ()> {
        let user = owned(user);
        self.write("dropping what is known of a user", move |writer| rows::forget_user(writer, user.as_deref()))
    }
}

impl fmt::Debug for SqliteMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SqliteMemory").field(&self.memory).finish()
    }
}
