//! Writing together: whoever gets the connection commits what everybody queued.
//!
//! A run that writes alone does so in place, at once. Where another one wrote last, a write is queued and its task gives way
//! once, so that others that are about to write can queue theirs; whoever is polled again first commits them all, in one
//! transaction with one flush. What is queued while a transaction is being made on another thread is for the next one. No
//! thread and no timer is needed for it, and no lock is held while the database is at work.

use crate::{store::Store, trouble::Trouble, writer::Writer};
use loomflow_runtime::journal::JournalError;
use std::{
    mem,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
};

/// Something to write.
pub(crate) trait Job: Send + Sync {
    /// Does it within a transaction. That may come to nothing, and then it is done again. What is refused is no trouble.
    fn run(&self, store: &mut Store<'_>) -> Result<(), Trouble>;

    /// Tells whoever asked for it that it is on disk or was refused, or else why it could not be done.
    fn settle(&self, failure: Option<JournalError>);

    /// What it is, as words that an error goes on with.
    fn tried(&self) -> &'static str;

    /// On whose behalf it is.
    fn writer(&self) -> u64;

    /// Who is to be told that there is something to do.
    fn waker(&self) -> Option<Waker>;

    /// Whether nobody waits for it any more.
    fn is_abandoned(&self) -> bool;
}

/// The same, for whoever asked for it.
trait Awaited<T>: Job {
    /// What came of the job, or else whom to wake when it is known.
    fn take(&self, context: &Context<'_>) -> Option<Result<T, JournalError>>;

    /// Nobody waits for it any more. Gives whether nothing came of it yet.
    fn abandon(&self) -> bool;
}

/// What waits to be written, and the connection while nobody writes.
#[derive(Default)]
struct Waiting {
    writer: Option<Writer>,
    jobs: Vec<Arc<dyn Job>>,
    /// Who wrote last, if that one wrote alone.
    last: Option<u64>,
}

/// Where jobs are queued.
pub(crate) struct Queue(Mutex<Waiting>);

impl Queue {
    pub(crate) fn new(writer: Writer) -> Self {
        Self(Mutex::new(Waiting { writer: Some(writer), ..Waiting::default() }))
    }

    /// Has something written on behalf of a writer: a number that tells runs from one another.
    pub(crate) fn write<T: Send + 'static>(
        self: &Arc<Self>,
        writer: u64,
        tried: &'static str,
        work: impl FnMut(&mut Store<'_>) -> Result<T, Trouble> + Send + 'static,
    ) -> Writing<T> {
        let job = Arc::new(Task {
            writer,
            tried,
            abandoned: AtomicBool::new(false),
            told: Mutex::new(Told::Nothing(None)),
            work: Mutex::new(Work { act: work, outcome: None }),
        });
        Writing { queue: Arc::clone(self), stage: Stage::New, job }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        lock(&self.0)
    }

    /// Commits what is queued, if nobody is at it.
    fn commit(&self) {
        let mut waiting = self.waiting();
        if waiting.jobs.is_empty() {
            return;
        }
        if let Some(writer) = waiting.writer.take() {
            let jobs = mem::take(&mut waiting.jobs);
            drop(waiting);
            self.commit_these(writer, jobs);
        }
    }

    /// Commits jobs and gives the connection back.
    ///
    /// What was queued in the meantime is left to those who queued it, who are woken, so that each batch is as large as it
    /// can be; unless one of them is gone.
    fn commit_these(&self, mut writer: Writer, mut jobs: Vec<Arc<dyn Job>>) {
        loop {
            writer.commit(&jobs);
            let mut waiting = self.waiting();
            waiting.last = match &*jobs {
                [job] => Some(job.writer()),
                _ => None,
            };
            if waiting.jobs.iter().any(|job| job.is_abandoned()) {
                jobs = mem::take(&mut waiting.jobs);
                continue;
            }
            waiting.writer = Some(writer);
            let wakers: Vec<Waker> = waiting.jobs.iter().filter_map(|job| job.waker()).collect();
            // A waker may poll at once, so no lock is held for it.
            drop(waiting);
            wakers.into_iter().for_each(Waker::wake);
            return;
        }
    }
}

/// A lock that no panic makes unusable: nothing that is held under one can be left half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What came of a job. A thousand of them are at hand at once and nearly none fails, so that takes little room.
type Outcome<T> = Result<T, Box<JournalError>>;

/// What is told of a job.
enum Told<T> {
    /// Nothing yet, and whom to wake.
    Nothing(Option<Waker>),
    All(Outcome<T>),
    Taken,
}

/// Work that is to be done, and what came of it. Whoever asked for it holds it to the end, so that the memory of what was
/// written is free where the next thing to write comes from, and not in the order in which all was committed.
struct Task<T, F> {
    writer: u64,
    tried: &'static str,
    abandoned: AtomicBool,
    told: Mutex<Told<T>>,
    work: Mutex<Work<T, F>>,
}

/// What is to be done, for whoever commits it.
struct Work<T, F> {
    act: F,
    /// What came of it, if the transaction comes to its end.
    outcome: Option<Outcome<T>>,
}

impl<T: Send, F: FnMut(&mut Store<'_>) -> Result<T, Trouble> + Send> Job for Task<T, F> {
    fn run(&self, store: &mut Store<'_>) -> Result<(), Trouble> {
        let mut work = lock(&self.work);
        work.outcome = Some(match (work.act)(store) {
            Ok(done) => Ok(done),
            Err(Trouble::Refused(error)) => Err(Box::new(error)),
            Err(trouble) => return Err(trouble),
        });
        Ok(())
    }

    fn settle(&self, failure: Option<JournalError>) {
        let outcome = match failure {
            Some(error) => Some(Err(Box::new(error))),
            None => lock(&self.work).outcome.take(),
        };
        if let Some(outcome) = outcome {
            let told = mem::replace(&mut *lock(&self.told), Told::All(outcome));
            if let Told::Nothing(Some(waker)) = told {
                waker.wake();
            }
        }
    }

    fn tried(&self) -> &'static str {
        self.tried
    }

    fn writer(&self) -> u64 {
        self.writer
    }

    fn waker(&self) -> Option<Waker> {
        match &*lock(&self.told) {
            Told::Nothing(waker) => waker.clone(),
            _ => None,
        }
    }

    fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::SeqCst)
    }
}

impl<T: Send, F: FnMut(&mut Store<'_>) -> Result<T, Trouble> + Send> Awaited<T> for Task<T, F> {
    fn take(&self, context: &Context<'_>) -> Option<Result<T, JournalError>> {
        let mut told = lock(&self.told);
        match &mut *told {
            Told::Nothing(waker) => {
                match waker {
                    Some(waker) => waker.clone_from(context.waker()),
                    None => *waker = Some(context.waker().clone()),
                }
                None
            }
            Told::All(_) => match mem::replace(&mut *told, Told::Taken) {
                Told::All(outcome) => Some(outcome.map_err(|error| *error)),
                _ => None,
            },
            Told::Taken => None,
        }
    }

    fn abandon(&self) -> bool {
        self.abandoned.store(true, Ordering::SeqCst);
        matches!(&*lock(&self.told), Told::Nothing(_))
    }
}

/// Something that is being written. Dropped while it is queued, it is written all the same.
pub(crate) struct Writing<T> {
    queue: Arc<Queue>,
    stage: Stage,
    job: Arc<dyn Awaited<T>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    New,
    Queued,
    Over,
}

impl<T: 'static> Future for Writing<T> {
    type Output = Result<T, JournalError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        match mem::replace(&mut this.stage, Stage::Queued) {
            Stage::New => {
                let job: Arc<dyn Job> = Arc::<dyn Awaited<T>>::clone(&this.job);
                let mut waiting = this.queue.waiting();
                let is_alone = waiting.jobs.is_empty() && waiting.last == Some(job.writer());
                if let Some(writer) = waiting.writer.take_if(|_| is_alone) {
                    drop(waiting);
                    this.queue.commit_these(writer, vec![job]);
                } else {
                    // Whoever commits it must find whom to wake, so that is said before it is queued.
                    this.job.take(context);
                    waiting.jobs.push(job);
                    let is_free = waiting.writer.is_some();
                    drop(waiting);
                    if is_free {
                        context.waker().wake_by_ref();
                    }
                    return Poll::Pending;
                }
            }
            Stage::Queued => {
                if let Some(outcome) = this.job.take(context) {
                    this.stage = Stage::Over;
                    return Poll::Ready(outcome);
                }
                this.queue.commit();
            }
            Stage::Over => {
                this.stage = Stage::Over;
                return Poll::Pending;
            }
        }
        match this.job.take(context) {
            Some(outcome) => {
                this.stage = Stage::Over;
                Poll::Ready(outcome)
            }
            None => Poll::Pending,
        }
    }
}

impl<T> Drop for Writing<T> {
    fn drop(&mut self) {
        if self.stage == Stage::Queued && self.job.abandon() {
            self.queue.commit();
        }
    }
}
