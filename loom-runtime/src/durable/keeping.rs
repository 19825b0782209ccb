//! What a run writes: records are put together as they come, and written when the run must not go on without them.

use super::{
    def::{Def, Told},
    error::LoomError,
    events::Outlet,
    forms::Forms,
    live::{ERROR, full},
    restore::Restored,
    scope::{Here, Scope, Valued},
    writing::{Wait, Writing},
};
use crate::{
    cancel::Cancel,
    clock::now_ms,
    driver::At,
    failure::Failure,
    journal::{Answering, Append, Asked, Claim, Head, Journal, JournalError, Link, Record, RecordKind, Status},
    locked::locked,
    machine::Place,
    meter::Usage,
    state::{Saved, Unfit},
};
use std::{
    collections::BTreeMap,
    future::{pending, poll_fn},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker, ready},
};

/// A value that is longer than this as JSON has a record of its own.
const SHORT: usize = 64;

/// Why a run stopped that has not ended. Nothing of it is performed from then on.
#[derive(Debug)]
pub(crate) enum Halt {
    /// Its journal refused.
    Journal(JournalError),
    /// Its graph is not the one it stands in.
    Unfit {
        /// The position, as it was recorded.
        at: String,
        /// What does not fit.
        unfit: Unfit,
    },
}

impl Halt {
    /// What whoever waits for the run is told.
    pub(super) fn into_error(self, id: &str) -> LoomError {
        match self {
            Halt::Journal(error) => LoomError::Journal(error),
            Halt::Unfit { at, unfit } => {
                LoomError::Changed { id: id.to_owned(), differences: vec![format!("at `{at}`: {unfit}")] }
            }
        }
    }
}

/// The journal of one run.
pub(crate) struct Keeping {
    pub(super) journal: Arc<dyn Journal>,
    pub(super) claim: Claim,
    pub(crate) cancel: Arc<Cancel>,
    /// Who watches the run is told there.
    pub(super) outlet: Arc<Outlet>,
    book: Mutex<Book>,
    writing: Mutex<Writing>,
    halted: AtomicBool,
    /// Why, until that is told.
    halt: Mutex<Option<Halt>>,
}

/// What was recorded.
#[derive(Debug, Default)]
struct Book {
    /// The number of the next record.
    next: u64,
    /// What it is chained to; none of a run that is not chained.
    link: Option<Link>,
    /// Where what is hashed is put together.
    room: Vec<u8>,
    /// Whether heads are kept, for the run is in more than one scope.
    parted: bool,
    /// The number of the record by which the run was tried again.
    retried: u64,
    forms: Forms,
    unwritten: Batch,
}

/// What was recorded and is not written yet.
#[derive(Debug, Default)]
struct Batch {
    records: Vec<Record>,
    heads: BTreeMap<String, u64>,
    forget: Vec<String>,
    asked: Vec<Asked>,
    taken: Vec<u64>,
    /// What became of questions here, where somebody may answer them at the same time.
    settled: Vec<Settled>,
}

/// What became of a question.
#[derive(Debug)]
enum Settled {
    /// Nobody waits for its answer any more.
    Closed(u64),
    /// An answer that came before it was taken.
    Answered(Asked),
}

/// What is to be recorded.
pub(crate) struct Entry {
    pub(super) kind: RecordKind,
    pub(super) turn: u64,
    pub(super) node: &'static str,
    pub(super) attempt: u32,
    pub(super) began_at: i64,
    pub(super) value: String,
}

impl Keeping {
    pub(super) fn new(
        journal: Arc<dyn Journal>,
        claim: Claim,
        cancel: Arc<Cancel>,
        outlet: &Arc<Outlet>,
        restored: Restored,
    ) -> Self {
        let Restored { last, link, parted, retried, forms, .. } = restored;
        outlet.stands(last, claim.token);
        let writing = Mutex::new(Writing::after(last));
        let book = Book { next: last + 1, link, parted, retried, forms, ..Book::default() };
        Keeping {
            journal,
            claim,
            cancel,
            outlet: Arc::clone(outlet),
            book: Mutex::new(book),
            writing,
            halted: AtomicBool::new(false),
            halt: Mutex::new(None),
        }
    }

    /// Stops the run. The first reason stands.
    pub(super) fn halt(&self, halt: Halt) {
        locked(&self.halt).get_or_insert(halt);
        self.halted.store(true, Ordering::Release);
    }

    pub(super) fn is_halted(&self) -> bool {
        self.halted.load(Ordering::Acquire)
    }

    pub(super) fn take_halt(&self) -> Option<Halt> {
        locked(&self.halt).take()
    }

    /// Records what happened at a node. Gives the number of the record.
    pub(crate) fn record(&self, scope: &Scope, entry: Entry) -> u64 {
        let after = scope.last();
        let mut here = scope.here();
        let mut book = locked(&self.book);
        let seq = book.next;
        self.push(&mut book, scope, &mut here, after, entry);
        seq
    }

    /// Records that a call of plain Rust failed, with its error as JSON, if it can be written so.
    pub(crate) fn broken(&self, scope: &Scope, entry: Entry, error: Option<&str>) {
        let raw = error.and_then(|error| super::scope::raw(error.to_owned()));
        let told = raw.map(|raw| Valued { name: ERROR, def: Some(Def::is(raw)), told: None });
        scope.here().tells(told.into_iter().collect());
        self.record(scope, entry);
        scope.here().tells(Vec::new());
    }

    fn push(&self, book: &mut Book, scope: &Scope, here: &mut Here, after: Option<u64>, entry: Entry) {
        if here.parted.is_some_and(|turn| turn < entry.turn) {
            here.parted = None;
            book.forget(&scope.path);
        }
        let seq = book.next;
        book.next += 1;
        let flags = (self.cancel.is_taken(), book.retried);
        let live = if here.same == Some(flags) {
            String::new()
        } else {
            book.forms.tell(seq, here.place, flags, &here.values)
        };
        let Entry { kind, turn, node, attempt, began_at, value } = entry;
        let record = Record {
            seq,
            kind,
            scope: scope.path.clone(),
            turn,
            node: node.to_owned(),
            label: here.labels.join(", "),
            attempt,
            began_at,
            at: now_ms(),
            after,
            live,
            value,
            by: here.by.take(),
            usage: here.spent(turn, kind),
            link: None,
        };
        book.adds(record);
        here.recorded(seq, flags);
        book.head(scope, seq);
    }

    /// Comes to a position with a state: what is live there and is written nowhere is written.
    pub(super) fn arrive(&self, scope: &Scope, turn: u64, place: &'static Place, state: &impl Saved) {
        let unwritten = {
            let mut here = scope.here();
            if let Some(tip) = here.tip.take_if(|tip| tip.turn == turn) {
                here.restored(place, tip);
                return;
            }
            here.arrive(place, turn)
        };
        if unwritten.is_empty() {
            return;
        }
        let mut written = Vec::with_capacity(unwritten.len());
        state.save(&mut |fields| {
            for &(index, name) in &unwritten {
                let json = fields.get(index).map(|field| field.json());
                match json {
                    Some(Ok(json)) => written.push((index, name, json)),
                    Some(Err(error)) => {
                        let unfit = Unfit::shape(name, &error);
                        self.halt(Halt::Unfit { at: place.position.to_owned(), unfit });
                    }
                    None => {}
                }
            }
        });
        for (index, name, json) in written {
            let def = self.value(scope, turn, name, json);
            scope.here().found(index, def);
        }
        self.shorten(scope, turn);
    }

    /// Says where a value stands that was computed: within each record, or when it is long in one of its own.
    pub(super) fn value(&self, scope: &Scope, turn: u64, name: &'static str, json: String) -> Def {
        if json.len() > SHORT {
            return Def::Output(self.aside(scope, turn, name, String::new(), json));
        }
        match super::scope::raw(json) {
            Some(raw) => Def::is(raw),
            None => Def::list(None, Vec::new()),
        }
    }

    /// Puts lists of many parts into records of their own.
    fn shorten(&self, scope: &Scope, turn: u64) {
        let long: Vec<_> = {
            let here = scope.here();
            let values = here.values.iter().enumerate();
            let long = values.filter_map(|(index, value)| match &value.def {
                Some(Def::Told(Told::List(_, items))) if items.len() > 8 && value.told.is_none() => {
                    Some((index, value.clone()))
                }
                _ => None,
            });
            long.collect()
        };
        for (index, value) in long {
            let name = value.name;
            let seq = self.aside(scope, turn, name, full("", (false, 0), &[value]), String::new());
            scope.here().found(index, Def::Told(Told::At(seq, name.to_owned())));
        }
    }

    /// Records a value apart from what happens.
    fn aside(&self, scope: &Scope, turn: u64, name: &'static str, live: String, value: String) -> u64 {
        let after = scope.last();
        let mut book = locked(&self.book);
        let seq = book.next;
        book.next += 1;
        let now = now_ms();
        book.adds(Record {
            seq,
            kind: RecordKind::Value,
            scope: scope.path.clone(),
            turn,
            node: name.to_owned(),
            label: String::new(),
            attempt: 0,
            began_at: now,
            at: now,
            after,
            live,
            value,
            by: None,
            usage: Usage::default(),
            link: None,
        });
        seq
    }

    /// Keeps a question that was asked by the record of this number.
    pub(super) fn asked(&self, asked: Asked) {
        locked(&self.book).unwritten.asked.push(asked);
    }

    /// Notes that a message was taken by what was just recorded.
    pub(super) fn taken(&self, message: u64) {
        locked(&self.book).unwritten.taken.push(message);
    }

    /// Notes that nobody waits for the answer to a question any more.
    pub(super) fn closed(&self, question: u64) {
        locked(&self.book).unwritten.settled.push(Settled::Closed(question));
    }

    /// Notes that a question was answered by what had come before it.
    pub(super) fn answered(&self, asked: Asked) {
        locked(&self.book).unwritten.settled.push(Settled::Answered(asked));
    }

    /// Waits until all that was recorded by now is written. When that cannot be, the run stops here.
    pub(crate) async fn flush(&self) {
        let last = locked(&self.book).next - 1;
        let mut wait = Wait::until(last);
        if poll_fn(|cx| self.poll_written(&mut wait, cx)).await.is_err() {
            pending::<()>().await;
        }
    }

    /// Writes what was recorded, and how the run stands now.
    pub(super) async fn write(&self, status: (Status, Option<i64>)) -> Result<(), ()> {
        let mut wait = Wait::with(status);
        poll_fn(|cx| {
            self.begins(cx.waker());
            self.poll_written(&mut wait, cx)
        })
        .await
    }

    /// The whole run is polled, by this one.
    pub(super) fn begins(&self, waker: &Waker) {
        locked(&self.writing).begins(waker);
    }

    /// Goes on with what is being written, and begins what is to be written next, until that is done which is waited for.
    ///
    /// One thing is written at a time. Nobody owns it: whoever waits brings it on, once each time the whole run is polled, and
    /// who polls the run does where nobody else did.
    pub(super) fn poll_written(&self, wait: &mut Wait, cx: &mut Context<'_>) -> Poll<Result<(), ()>> {
        loop {
            if self.is_halted() {
                return Poll::Ready(Err(()));
            }
            let mut writing = locked(&self.writing);
            if writing.is_free() {
                match self.next(writing.last, wait) {
                    Some((last, answer)) => writing.begin(last, answer),
                    None => return Poll::Ready(Ok(())),
                }
            } else if writing.is_past(wait.until) && locked(&self.book).unwritten.settled.is_empty() {
                return Poll::Ready(Ok(()));
            }
            let (written, others) = ready!(writing.poll(wait, cx));
            // Whoever is told may look at once, so no lock is held for it.
            drop(writing);
            match written {
                Ok(last) => self.outlet.written(last),
                Err(error) => self.halt(Halt::Journal(error)),
            }
            others.into_iter().for_each(Waker::wake);
        }
    }

    /// Begins to write what comes next, if that is waited for and not `written` yet. Gives the number of its last record.
    fn next(&self, written: u64, wait: &mut Wait) -> Option<(Option<u64>, Answering<'static, ()>)> {
        let mut book = locked(&self.book);
        if let Some(settled) = book.unwritten.settled.pop() {
            let settling = match settled {
                Settled::Closed(question) => self.append(Batch::default(), vec![question], None),
                Settled::Answered(asked) => {
                    self.append(Batch { asked: vec![asked], ..Batch::default() }, Vec::new(), None)
                }
            };
            return Some((None, Box::pin(unless_answered(settling))));
        }
        let status = wait.status.take();
        if status.is_none() && (book.unwritten.records.is_empty() || wait.until <= written) {
            return None;
        }
        let batch = std::mem::take(&mut book.unwritten);
        drop(book);
        let last = batch.records.last().map(|record| record.seq);
        Some((last, self.append(batch, Vec::new(), status)))
    }

    /// Records what the run has ended with, and lets go of it.
    pub(super) async fn end(&self, scope: &Scope, status: Status, value: String) -> Result<(), ()> {
        let turn = scope.here().turn;
        let entry = Entry { kind: RecordKind::Ended, turn, node: "", attempt: 0, began_at: now_ms(), value };
        self.record(scope, entry);
        self.write((status, None)).await
    }

    /// Lets go of a run that cannot go on here; what was recorded and not written is forgotten.
    pub(super) async fn release(&self) {
        // Whoever carries it on finds it as it was; that nobody is at it is told by the lease at the latest.
        let _ = self.append(Batch::default(), Vec::new(), Some((Status::Running, None))).await;
    }

    /// Closes questions without an answer, unless one was answered.
    pub(super) async fn close(&self, questions: Vec<u64>) -> Result<(), JournalError> {
        self.append(Batch::default(), questions, None).await
    }

    fn append(&self, batch: Batch, closed: Vec<u64>, status: Option<(Status, Option<i64>)>) -> Answering<'static, ()> {
        // What is written was recorded just before, so the clock need not be asked once more.
        let now = batch.records.last().map_or_else(now_ms, |record| record.at);
        let append = Append {
            records: batch.records,
            heads: batch.heads.into_iter().map(|(scope, seq)| Head { scope, seq }).collect(),
            forget: batch.forget,
            asked: batch.asked,
            closed,
            taken: batch.taken,
            status,
            ..Append::nothing(self.claim, now)
        };
        self.journal.append(append)
    }
}

impl Book {
    /// Adds the next record, chained to the one before it.
    fn adds(&mut self, mut record: Record) {
        self.link = self.link.map(|before| before.next_in(&record, &mut self.room));
        record.link = self.link;
        let records = &mut self.unwritten.records;
        if records.is_empty() {
            // Most often there is one, and a thousand runs hold theirs at once.
            records.reserve_exact(1);
        }
        records.push(record);
    }

    /// Notes the last record of a scope, where a run is in more than one.
    fn head(&mut self, scope: &Scope, seq: u64) {
        if let Some(outer) = &scope.outer {
            if !self.parted {
                self.parted = true;
                let mut around = Some(outer);
                while let Some(scope) = around {
                    if let Some(last) = scope.here().last {
                        self.unwritten.heads.insert(scope.path.clone(), last);
                    }
                    around = scope.outer.as_ref();
                }
            }
            let mut around = Some(outer);
            while let Some(scope) = around {
                let mut here = scope.here();
                here.parted = Some(here.turn);
                around = scope.outer.as_ref();
            }
        }
        if self.parted {
            self.unwritten.heads.insert(scope.path.clone(), seq);
        }
    }

    /// Forgets the heads of the scopes within one that has gone on.
    fn forget(&mut self, scope: &str) {
        self.unwritten.heads.retain(|head, _| !head.starts_with(scope));
        self.unwritten.forget.push(scope.to_owned());
        if scope.is_empty() {
            self.parted = false;
        }
    }
}

impl Entry {
    /// The same of an attempt, or of a timer, by its number.
    pub(crate) const fn number(mut self, number: u32) -> Self {
        self.attempt = number;
        self
    }
}

/// As what it is recorded that a node failed.
pub(crate) fn failed_as(failure: &Failure) -> RecordKind {
    if failure.is_cancelled() { RecordKind::Cancelled } else { RecordKind::Failed }
}

/// How a run stands that has ended with a failure.
pub(super) fn ended_as(failure: &Failure) -> Status {
    if failure.is_cancelled() { Status::Cancelled } else { Status::Failed }
}

/// A question may be answered at the moment it is settled here, and that is no reason to stop.
async fn unless_answered(settling: Answering<'static, ()>) -> Result<(), JournalError> {
    match settling.await {
        Err(JournalError::Answered { .. } | JournalError::Closed { .. }) => Ok(()),
        settled => settled,
    }
}

/// What is recorded at a place.
pub(crate) fn entry(at: &At<Arc<Scope>>, kind: RecordKind, began_at: i64, value: String) -> Entry {
    Entry { kind, turn: at.turn, node: at.place.node, attempt: 0, began_at, value }
}
