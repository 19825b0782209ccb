//! A journal whose writes meet with something: they take their time, fail, or are the last thing a program does.

use crate::journal::{
    Answering, Append, Asked, Begun, Claim, Filter, Head, Journal, JournalError, Message, NewRun, Record, RunInfo,
};
use std::{fmt, sync::Arc};

/// What becomes of the writes of a journal, and of all else that it is asked.
pub(super) trait Fate: fmt::Debug + Send + Sync + 'static {
    /// Does a write to a run, or does not.
    fn write<'a, T: Send + 'a>(&'a self, run: u64, write: Answering<'a, T>) -> Answering<'a, T>;

    /// Begins a run, or does not.
    fn begin<'a, T: Send + 'a>(&'a self, begin: Answering<'a, T>) -> Answering<'a, T> {
        begin
    }

    /// Reads, or does not.
    fn read<'a, T: Send + 'a>(&'a self, read: Answering<'a, T>) -> Answering<'a, T> {
        read
    }

    /// The time by the journal's clock, which may be ahead of the program's: then no lease stands of a program before it, and
    /// for the run no time has gone by.
    fn late(&self, now: i64) -> i64 {
        now
    }
}

/// A journal with a fate.
#[derive(Debug)]
pub struct Wrapped<F> {
    pub(super) kept: Arc<dyn Journal>,
    pub(super) fate: Arc<F>,
}

impl<F> Clone for Wrapped<F> {
    fn clone(&self) -> Self {
        Wrapped { kept: Arc::clone(&self.kept), fate: Arc::clone(&self.fate) }
    }
}

impl<F: Fate> Journal for Wrapped<F> {
    fn lease<'a>(&'a self, owner: &'a str, until: i64) -> Answering<'a, ()> {
        self.fate.read(self.kept.lease(owner, self.fate.late(until)))
    }
    fn begin<'a>(&'a self, run: &'a NewRun, owner: &'a str, now: i64) -> Answering<'a, Begun> {
        self.fate.begin(self.kept.begin(run, owner, self.fate.late(now)))
    }
    fn claim<'a>(&'a self, id: &'a str, owner: &'a str, now: i64, again: bool) -> Answering<'a, (Claim, RunInfo)> {
        self.fate.read(self.kept.claim(id, owner, self.fate.late(now), again))
    }
    fn append(&self, mut append: Append) -> Answering<'static, ()> {
        let (journal, run) = (self.clone(), append.claim.run);
        append.now = self.fate.late(append.now);
        Box::pin(async move {
            let write = Box::pin(async { journal.kept.append(append).await });
            journal.fate.write(run, write).await
        })
    }
    fn run<'a>(&'a self, id: &'a str) -> Answering<'a, Option<RunInfo>> {
        self.fate.read(self.kept.run(id))
    }
    fn runs<'a>(&'a self, filter: &'a Filter) -> Answering<'a, Vec<RunInfo>> {
        self.fate.read(self.kept.runs(filter))
    }
    fn input(&self, run: u64) -> Answering<'_, String> {
        self.fate.read(self.kept.input(run))
    }
    fn graph<'a>(&'a self, fingerprint: &'a str) -> Answering<'a, Option<String>> {
        self.fate.read(self.kept.graph(fingerprint))
    }
    fn record(&self, run: u64, seq: u64) -> Answering<'_, Option<Record>> {
        self.fate.read(self.kept.record(run, seq))
    }
    fn records(&self, run: u64, from: u64, limit: usize) -> Answering<'_, Vec<Record>> {
        self.fate.read(self.kept.records(run, from, limit))
    }
    fn last(&self, run: u64) -> Answering<'_, Option<Record>> {
        self.fate.read(self.kept.last(run))
    }
    fn heads(&self, run: u64) -> Answering<'_, Vec<Head>> {
        self.fate.read(self.kept.heads(run))
    }
    fn questions(&self, run: u64) -> Answering<'_, Vec<Asked>> {
        self.fate.read(self.kept.questions(run))
    }
    fn put<'a>(&'a self, id: &'a str, message: &'a Message) -> Answering<'a, ()> {
        self.fate.write(0, self.kept.put(id, message))
    }
    fn messages(&self, run: u64) -> Answering<'_, Vec<(u64, Message)>> {
        self.fate.read(self.kept.messages(run))
    }
    fn cancel<'a>(&'a self, id: &'a str, now: i64) -> Answering<'a, ()> {
        self.fate.write(0, self.kept.cancel(id, self.fate.late(now)))
    }
    fn signals<'a>(&'a self, owner: &'a str) -> Answering<'a, Vec<String>> {
        self.fate.read(self.kept.signals(owner))
    }
    fn ready(&self, now: i64, limit: usize) -> Answering<'_, Vec<String>> {
        self.fate.read(self.kept.ready(now, limit))
    }
    fn next_wake(&self) -> Answering<'_, Option<i64>> {
        self.fate.read(self.kept.next_wake())
    }
    fn delete<'a>(&'a self, id: &'a str, now: i64) -> Answering<'a, bool> {
        self.fate.read(self.kept.delete(id, self.fate.late(now)))
    }
    fn prune(&self, ended_before: i64) -> Answering<'_, u64> {
        self.fate.read(self.kept.prune(ended_before))
    }
    fn cached<'a>(&'a self, step: &'a str, input: &'a str, now: i64) -> Answering<'a, Option<String>> {
        self.fate.read(self.kept.cached(step, input, now))
    }
    fn cache<'a>(&'a self, step: &'a str, input: &'a str, output: &'a str, until: i64) -> Answering<'a, ()> {
        self.fate.read(self.kept.cache(step, input, output, until))
    }
    fn is_shared(&self) -> bool {
        false
    }
}

/// What a journal fails with that fails on demand.
pub(super) fn broken<'a, T: Send + 'a>(error: JournalError) -> Answering<'a, T> {
    Box::pin(std::future::ready(Err(error)))
}
