//! Where runs are kept: what a store of runs is asked, and what it keeps.
//!
//! A [`Journal`] keeps for each run what happened in it, in order, once. It knows nothing of graphs: what a record means is
//! known to the driver that writes it. Times are milliseconds since the Unix epoch, and always told by the caller, so that
//! a store needs no clock.
//!
//! # What is live
//!
//! A value is written once, where it comes into being: as the value of a record, or where it was computed and is short,
//! within one. From then on records tell where it stands. The `live` of a record is JSON: an object that tells all there is,
//! or else less than that.
//!
//! | `live` | what it tells |
//! | --- | --- |
//! | `{"at":"send(draft)","values":{"draft":3,"n":{"is":1}}}` | all of it |
//! | `[4,7,{"is":2}]` | the same as record 4, which tells all of it, but for where the values stand, in the order of that record |
//! | nothing | the same as the record before it in its scope |
//!
//! | field | meaning |
//! | --- | --- |
//! | `at` | the position: which call of which node, fork or wait of the graph |
//! | `values` | for each value that is still to be read there, where it stands |
//! | `cancelled` | true from when a node has failed because the run was cancelled |
//! | `retried` | the number of the record by which the run was tried again, from then on |
//!
//! | a value stands | written as |
//! | --- | --- |
//! | in the value of record 7 | `7` |
//! | there, and may be its failure: it was tried | `{"tried":7}` |
//! | here | `{"is":3}` |
//! | in the input of the run, by the same name | `0` |
//! | in the inputs of the nested workflow that record 7 entered | `{"input":[7,"topic"]}`; those of the run itself by another name are told as `0` |
//! | where record 7 tells of `log` | `{"at":[7,"log"]}` |
//! | in a list: what record 7 tells of the same name, and what was appended | `[7,8,9]` |
//! | in another list: what it was before or null, and what was appended | `{"list":[{"at":[7,"log"]},[8]]}` |

mod chain;
pub mod conformance;
mod error;
mod kept;
mod memory;

pub use chain::{Link, NoSeal, Seal};
pub use error::JournalError;
pub use kept::{
    Append, Asked, Begun, Claim, Filter, Head, Message, NewRun, QuestionState, Record, RecordKind, RunInfo, Status,
};

pub use memory::MemoryJournal;

use std::{fmt, pin::Pin};

/// What a store answers with, some time.
pub type Answering<'a, T> = Pin<Box<dyn Future<Output = Result<T, JournalError>> + Send + 'a>>;

/// A store of runs.
///
/// Memory and SQLite implement it. Whoever implements it for another store puts it through
/// [`conformance`], which checks every promise made here.
///
/// # Owners and claims
///
/// Whoever writes to runs is an owner: a name that nobody else has, with a lease that it renews ([`lease`](Self::lease)). A
/// run is written to under a [`Claim`], which has the run's number and a token that grows with every claim. A store refuses
/// to write for a claim whose token is not the run's newest ([`JournalError::Fenced`]), and for an owner whose lease is
/// over ([`JournalError::Expired`]).
pub trait Journal: fmt::Debug + Send + Sync + 'static {
    /// Gives an owner its lease, or renews it: it lasts until `until`. A store that can tell that an owner is gone, because its
    /// process ended or closed the store, may end its lease with it.
    fn lease<'a>(&'a self, owner: &'a str, until: i64) -> Answering<'a, ()>;

    /// Begins a run and claims it. When there is a run of that id already, nothing is begun or claimed, and the run there is
    /// is given. Fails with [`JournalError::Expired`] when the owner has no lease beyond `now`.
    fn begin<'a>(&'a self, run: &'a NewRun, owner: &'a str, now: i64) -> Answering<'a, Begun>;

    /// Claims a run, whose token grows with it. It stands as running from then on, nothing of it is signalled until more is
    /// put, and its description is given as it is then. An owner may claim again what it has.
    ///
    /// Fails with [`JournalError::Held`] when another owner has it and the lease of that one lasts beyond `now`, with
    /// [`JournalError::Unknown`] when there is no such run, and with [`JournalError::Ended`] when it has ended, unless
    /// `again`: a run that failed may be claimed again to be retried, and is no longer asked to be cancelled. Fails with
    /// [`JournalError::Expired`] when the owner has no lease beyond `now`.
    fn claim<'a>(&'a self, id: &'a str, owner: &'a str, now: i64, again: bool) -> Answering<'a, (Claim, RunInfo)>;

    /// Writes what happened in a run, all or nothing, and answers when it is on disk.
    ///
    /// The records have consecutive numbers, the first one being the run's next. When all of them are there already and are
    /// the same, only the answer was lost: that is accepted, though the claim ended with it, and nothing is written. Else
    /// what does not have the next number is refused with [`JournalError::Sequence`]. When a question that is to be closed,
    /// or that is said to be answered, was answered before, nothing is written ([`JournalError::Answered`]); when it was
    /// closed before it cannot be answered ([`JournalError::Closed`]), and closing it again changes nothing. Questions that
    /// were never asked cannot be closed ([`JournalError::NotAsked`]). A run that was deleted fences all claims.
    ///
    /// It borrows nothing: a run keeps what it is writing beside the journal.
    fn append(&self, append: Append) -> Answering<'static, ()>;

    /// The run of an id.
    fn run<'a>(&'a self, id: &'a str) -> Answering<'a, Option<RunInfo>>;

    /// The runs a filter lets through, the newest first. One whose description is damaged is left out here, and in
    /// [`ready`](Self::ready) and [`signals`](Self::signals), so that it does not hide the others; [`run`](Self::run) tells of it.
    fn runs<'a>(&'a self, filter: &'a Filter) -> Answering<'a, Vec<RunInfo>>;

    /// The input a run was begun with, as JSON. Fails with [`JournalError::Unknown`].
    fn input(&self, run: u64) -> Answering<'_, String>;

    /// The description of a graph that a run was begun with.
    fn graph<'a>(&'a self, fingerprint: &'a str) -> Answering<'a, Option<String>>;

    /// A record of a run, by its number.
    fn record(&self, run: u64, seq: u64) -> Answering<'_, Option<Record>>;

    /// The records of a run from a number on, in order, at most so many.
    fn records(&self, run: u64, from: u64, limit: usize) -> Answering<'_, Vec<Record>>;

    /// The last record of a run; none of a run that has just begun.
    fn last(&self, run: u64) -> Answering<'_, Option<Record>>;

    /// The heads of a run: for scopes of a run that is in more than one, the number of their last record.
    fn heads(&self, run: u64) -> Answering<'_, Vec<Head>>;

    /// All questions a run has asked, in order; of those that are no longer open, the wording is gone.
    fn questions(&self, run: u64) -> Answering<'_, Vec<Asked>>;

    /// Puts an answer, or a message to an inbox, for its run to take. It is on disk when this answers.
    ///
    /// Fails with [`JournalError::Unknown`] when there is no such run, [`JournalError::Ended`] when it has ended,
    /// [`JournalError::NotAsked`] when it never asked the question, [`JournalError::Answered`] when the question was
    /// answered, and [`JournalError::Closed`] when its time was up. The question is answered from then on, taken or not.
    fn put<'a>(&'a self, id: &'a str, message: &'a Message) -> Answering<'a, ()>;

    /// What was put for a run and not taken yet, in the order it was put, with the number of each.
    fn messages(&self, run: u64) -> Answering<'_, Vec<(u64, Message)>>;

    /// Asks that a run be cancelled. Fails with [`JournalError::Unknown`] and [`JournalError::Ended`]. Asked again, the first
    /// time stands.
    fn cancel<'a>(&'a self, id: &'a str, now: i64) -> Answering<'a, ()>;

    /// The ids of an owner's runs for which something was put, or whose cancelling was asked for, since this was last asked.
    /// The owner looks at them even where it just left one waiting.
    fn signals<'a>(&'a self, owner: &'a str) -> Answering<'a, Vec<String>>;

    /// The ids of runs that are to go on and nobody is at: those that were cut off, those whose time has come, and those for
    /// which something was put, or whose cancelling was asked for, and nobody was told. A run that is left waiting while an
    /// answer for it is there, or its cancelling was asked for and no record of it is a [`RecordKind::Cancelled`], is among
    /// them. The oldest first, at most so many.
    fn ready(&self, now: i64, limit: usize) -> Answering<'_, Vec<String>>;

    /// When the next run that waits is to go on, of those that nobody has.
    fn next_wake(&self) -> Answering<'_, Option<i64>>;

    /// Deletes a run with all that belongs to it. Gives whether there was one. Fails with [`JournalError::Held`] when an
    /// owner whose lease lasts beyond `now` is at it. The description of its graph may stay.
    fn delete<'a>(&'a self, id: &'a str, now: i64) -> Answering<'a, bool>;

    /// Deletes the runs that ended before a time, and what nothing needs any more: descriptions of graphs that no run has,
    /// and what was kept of steps until before that time. Gives how many runs.
    fn prune(&self, ended_before: i64) -> Answering<'_, u64>;

    /// What was kept of a step for an input, if it is still fresh at `now`.
    fn cached<'a>(&'a self, step: &'a str, input: &'a str, now: i64) -> Answering<'a, Option<String>>;

    /// Keeps what a step gave for an input until a time; what was kept before is replaced, what is stale may be dropped.
    fn cache<'a>(&'a self, step: &'a str, input: &'a str, output: &'a str, until: i64) -> Answering<'a, ()>;

    /// Whether other processes may use the same runs.
    fn is_shared(&self) -> bool;
}
