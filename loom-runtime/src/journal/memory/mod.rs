//! A journal in memory: what it keeps is gone with the program.
//!
//! Here are the lock and the [`Journal`] over it; what is kept, and the rules of it, are in [`kept`].
//! [`conformance`](super::conformance) says what it must do; nothing here is quick.

mod kept;

use super::{
    Answering, Append, Asked, Begun, Claim, Filter, Head, Journal, JournalError, Message, NewRun, Record, RunInfo,
};
use crate::locked::locked;
use kept::Kept;
use std::{
    fmt,
    sync::{Arc, Mutex},
};

/// A journal in memory, for tests and for runs that need not outlive the program.
///
/// A clone is the same journal, so a test can start a second program over what a first one left.
#[derive(Clone, Default)]
pub struct MemoryJournal {
    kept: Arc<Mutex<Kept>>,
}

impl MemoryJournal {
    /// A journal with nothing in it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers with what is done under the lock, when it is polled and not before.
    fn with<'a, T: Send + 'a>(
        &'a self,
        work: impl FnOnce(&mut Kept) -> Result<T, JournalError> + Send + 'a,
    ) -> Answering<'a, T> {
        Box::pin(async move { work(&mut locked(&self.kept)) })
    }
}

impl fmt::Debug for MemoryJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryJournal").finish_non_exhaustive()
    }
}

impl Journal for MemoryJournal {
    fn lease<'a>(&'a self, owner: &'a str, until: i64) -> Answering<'a, ()> {
        self.with(move |kept| {
            kept.lease(owner, until);
            Ok(())
        })
    }

    fn begin<'a>(&'a self, run: &'a NewRun, owner: &'a str, now: i64) -> Answering<'a, Begun> {
        self.with(move |kept| kept.begin(run, owner, now))
    }

    fn claim<'a>(&'a self, id: &'a str, owner: &'a str, now: i64, again: bool) -> Answering<'a, (Claim, RunInfo)> {
        self.with(move |kept| kept.claim(id, owner, now, again))
    }

    fn append(&self, append: Append) -> Answering<'static, ()> {
        let kept = Arc::clone(&self.kept);
        Box::pin(async move { locked(&kept).append(append) })
    }

    fn run<'a>(&'a self, id: &'a str) -> Answering<'a, Option<RunInfo>> {
        self.with(move |kept| Ok(kept.runs.values().find(|held| held.info.id == id).map(|held| held.info.clone())))
    }

    fn runs<'a>(&'a self, filter: &'a Filter) -> Answering<'a, Vec<RunInfo>> {
        self.with(move |kept| Ok(kept.list(filter)))
    }

    fn input(&self, run: u64) -> Answering<'_, String> {
        self.with(move |kept| match kept.runs.get(&run) {
            Some(held) => Ok(held.input.clone()),
            None => Err(JournalError::Unknown { id: run.to_string() }),
        })
    }

    fn graph<'a>(&'a self, fingerprint: &'a str) -> Answering<'a, Option<String>> {
        self.with(move |kept| Ok(kept.graphs.get(fingerprint).cloned()))
    }

    fn record(&self, run: u64, seq: u64) -> Answering<'_, Option<Record>> {
        self.with(move |kept| Ok(kept.record(run, seq).cloned()))
    }

    fn records(&self, run: u64, from: u64, limit: usize) -> Answering<'_, Vec<Record>> {
        self.with(move |kept| {
            Ok(kept.records(run).iter().filter(|record| record.seq >= from).take(limit).cloned().collect())
        })
    }

    fn last(&self, run: u64) -> Answering<'_, Option<Record>> {
        self.with(move |kept| Ok(kept.records(run).last().cloned()))
    }

    fn heads(&self, run: u64) -> Answering<'_, Vec<Head>> {
        self.with(move |kept| {
            let heads = kept.runs.get(&run).into_iter().flat_map(|held| &held.heads);
            Ok(heads.map(|(scope, &seq)| Head { scope: scope.clone(), seq }).collect())
        })
    }

    fn questions(&self, run: u64) -> Answering<'_, Vec<Asked>> {
        self.with(move |kept| {
            Ok(kept.runs.get(&run).into_iter().flat_map(|held| held.questions.values()).cloned().collect())
        })
    }

    fn put<'a>(&'a self, id: &'a str, message: &'a Message) -> Answering<'a, ()> {
        self.with(move |kept| kept.put(id, message))
    }

    fn messages(&self, run: u64) -> Answering<'_, Vec<(u64, Message)>> {
        self.with(move |kept| {
            let messages = kept.runs.get(&run).into_iter().flat_map(|held| &held.messages);
            Ok(messages.map(|(&number, message)| (number, message.clone())).collect())
        })
    }

    fn cancel<'a>(&'a self, id: &'a str, now: i64) -> Answering<'a, ()> {
        self.with(move |kept| kept.cancel(id, now))
    }

    fn signals<'a>(&'a self, owner: &'a str) -> Answering<'a, Vec<String>> {
        self.with(move |kept| Ok(kept.signals(owner)))
    }

    fn ready(&self, now: i64, limit: usize) -> Answering<'_, Vec<String>> {
        self.with(move |kept| Ok(kept.ready(now, limit)))
    }

    fn next_wake(&self) -> Answering<'_, Option<i64>> {
        self.with(|kept| Ok(kept.runs.values().filter_map(|held| held.info.wake_at).min()))
    }

    fn delete<'a>(&'a self, id: &'a str, now: i64) -> Answering<'a, bool> {
        self.with(move |kept| kept.delete(id, now))
    }

    fn prune(&self, ended_before: i64) -> Answering<'_, u64> {
        self.with(move |kept| Ok(kept.prune(ended_before)))
    }

    fn cached<'a>(&'a self, step: &'a str, input: &'a str, now: i64) -> Answering<'a, Option<String>> {
        self.with(move |kept| {
            let found = kept.cache.get(&(step.to_owned(), input.to_owned()));
            Ok(found.filter(|(_, until)| *until > now).map(|(output, _)| output.clone()))
        })
    }

    fn cache<'a>(&'a self, step: &'a str, input: &'a str, output: &'a str, until: i64) -> Answering<'a, ()> {
        self.with(move |kept| {
            kept.cache.insert((step.to_owned(), input.to_owned()), (output.to_owned(), until));
            Ok(())
        })
    }

    fn is_shared(&self) -> bool {
        false
    }
}
