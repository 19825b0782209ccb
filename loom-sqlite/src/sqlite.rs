//! The journal: a file, with one connection that writes and one that reads.

use crate::{
    locks::Locks,
    options::Options,
    queue::Queue,
    rows::{Odd, heads, int, messages, one, owners, questions, records, runs, text},
    schema,
    store::Store,
    trouble::Trouble,
    work,
    writer::Writer,
};
use loomflow_runtime::journal::{
    Answering, Append, Asked, Begun, Claim, Filter, Head, Journal, JournalError, Message, NewRun, Record, RunInfo,
};
use rusqlite::{Connection, params};
use std::{
    fmt, path,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

/// On whose behalf something is written that belongs to no run that has begun.
const NO_RUN: u64 = u64::MAX;

/// A journal in a file, by SQLite.
///
/// A clone is the same journal. Other processes may open the file at the same time. The steps of runs that finish at the
/// same moment share one flush of the disk.
///
/// The leases that it gave end when the last clone is dropped, or with the process, however that ends: its runs can be claimed
/// at once by the next one. [How that is known](crate#owners), and where it is not, is told there.
///
/// ```
/// use loomflow_runtime::journal::Journal;
/// use loomflow_sqlite::{Durability, Sqlite};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("triage.db");
/// let journal = Sqlite::open(&path).await?;
/// assert_eq!(journal.run("ticket-42").await?, None);
///
/// let quicker = Sqlite::options().durability(Durability::Process).open(&path).await?;
/// assert!(quicker.is_shared());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Sqlite {
    shared: Arc<Shared>,
}

/// What all clones share. The connection that reads is closed first, so that the other one leaves a single file behind.
struct Shared {
    reader: Mutex<Connection>,
    queue: Arc<Queue>,
    locks: Locks,
    journal: Arc<str>,
}

impl Sqlite {
    /// Opens the journal in a file, which is made if there is none.
    ///
    /// # Errors
    /// [`JournalError::Damaged`] when the file is there and is no journal, or not a whole one, [`JournalError::Newer`] when
    /// a newer version wrote it, and what the database says when it cannot be opened. Nothing is changed in it then.
    pub fn open(path: impl AsRef<Path>) -> impl Future<Output = Result<Self, JournalError>> + Send {
        Self::options().open(path)
    }

    /// Says how a journal is opened.
    #[must_use]
    pub fn options() -> Options {
        Options::default()
    }

    pub(crate) fn at(path: &Path, options: &Options) -> Result<Self, JournalError> {
        let journal: Arc<str> = path.display().to_string().into();
        let told = |trouble: Trouble| trouble.told(&journal, "opening it");
        // Some names mean something else than a file to SQLite, but none that begins at the root does.
        let path = path::absolute(path).map_err(|source| JournalError::Store {
            journal: journal.to_string(),
            tried: "opening it",
            source: Box::new(source),
        })?;
        let writer = schema::writer(&path, &journal, options).map_err(told)?;
        let reader = schema::reader(&path, options).map_err(told)?;
        let locks = Locks::beside(&path);
        let queue = Arc::new(Queue::new(Writer::new(writer, Arc::clone(&journal), locks.clone())));
        Ok(Self { shared: Arc::new(Shared { reader: Mutex::new(reader), queue, locks, journal }) })
    }

    /// Answers with what is read, when it is polled and not before.
    fn read<'a, T: Send + 'a>(
        &'a self,
        tried: &'static str,
        read: impl FnOnce(&Connection) -> Result<T, Trouble> + Send + 'a,
    ) -> Answering<'a, T> {
        Box::pin(async move {
            let reader = self.shared.reader.lock().unwrap_or_else(PoisonError::into_inner);
            read(&reader).map_err(|trouble| trouble.told(&self.shared.journal, tried))
        })
    }

    /// Answers when something is written.
    fn write<T: Send + 'static>(
        &self,
        run: u64,
        tried: &'static str,
        work: impl FnMut(&mut Store<'_>) -> Result<T, Trouble> + Send + 'static,
    ) -> Answering<'static, T> {
        Box::pin(self.shared.queue.write(run, tried, work))
    }
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sqlite").field(&self.shared.journal).finish()
    }
}

impl Journal for Sqlite {
    fn lease<'a>(&'a self, owner: &'a str, until: i64) -> Answering<'a, ()> {
        let owner = owner.to_owned();
        self.write(NO_RUN, "renewing a lease", move |store| work::lease(store, &owner, until))
    }

    fn begin<'a>(&'a self, run: &'a NewRun, owner: &'a str, now: i64) -> Answering<'a, Begun> {
        let (run, owner) = (run.clone(), owner.to_owned());
        self.write(NO_RUN, "beginning a run", move |store| work::begin(store, &run, &owner, now))
    }

    fn claim<'a>(&'a self, id: &'a str, owner: &'a str, now: i64, again: bool) -> Answering<'a, (Claim, RunInfo)> {
        let (id, owner) = (id.to_owned(), owner.to_owned());
        self.write(NO_RUN, "claiming a run", move |store| work::claim(store, &id, &owner, now, again))
    }

    fn append(&self, append: Append) -> Answering<'static, ()> {
        self.write(append.claim.run, "recording a step", move |store| work::append(store, &append))
    }

    fn run<'a>(&'a self, id: &'a str) -> Answering<'a, Option<RunInfo>> {
        self.read("reading a run", |reader| Ok(runs::by_id(reader, id)?.map(|row| row.info)))
    }

    fn runs<'a>(&'a self, filter: &'a Filter) -> Answering<'a, Vec<RunInfo>> {
        self.read("listing runs", |reader| runs::list(reader, filter))
    }

    fn input(&self, run: u64) -> Answering<'_, String> {
        self.read("reading the input of a run", move |reader| {
            Ok(records::input(reader, run)?.ok_or_else(|| JournalError::Unknown { id: run.to_string() })?)
        })
    }

    fn graph<'a>(&'a self, fingerprint: &'a str) -> Answering<'a, Option<String>> {
        self.read("reading a graph", move |reader| {
            let found = "SELECT description, crc FROM graphs WHERE fingerprint = ?1";
            one(reader, found, [fingerprint], |row| {
                let read = || {
                    let graph = text(row, 0)?;
                    Odd::unless(work::graph_crc(fingerprint, &graph) == int(row, 1)?)?;
                    Ok(graph)
                };
                read().map_err(|Odd| Trouble::Damaged(format!("the graph `{fingerprint}` is not what was written")))
            })
        })
    }

    fn record(&self, run: u64, seq: u64) -> Answering<'_, Option<Record>> {
        self.read("reading a record", move |reader| records::record(reader, run, seq))
    }

    fn records(&self, run: u64, from: u64, limit: usize) -> Answering<'_, Vec<Record>> {
        self.read("reading records", move |reader| records::records(reader, run, from, limit))
    }

    fn last(&self, run: u64) -> Answering<'_, Option<Record>> {
        self.read("reading a record", move |reader| records::last(reader, run))
    }

    fn heads(&self, run: u64) -> Answering<'_, Vec<Head>> {
        self.read("reading where a run is", move |reader| heads::list(reader, run))
    }

    fn questions(&self, run: u64) -> Answering<'_, Vec<Asked>> {
        self.read("reading questions", move |reader| questions::list(reader, run))
    }

    fn put<'a>(&'a self, id: &'a str, message: &'a Message) -> Answering<'a, ()> {
        let (id, message) = (id.to_owned(), message.clone());
        self.write(NO_RUN, "putting an answer", move |store| work::put(store, &id, &message))
    }

    fn messages(&self, run: u64) -> Answering<'_, Vec<(u64, Message)>> {
        self.read("reading messages", move |reader| messages::list(reader, run))
    }

    fn cancel<'a>(&'a self, id: &'a str, now: i64) -> Answering<'a, ()> {
        let id = id.to_owned();
        self.write(NO_RUN, "cancelling a run", move |store| work::cancel(store, &id, now))
    }

    fn signals<'a>(&'a self, owner: &'a str) -> Answering<'a, Vec<String>> {
        Box::pin(async move {
            // This is asked often, and seldom is there anything: only then is it worth a transaction.
            let tried = "looking for signals";
            if self.read(tried, |reader| runs::signalled(reader, owner)).await?.is_empty() {
                return Ok(Vec::new());
            }
            let owner = owner.to_owned();
            self.write(NO_RUN, tried, move |store| work::signals(store, &owner)).await
        })
    }

    fn ready(&self, now: i64, limit: usize) -> Answering<'_, Vec<String>> {
        Box::pin(async move {
            let tried = "looking for runs that are to go on";
            // Seldom is one of them gone: only then is it worth a transaction.
            let mut gone = self.read(tried, |reader| owners::leased(reader, now)).await?;
            gone.retain(|owner| self.shared.locks.is_gone(owner));
            if !gone.is_empty() {
                self.write(NO_RUN, tried, move |store| work::bury(store, &gone)).await?;
            }
            self.read(tried, |reader| runs::ready(reader, now, limit)).await
        })
    }

    fn next_wake(&self) -> Answering<'_, Option<i64>> {
        self.read("looking for runs that wait", runs::next_wake)
    }

    fn delete<'a>(&'a self, id: &'a str, now: i64) -> Answering<'a, bool> {
        let id = id.to_owned();
        self.write(NO_RUN, "deleting a run", move |store| work::delete(store, &id, now))
    }

    fn prune(&self, ended_before: i64) -> Answering<'_, u64> {
        self.write(NO_RUN, "deleting runs", move |store| work::prune(store, ended_before))
    }

    fn cached<'a>(&'a self, step: &'a str, input: &'a str, now: i64) -> Answering<'a, Option<String>> {
        self.read("looking for what was kept of a step", move |reader| {
            let found = "SELECT output, until, crc FROM cache WHERE hash = ?1 AND step = ?2 AND input = ?3";
            let found = one(reader, found, params![work::hash(step, input), step, input], |row| {
                let read = || {
                    let (output, until) = (text(row, 0)?, int(row, 1)?);
                    Odd::unless(work::cache_crc(step, input, &output, until) == int(row, 2)?)?;
                    Ok((output, until))
                };
                read()
                    .map_err(|Odd| Trouble::Damaged(format!("what was kept of step `{step}` is not what was written")))
            })?;
            Ok(found.filter(|&(_, until)| until > now).map(|(output, _)| output))
        })
    }

    fn cache<'a>(&'a self, step: &'a str, input: &'a str, output: &'a str, until: i64) -> Answering<'a, ()> {
        let (step, input, output) = (step.to_owned(), input.to_owned(), output.to_owned());
        self.write(NO_RUN, "keeping what a step gave", move |store| work::cache(store, &step, &input, &output, until))
    }

    fn is_shared(&self) -> bool {
        true
    }
}
