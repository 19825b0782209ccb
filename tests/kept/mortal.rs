//! A journal of a program that dies at a write.

use loomflow::journal::{
    Answering, Append, Asked, Begun, Claim, Filter, Head, Journal, JournalError, MemoryJournal, Message, NewRun,
    Record, RunInfo,
};
use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Notify, task::yield_now, time::sleep};

/// Where the program dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// A write is done, and nobody learns of it.
    Behind(usize),
    /// A write is never done.
    Before(usize),
    /// It lives.
    Never,
}

/// A journal of a program that dies: from its last write on nothing of it is answered any more.
#[derive(Debug, Clone)]
pub(crate) struct Mortal {
    kept: MemoryJournal,
    cut: Cut,
    writes: Arc<AtomicUsize>,
    died: Arc<Notify>,
    /// How many milliseconds after its clock it lives.
    later: i64,
    /// By what it is decided how long each write takes; none takes any time without.
    pace: Option<u64>,
}

const HOUR: i64 = 3_600_000;

impl Mortal {
    pub(crate) fn new(kept: &MemoryJournal, cut: Cut) -> Self {
        Self::after(kept, 0, cut)
    }

    /// The journal of a program that lives so many hours later than its clock says: no lease of the one before it stands.
    pub(crate) fn after(kept: &MemoryJournal, hours: i64, cut: Cut) -> Self {
        Mortal {
            kept: kept.clone(),
            cut,
            writes: Arc::default(),
            died: Arc::default(),
            later: hours * HOUR,
            pace: None,
        }
    }

    /// The same, with writes that take their time, each a different one.
    pub(crate) fn paced(mut self, pace: u64) -> Self {
        self.pace = Some(pace);
        self
    }

    /// Waits until the program dies.
    pub(crate) async fn died(&self) {
        self.died.notified().await;
    }

    /// How much was written.
    pub(crate) fn writes(&self) -> usize {
        self.writes.load(Ordering::Relaxed)
    }

    /// Does a write, or dies at it.
    async fn written(&self, write: Answering<'_, ()>) -> Result<(), JournalError> {
        let number = self.writes.fetch_add(1, Ordering::Relaxed);
        if let Some(pace) = self.pace {
            takes_time(pace.wrapping_mul(31).wrapping_add(number as u64)).await;
        }
        match self.cut {
            Cut::Behind(at) if number == at => {
                let _ = write.await;
                self.died.notify_one();
                pending().await
            }
            Cut::Before(at) if number == at => {
                self.died.notify_one();
                pending().await
            }
            Cut::Behind(at) | Cut::Before(at) if number > at => pending().await,
            _ => write.await,
        }
    }
}

/// A write that is answered at once, when others were polled some times, or after a while.
async fn takes_time(seed: u64) {
    // The finalizer of SplitMix64 (Steele, Lea and Flood, 2014).
    let seed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    match (seed >> 40) % 8 {
        0 => {}
        1 => sleep(Duration::from_millis(1)).await,
        2 => sleep(Duration::from_secs(1)).await,
        polls => {
            for _ in 2..polls {
                yield_now().await;
            }
        }
    }
}

impl Journal for Mortal {
    fn lease<'a>(&'a self, owner: &'a str, until: i64) -> Answering<'a, ()> {
        self.kept.lease(owner, until + self.later)
    }
    fn begin<'a>(&'a self, run: &'a NewRun, owner: &'a str, now: i64) -> Answering<'a, Begun> {
        self.kept.begin(run, owner, now + self.later)
    }
    fn claim<'a>(&'a self, id: &'a str, owner: &'a str, now: i64, again: bool) -> Answering<'a, (Claim, RunInfo)> {
        self.kept.claim(id, owner, now + self.later, again)
    }
    fn append(&self, mut append: Append) -> Answering<'static, ()> {
        let journal = self.clone();
        append.now += self.later;
        Box::pin(async move { journal.written(journal.kept.append(append)).await })
    }
    fn run<'a>(&'a self, id: &'a str) -> Answering<'a, Option<RunInfo>> {
        self.kept.run(id)
    }
    fn runs<'a>(&'a self, filter: &'a Filter) -> Answering<'a, Vec<RunInfo>> {
        self.kept.runs(filter)
    }
    fn input(&self, run: u64) -> Answering<'_, String> {
        self.kept.input(run)
    }
    fn graph<'a>(&'a self, fingerprint: &'a str) -> Answering<'a, Option<String>> {
        self.kept.graph(fingerprint)
    }
    fn record(&self, run: u64, seq: u64) -> Answering<'_, Option<Record>> {
        self.kept.record(run, seq)
    }
    fn records(&self, run: u64, from: u64, limit: usize) -> Answering<'_, Vec<Record>> {
        self.kept.records(run, from, limit)
    }
    fn last(&self, run: u64) -> Answering<'_, Option<Record>> {
        self.kept.last(run)
    }
    fn heads(&self, run: u64) -> Answering<'_, Vec<Head>> {
        self.kept.heads(run)
    }
    fn questions(&self, run: u64) -> Answering<'_, Vec<Asked>> {
        self.kept.questions(run)
    }
    fn put<'a>(&'a self, id: &'a str, message: &'a Message) -> Answering<'a, ()> {
        Box::pin(self.written(self.kept.put(id, message)))
    }
    fn messages(&self, run: u64) -> Answering<'_, Vec<(u64, Message)>> {
        self.kept.messages(run)
    }
    fn cancel<'a>(&'a self, id: &'a str, now: i64) -> Answering<'a, ()> {
        Box::pin(self.written(self.kept.cancel(id, now + self.later)))
    }
    fn signals<'a>(&'a self, owner: &'a str) -> Answering<'a, Vec<String>> {
        self.kept.signals(owner)
    }
    fn ready(&self, now: i64, limit: usize) -> Answering<'_, Vec<String>> {
        self.kept.ready(now + self.later, limit)
    }
    fn next_wake(&self) -> Answering<'_, Option<i64>> {
        self.kept.next_wake()
    }
    fn delete<'a>(&'a self, id: &'a str, now: i64) -> Answering<'a, bool> {
        self.kept.delete(id, now + self.later)
    }
    fn prune(&self, ended_before: i64) -> Answering<'_, u64> {
        self.kept.prune(ended_before + self.later)
    }
    fn cached<'a>(&'a self, step: &'a str, input: &'a str, now: i64) -> Answering<'a, Option<String>> {
        self.kept.cached(step, input, now + self.later)
    }
    fn cache<'a>(&'a self, step: &'a str, input: &'a str, output: &'a str, until: i64) -> Answering<'a, ()> {
        self.kept.cache(step, input, output, until + self.later)
    }
    fn is_shared(&self) -> bool {
        false
    }
}
