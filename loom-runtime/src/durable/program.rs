//! Runs of plain Rust: begun, carried on and ended by who awaits them, for no one else has the code.
//!
//! What a call in such a run does is known to `plain`.

use super::{
    carrying::same,
    driver::Durable,
    error::LoomError,
    idle::Idle,
    inner::Lively,
    keeping::{Keeping, ended_as},
    loom::Loom,
    restore::Restored,
    signal::Hearing,
};
use crate::{
    around::Within,
    attempt::panicked,
    cancel::Cancel,
    clock::now_ms,
    failure::{Failure, Fault},
    journal::{Begun, Claim, Journal, JournalError, Link, NewRun, Record, RecordKind, RunInfo, Status},
    meter::Budget,
    plain::{Calls, PLAIN, Replay, Stop, within},
    spans::InRun,
    state::{Fields, Unfit},
    value::Value,
};
use loomflow_graph::version::fingerprint;
use std::{
    any::type_name,
    collections::HashMap,
    fmt,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::Duration,
};
use tokio::time::{Instant, sleep_until};

/// How long a program whose calls are held back may take to make the one that is recorded next, when it waits for something
/// else than steps.
const GRACE: Duration = Duration::from_secs(1);

/// How many records are read at once.
const MANY: usize = 1_000;

/// What a program comes to.
enum Came<T> {
    Gave(T),
    Panicked(Failure),
    Stopped(Stop),
    Stuck,
    Halted,
    Signal,
}

impl<C: Send + Sync + 'static> Loom<C> {
    /// Runs plain Rust over steps, and keeps it: each call of a `#[step]` function in `program` is recorded, and when the run
    /// is cut off and run again, under the same id and with the same input, what is recorded is not done again.
    ///
    /// A call is told from others by the step's name and how often the program has called it, in the order in which calls are
    /// first polled; calls in a `join!` are recorded like others. Between its calls the program only computes: it takes the
    /// same way when it is run again, so what touches the world, or is another time another, is a step. A program that
    /// changed stops with [`LoomError::Changed`], which names the first difference, before it performs anything; the run
    /// stays as it is.
    ///
    /// Who awaits this has the run, and nobody else can carry it on: [`resume_all`](Self::resume_all) leaves it alone. It is
    /// listed, cancelled and deleted as every run is, as one of the workflow `plain`. A run that has ended gives what it gave.
    ///
    /// # Steps
    ///
    /// A step is retried, limited, cached and performed at most once as its `#[step(…)]` says; what it calls within itself
    /// is its own. A `#[run]` parameter is told of this run, whatever is passed for it. A step that is not async cannot wait:
    /// it is retried without pauses, neither cached nor, when it is `at_most_once`, performed at all, and its record is on
    /// disk when the next async step begins.
    ///
    /// The error of a step is the same when the run is carried on, if it is `Serialize + Deserialize`, or else made of the
    /// recorded [`Failure`] if it is `From<Failure>`. Of any other error only the text can be recorded, and such a call is
    /// made again. A failure that the function cannot return, as a time limit without `From<Failure>`, ends the run with it.
    ///
    /// # Errors
    /// [`LoomError::Failed`] with what `program` fails with, [`LoomError::Another`] when there is a run of that id with another
    /// input or of a workflow, [`LoomError::Changed`], and what the journal fails with: [`JournalError::Held`] when somebody
    /// else is at the run.
    pub fn run<'p, I: Value, T: Value, E: Fault, F: Future<Output = Result<T, E>> + Send + 'p>(
        &self,
        id: impl Into<String>,
        input: I,
        program: impl FnOnce(I) -> F + Send + 'p,
    ) -> Program<'p, T> {
        let loom = self.clone();
        let run = new(id.into(), &input, type_name_of(&program));
        let program = async move { program(input).await.map_err(Failure::new) };
        Program { run, work: Box::new(move |run| Box::pin(loom.run_program(run, program))) }
    }

    async fn run_program<T: Value>(
        self,
        run: NewRun,
        program: impl Future<Output = Result<T, Failure>> + Send,
    ) -> Result<T, LoomError> {
        let inner = &self.0;
        inner.ready().await?;
        let held = |id: String| JournalError::Held { id, owner: inner.owner.clone(), left_ms: 0 };
        let lively = inner.enliven(&run.id).ok_or_else(|| held(run.id.clone()))?;
        let now = now_ms();
        let (claim, records, info, input) = match inner.journal.begin(&run, &inner.owner, now).await? {
            Begun::New(claim) => {
                let info = RunInfo::of(claim.run, &run, &inner.owner, now);
                (claim, Vec::new(), info, run.input)
            }
            Begun::Exists(info) => {
                same(inner, &run, &info).await?;
                if info.status.is_end() {
                    return inner.ended(&info).await;
                }
                let (claim, info) = inner.journal.claim(&run.id, &inner.owner, now_ms(), false).await?;
                let (records, input) =
                    (records(&*inner.journal, info.run).await?, inner.journal.input(info.run).await?);
                (claim, records, info, input)
            }
        };
        let calls = Arc::new(calls(&lively, claim, records, info, &input));
        drive(&calls, &lively, &run.id, program).await
    }
}

type Running<'p, T> = Pin<Box<dyn Future<Output = Result<T, LoomError>> + Send + 'p>>;

/// Plain Rust that is to be run: a future of what it gives. See [`Loom::run`].
#[must_use = "a program does not run until this is awaited"]
pub struct Program<'p, T> {
    run: Result<NewRun, Unfit>,
    work: Box<dyn FnOnce(NewRun) -> Running<'p, T> + Send + 'p>,
}

impl<T> fmt::Debug for Program<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program").field("run", &self.run).finish_non_exhaustive()
    }
}

impl<T> Program<'_, T> {
    /// Whom the run is for.
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.run = self.run.map(|run| NewRun { user: Some(user.into()), ..run });
        self
    }

    /// The session the run belongs to.
    pub fn session(mut self, session: impl Into<String>) -> Self {
        self.run = self.run.map(|run| NewRun { session: Some(session.into()), ..run });
        self
    }

    /// How much the run may spend on models: see [`Start::budget`](crate::Start::budget).
    pub fn budget(mut self, budget: Budget) -> Self {
        self.run = self.run.map(|run| NewRun { budget: Some(budget), ..run });
        self
    }
}

impl<'p, T: Send + 'p> IntoFuture for Program<'p, T> {
    type Output = Result<T, LoomError>;
    type IntoFuture = Running<'p, T>;

    fn into_future(self) -> Self::IntoFuture {
        match self.run {
            Ok(run) => (self.work)(run),
            Err(unfit) => Box::pin(async { Err(LoomError::Unfit(unfit)) }),
        }
    }
}

fn type_name_of<T>(_: &T) -> &'static str {
    type_name::<T>()
}

/// The run that is to begin. Which closure it is run by is kept in the place of a graph; it is for people to read.
fn new(id: String, input: &impl Value, program: &str) -> Result<NewRun, Unfit> {
    let mut fields = Fields::new();
    fields.put("input", input)?;
    let graph = format!("{PLAIN} {program}");
    Ok(NewRun {
        id,
        workflow: PLAIN.to_owned(),
        version: 0,
        fingerprint: fingerprint(&graph),
        graph,
        input: fields.into_json(),
        user: None,
        session: None,
        metadata: None,
        budget: None,
    })
}

async fn records(journal: &dyn Journal, run: u64) -> Result<Vec<Record>, JournalError> {
    let mut records: Vec<Record> = Vec::new();
    loop {
        let from = records.last().map_or(0, |last| last.seq + 1);
        let more = journal.records(run, from, MANY).await?;
        if more.is_empty() {
            return Ok(records);
        }
        records.extend(more);
    }
}

fn calls<C>(lively: &Lively<C>, claim: Claim, records: Vec<Record>, info: RunInfo, input: &str) -> Calls {
    let inner = &lively.inner;
    let cancelled = records.iter().any(|record| record.kind == RecordKind::Cancelled);
    let cancel = Arc::new(Cancel::default());
    if cancelled {
        cancel.was_taken();
    }
    let (last, link) = match records.last() {
        Some(last) => (last.seq, last.link),
        None => (0, inner.chained.then(|| Link::beginning(&info, input))),
    };
    let restored = Restored { last, link, ..Restored::default() };
    let keeping = Keeping::new(Arc::clone(&inner.journal), claim, cancel, &lively.live.outlet, restored);
    let cancels = info.cancel_at.is_some() && !cancelled;
    Calls::new(Durable::new(keeping, HashMap::new(), cancels, info, inner.given.clone()), Replay::new(records))
}

/// Runs a program to its end, or to where it cannot go on.
async fn drive<C: Send + Sync + 'static, T: Value>(
    calls: &Arc<Calls>,
    lively: &Lively<C>,
    id: &str,
    program: impl Future<Output = Result<T, Failure>> + Send,
) -> Result<T, LoomError> {
    let driver = &calls.driver;
    let changed = |difference: String| LoomError::Changed { id: id.to_owned(), differences: vec![difference] };
    let outcome = {
        let around = driver.around();
        let mut program = pin!(InRun::new(PLAIN, Some(driver.of()), Within::new(&around, program)));
        let mut idle = Idle::new(&driver.keeping);
        loop {
            match next(calls, lively, program.as_mut(), &mut idle).await {
                Came::Gave(gave) => match calls.difference() {
                    Some(difference) => break Err(changed(difference)),
                    None => break Ok(gave),
                },
                Came::Panicked(failure) | Came::Stopped(Stop::Failed(failure)) => break Ok(Err(failure)),
                Came::Stopped(Stop::Changed(difference)) => break Err(changed(difference)),
                Came::Stuck => break Err(changed(calls.difference().unwrap_or_default())),
                Came::Signal => driver.signalled(id).await,
                Came::Halted => break Err(halted(driver, id)),
            }
        }
    };
    match outcome {
        Ok(outcome) => ended(calls, id, outcome).await,
        Err(error) => {
            driver.waiting.put_aside();
            if !matches!(error, LoomError::Journal(_)) {
                driver.keeping.release().await;
            }
            Err(error)
        }
    }
}

/// Polls a program until something comes of it.
async fn next<C, R, P: Future<Output = R>>(
    calls: &Arc<Calls>,
    lively: &Lively<C>,
    mut program: Pin<&mut P>,
    idle: &mut Idle<'_>,
) -> Came<R> {
    let driver = &calls.driver;
    let mut hearing = Hearing::new(&lively.live.signal);
    let mut grace = pin!(sleep_until(Instant::now()));
    let mut stuck = false;
    poll_fn(|cx| {
        idle.begins(cx);
        // What it leaves behind when it panics is dropped with it, unseen.
        let polled = within(calls, || catch_unwind(AssertUnwindSafe(|| program.as_mut().poll(cx))));
        driver.settled();
        if let Some(stop) = calls.take_stop() {
            return Poll::Ready(Came::Stopped(stop));
        }
        if driver.keeping.is_halted() {
            return Poll::Ready(Came::Halted);
        }
        match polled {
            Ok(Poll::Ready(gave)) => return Poll::Ready(Came::Gave(gave)),
            Ok(Poll::Pending) => {}
            Err(payload) => return Poll::Ready(Came::Panicked(panicked(&*payload))),
        }
        if hearing.poll(cx).is_ready() {
            return Poll::Ready(Came::Signal);
        }
        idle.poll(cx);
        if driver.keeping.is_halted() {
            return Poll::Ready(Came::Halted);
        }
        if !calls.is_stuck() {
            stuck = false;
            return Poll::Pending;
        }
        if !std::mem::replace(&mut stuck, true) {
            grace.as_mut().reset(Instant::now() + GRACE);
        }
        grace.as_mut().poll(cx).map(|()| Came::Stuck)
    })
    .await
}

fn halted(driver: &Durable, id: &str) -> LoomError {
    let halt = driver.keeping.take_halt();
    halt.map_or_else(|| LoomError::Failed(crate::failure::lost()), |halt| halt.into_error(id))
}

/// Records what a run ended with.
async fn ended<T: Value>(calls: &Calls, id: &str, outcome: Result<T, Failure>) -> Result<T, LoomError> {
    let driver = &calls.driver;
    let (status, value) = match &outcome {
        Ok(output) => match output.write() {
            Ok(value) => (Status::Done, value),
            Err(error) => {
                driver.keeping.release().await;
                return Err(LoomError::Unfit(Unfit::shape("the output", &error)));
            }
        },
        Err(failure) => (ended_as(failure), failure.write().unwrap_or_default()),
    };
    match driver.keeping.end(calls.root(), status, value).await {
        Ok(()) => outcome.map_err(LoomError::Failed),
        Err(()) => Err(halted(driver, id)),
    }
}
