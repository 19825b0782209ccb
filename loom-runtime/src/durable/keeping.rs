//! What a run writes: records are put together as they come, and written when the run must not go on without them.

use super::{
    book::{Book, Settled},
    def::{Def, Told},
    error::LoomError,
    events::Outlet,
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
    journal::{Answering, Append, Asked, Claim, Journal, JournalError, Record, RecordKind, Status},
    locked::locked,
    machine::Place,
    meter::Usage,
    state::{Saved, Unfit},
};
use serde_json::value::RawValue;
use std::{
    future::{pending, poll_fn},
    sync::{
        Arc, Mutex, MutexGuard,
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
    kept: Mutex<Kept>,
    halted: AtomicBool,
    /// Why, until that is told.
    halt: Mutex<Option<Halt>>,
}

/// What was recorded, and what of it is being written: a step looks at both.
struct Kept {
    book: Book,
    writing: Writing,
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
        let last = restored.last;
        outlet.stands(last, claim.token);
        let kept = Kept { book: Book::behind(restored), writing: Writing::after(last) };
        Keeping {
            journal,
            claim,
            cancel,
            outlet: Arc::clone(outlet),
            kept: Mutex::new(kept),
            halted: AtomicBool::new(false),
            halt: Mutex::new(None),
        }
    }

    // Nothing under the lock can panic half-way.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        locked(&self.kept)
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
        self.push(scope, &mut scope.here(), entry)
    }

    /// Records what a node gave, from which on that stands there. Where no attempt is told, it is the one after those that
    /// have failed.
    pub(super) fn gives(&self, scope: &Scope, entry: Entry, attempt: Option<u32>) {
        let mut here = scope.here();
        let attempt = attempt.unwrap_or(here.attempts + 1);
        let seq = self.push(scope, &mut here, entry.number(attempt));
        here.outcome = Some(Def::Output(seq));
    }

    /// Records that a call of plain Rust failed, with its error as JSON, if it can be written so.
    pub(crate) fn broken(&self, scope: &Scope, entry: Entry, error: Option<&str>) {
        let json = error.filter(|error| serde_json::from_str::<&RawValue>(error).is_ok());
        let def = json.map(|json| Def::is(json.to_owned()));
        let told = def.map(|def| Valued { name: ERROR, def: Some(def), told: None });
        scope.here().tells(told.into_iter().collect());
        self.record(scope, entry);
        scope.here().tells(Vec::new());
    }

    fn push(&self, scope: &Scope, here: &mut Here, entry: Entry) -> u64 {
        let after = here.last.or_else(|| scope.outer.as_ref()?.last());
        let mut kept = self.kept();
        let book = &mut kept.book;
        if here.parted.is_some_and(|turn| turn < entry.turn) {
            here.parted = None;
            book.forget(&scope.path);
        }
        let seq = book.number();
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
            node: node.into(),
            label: here.label(),
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
        seq
    }

    /// Comes to a position with a state: what is live there and is written nowhere is written.
    pub(super) fn arrive(&self, scope: &Scope, turn: u64, place: &'static Place, state: &impl Saved) {
        // Most often there is one at most, and a list of them would have to be made for every step.
        let mut unwritten = {
            let mut here = scope.here();
            if let Some(tip) = here.tip.take_if(|tip| tip.turn == turn) {
                here.restored(place, tip);
                return;
            }
            here.arrive(place, turn);
            here.unwritten(0)
        };
        let mut long = false;
        while let Some((index, name)) = unwritten {
            let mut json = None;
            state.save(&mut |fields| json = fields.get(index).map(|field| field.json()));
            let def = match json.transpose() {
                Ok(json) => json.map(|json| self.value(scope, turn, name, json)),
                Err(error) => {
                    let unfit = Unfit::shape(name, &error);
                    self.halt(Halt::Unfit { at: place.position.to_owned(), unfit });
                    None
                }
            };
            let mut here = scope.here();
            if let Some(def) = def {
                here.found(index, def);
            }
            long = here.long().next().is_some();
            unwritten = here.unwritten(index + 1);
        }
        if long {
            self.shorten(scope, turn);
        }
    }

    /// Says where a value stands that was computed: within each record, or when it is long in one of its own.
    pub(super) fn value(&self, scope: &Scope, turn: u64, name: &'static str, json: String) -> Def {
        if json.len() <= SHORT {
            return Def::is(json);
        }
        Def::Output(self.aside(scope, turn, name, String::new(), json))
    }

    /// Puts lists of many parts into records of their own.
    fn shorten(&self, scope: &Scope, turn: u64) {
        let long: Vec<_> = scope.here().long().map(|(index, value)| (index, value.clone())).collect();
        for (index, value) in long {
            let name = value.name;
            let seq = self.aside(scope, turn, name, full("", (false, 0), &[value]), String::new());
            scope.here().found(index, Def::Told(Told::At(seq, name.to_owned())));
        }
    }

    /// Records a value apart from what happens.
    fn aside(&self, scope: &Scope, turn: u64, name: &'static str, live: String, value: String) -> u64 {
        let after = scope.last();
        let book = &mut self.kept().book;
        let seq = book.number();
        let now = now_ms();
        book.adds(Record {
            seq,
            kind: RecordKind::Value,
            scope: scope.path.clone(),
            turn,
            node: name.into(),
            label: "".into(),
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
        self.kept().book.asked(asked);
    }

    /// Notes that a message was taken by what was just recorded.
    pub(super) fn taken(&self, message: u64) {
        self.kept().book.taken(message);
    }

    /// Notes that nobody waits for the answer to a question any more.
    pub(super) fn closed(&self, question: u64) {
        self.kept().book.settled.push(Settled::Closed(question));
    }

    /// Notes that a question was answered by what had come before it.
    pub(super) fn answered(&self, asked: Asked) {
        self.kept().book.settled.push(Settled::Answered(asked));
    }

    /// Waits until all that was recorded by now is written. When that cannot be, the run stops here.
    pub(crate) async fn flush(&self) {
        let mut wait = Wait::recorded();
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
        self.kept().writing.begins(waker);
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
            let mut kept = self.kept();
            let Kept { book, writing } = &mut *kept;
            let until = *wait.until.get_or_insert_with(|| book.last());
            if writing.is_free() {
                match self.next(book, writing.last, wait, until) {
                    Some((last, answer)) => writing.begin(last, answer),
                    None => return Poll::Ready(Ok(())),
                }
            } else if writing.is_past(until) && book.settled.is_empty() {
                return Poll::Ready(Ok(()));
            }
            let (written, others) = ready!(writing.poll(wait, cx));
            let is_over = wait.status.is_none() && !book.has_more(writing.last, until);
            // Whoever is told may look at once, so no lock is held for it.
            drop(kept);
            match written {
                Ok(last) => self.outlet.written(last),
                Err(error) => self.halt(Halt::Journal(error)),
            }
            others.into_iter().for_each(Waker::wake);
            if is_over && !self.is_halted() {
                return Poll::Ready(Ok(()));
            }
        }
    }

    /// Begins to write what comes next, if that is waited for and not `written` yet. Gives the number of its last record.
    fn next(
        &self,
        book: &mut Book,
        written: u64,
        wait: &mut Wait,
        until: u64,
    ) -> Option<(Option<u64>, Answering<'static, ()>)> {
        if let Some(settled) = book.settled.pop() {
            let mut append = Append::nothing(self.claim, now_ms());
            match settled {
                Settled::Closed(question) => append.closed.push(question),
                Settled::Answered(asked) => append.asked.push(asked),
            }
            return Some((None, Box::pin(unless_answered(self.journal.append(append)))));
        }
        let status = wait.status.take();
        if status.is_none() && !book.has_more(written, until) {
            return None;
        }
        let batch = book.take();
        // What is written was recorded just before, so the clock need not be asked once more.
        let (last, now) = batch.last().map_or_else(|| (None, now_ms()), |(last, at)| (Some(last), at));
        Some((last, self.journal.append(batch.append(self.claim, now, status))))
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
        let status = Some((Status::Running, None));
        let _ = self.journal.append(Append { status, ..Append::nothing(self.claim, now_ms()) }).await;
    }

    /// Closes questions without an answer, unless one was answered.
    pub(super) async fn close(&self, questions: Vec<u64>) -> Result<(), JournalError> {
        self.journal.append(Append { closed: questions, ..Append::nothing(self.claim, now_ms()) }).await
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
