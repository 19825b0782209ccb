//! What begins runs that are kept, and carries them on.

use super::{
    answer::Answer,
    builder::Builder,
    changes::changed,
    driver::Durable,
    error::LoomError,
    handle::Handle,
    keeper,
    keeping::{Halt, Keeping},
    live::Def,
    once::Settled,
    registry::{Registry, Runner},
    resolve::Resolver,
    restore::{Restored, restore, try_again},
    start::{Inputs, Start},
    task::Came,
};
use crate::{
    ask::Ask,
    cancel::Cancel,
    clock::{before, now_ms},
    failure::Failure,
    journal::{
        Append, Asked, Begun, Claim, Filter, Journal, JournalError, NewRun, QuestionState, RecordKind, RunInfo, Status,
    },
    machine::Machine,
    plain::PLAIN,
    state::GIVEN,
    step::Step,
    value::Value,
    visit::Of,
};
use std::{
    collections::{HashMap, HashSet, hash_map},
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};
use tokio::sync::{Notify, OnceCell, watch};

/// Begins runs that outlive their process, carries them on, answers and cancels them.
///
/// A cheap clone; one is enough for thousands of runs at once. Its methods need a Tokio runtime with its timer on.
pub struct Loom<C>(pub(super) Arc<Inner<C>>);

impl<C> Clone for Loom<C> {
    fn clone(&self) -> Self {
        Loom(Arc::clone(&self.0))
    }
}

impl<C> fmt::Debug for Loom<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loom").field("journal", &self.0.journal).field("owner", &self.0.owner).finish_non_exhaustive()
    }
}

pub(super) struct Inner<C> {
    pub(super) context: C,
    pub(super) journal: Arc<dyn Journal>,
    /// The name under which runs are claimed.
    pub(super) owner: String,
    pub(super) lease: Duration,
    pub(super) workflows: RwLock<Registry<C>>,
    /// The runs that are carried on here.
    pub(super) live: Mutex<HashMap<String, Arc<Live>>>,
    /// The runs that were put aside here, to be gone on with when their time has come.
    pub(super) aside: Mutex<HashSet<String>>,
    /// The runs that stopped here because the lease was over, to be gone on with when it is renewed.
    pub(super) lost: Mutex<HashSet<String>>,
    /// Whether runs of others are carried on that nobody is at any more.
    pub(super) adopts: AtomicBool,
    /// Is told that a run was put aside.
    pub(super) kept: Arc<Notify>,
    keeper: OnceCell<()>,
}

/// A run that is carried on here.
pub(super) struct Live {
    pub(super) signal: Notify,
    pub(super) state: watch::Sender<State>,
}

impl Live {
    /// Whether somebody waits for what the run comes to.
    pub(super) fn is_watched(&self) -> bool {
        self.state.receiver_count() > 0
    }
}

/// What a run has ended with, as JSON.
#[derive(Debug, Clone)]
pub(super) enum End {
    Done(String),
    Failed(String),
}

/// How a run stands that is, or was, carried on here.
#[derive(Clone)]
pub(super) enum State {
    Working,
    Left,
    Ended(End),
    Stopped(Arc<LoomError>),
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A question that a run waits with.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OpenQuestion {
    /// The node that asks.
    pub node: String,
    /// The ask.
    pub ask: String,
    /// Its number in the journal of its run.
    pub number: u64,
    /// What is asked.
    pub question: crate::Question,
    /// When it was asked.
    pub asked_at: SystemTime,
}

impl<C: Send + Sync + 'static> Loom<C> {
    /// Builds one, whose runs are lent this context.
    pub fn builder(context: C) -> Builder<C> {
        Builder::new(context)
    }

    pub(super) fn new(
        context: C,
        journal: Arc<dyn Journal>,
        owner: String,
        lease: Duration,
        workflows: Registry<C>,
    ) -> Self {
        Loom(Arc::new(Inner {
            context,
            journal,
            owner,
            lease,
            workflows: RwLock::new(workflows),
            live: Mutex::default(),
            aside: Mutex::default(),
            lost: Mutex::default(),
            adopts: AtomicBool::new(false),
            kept: Arc::default(),
            keeper: OnceCell::new(),
        }))
    }

    /// Begins a run. When it gives a handle, the run is in the journal.
    ///
    /// The same id with the same input is the same run: a second one is not begun, and one that was cut off is carried on.
    /// A workflow of several inputs takes a tuple of them: `loom.start::<Triage>("ticket-42", (ticket, desk)).user("ada").await`.
    ///
    /// # Errors
    /// [`LoomError::Another`] when there is a run of that id with another input or of another workflow, and what the journal
    /// fails with.
    pub fn start<W: Machine<C>>(&self, id: impl Into<String>, input: impl Inputs<W::Input>) -> Start<C, W> {
        Start::new(self.clone(), self.register::<W>(), id.into(), input.inputs())
    }

    /// A handle of a run that was begun before.
    pub fn handle<W: Machine<C>>(&self, id: impl Into<String>) -> Handle<C, W> {
        self.register::<W>();
        Handle::new(self.clone(), id.into())
    }

    /// Carries a run on that nobody is at: one that was cut off, or that waits and whose answer has come. It goes on in the
    /// background; one that is carried on here already just does so.
    ///
    /// # Errors
    /// [`JournalError::Held`] when another process is at it, [`LoomError::Unregistered`] when its workflow was not named to
    /// this `Loom`, and what the journal fails with.
    pub async fn resume(&self, id: &str) -> Result<(), LoomError> {
        self.0.ready().await?;
        carry(&self.0, id, false).await
    }

    /// Carries on all runs that nobody is at and that can go on, and from then on those of other processes that die. Gives
    /// how many go on now.
    ///
    /// A run that cannot be carried on in this program, as its workflow is not known here or has changed, is left as it is;
    /// `tracing` is told.
    ///
    /// # Errors
    /// What the journal fails with.
    pub async fn resume_all(&self) -> Result<usize, LoomError> {
        self.0.ready().await?;
        self.0.adopts.store(true, Ordering::Relaxed);
        let resumed = keeper::adopt(&self.0).await?;
        self.0.kept.notify_one();
        Ok(resumed)
    }

    /// Tries a run again that has failed, from where it stood: what is recorded is not done again, the step that failed is.
    ///
    /// # Errors
    /// [`JournalError::Ended`] when it has ended otherwise, and those of [`resume`](Self::resume).
    pub async fn retry(&self, id: &str) -> Result<(), LoomError> {
        self.0.ready().await?;
        carry(&self.0, id, true).await
    }

    /// Asks that a run be cancelled: where it stands, its nodes fail with [`Cancelled`](crate::FailureKind::Cancelled). The
    /// request is in the journal when this returns.
    ///
    /// # Errors
    /// When there is no such run, or it has ended.
    pub async fn cancel(&self, id: &str) -> Result<(), LoomError> {
        self.0.journal.cancel(id, now_ms()).await?;
        nudge(&self.0, id).await
    }

    /// Answers a question of a run: `loom.answer::<approve>("ticket-42", Approval::Granted).await?`.
    ///
    /// The answer is in the journal when this returns, and the run goes on, here when it can. The first answer stands.
    ///
    /// # Errors
    /// [`LoomError::Answered`] when the question was answered before, [`LoomError::Late`] when it is no longer open,
    /// [`LoomError::NotAsked`] when it was never asked, [`LoomError::Ambiguous`] when the run waits at several nodes of that
    /// ask and none was said.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an answer is given away, and most are written where they are given"
    )]
    pub fn answer<A: Ask>(&self, id: impl Into<String>, answer: A::Output) -> Answer<C> {
        Answer::new(self.clone(), id.into(), A::NAME, answer.write(), A::INBOX)
    }

    /// The same with an answer as JSON, for the ask, or the node, of this name. It is checked to be of the shape the ask
    /// needs.
    ///
    /// # Errors
    /// Those of [`answer`](Self::answer), and [`LoomError::Shape`].
    pub fn answer_json(&self, id: impl Into<String>, ask: &str, json: impl Into<String>) -> Answer<C> {
        Answer::untyped(self.clone(), id.into(), ask, json.into())
    }

    /// Says whether a step happened that must not happen twice ([`at_most_once`](crate::Step::POLICY)), where a run was cut off
    /// in it: `loom.settle::<charge>("order-7", Settled::Happened(receipt)).by("ada").await?`.
    ///
    /// What happened is recorded as the output of the step, and the run goes on with it. What did not is performed. As JSON
    /// it is an [answer](Self::answer_json) to the step: `{"happened": output}` or `"did_not"`.
    ///
    /// # Errors
    /// Those of [`answer`](Self::answer); [`LoomError::NotAsked`] when the run knows how the step came out.
    pub fn settle<S: Step>(&self, id: impl Into<String>, settled: Settled<S::Output>) -> Answer<C> {
        Answer::new(self.clone(), id.into(), S::NAME, settled.write(), false)
    }

    /// The questions a run waits with.
    ///
    /// # Errors
    /// When there is no such run, and what the journal fails with.
    pub async fn questions(&self, id: &str) -> Result<Vec<OpenQuestion>, LoomError> {
        let info = self.0.info(id).await?;
        let asked = self.0.journal.questions(info.run).await?;
        Ok(asked.into_iter().filter(|asked| asked.state == QuestionState::Open).filter_map(open).collect())
    }

    /// What is known of a run.
    ///
    /// # Errors
    /// What the journal fails with.
    pub async fn info(&self, id: &str) -> Result<Option<RunInfo>, LoomError> {
        Ok(self.0.journal.run(id).await?)
    }

    /// The runs a filter lets through, the newest first.
    ///
    /// # Errors
    /// What the journal fails with.
    pub async fn runs(&self, filter: &Filter) -> Result<Vec<RunInfo>, LoomError> {
        Ok(self.0.journal.runs(filter).await?)
    }

    /// Deletes a run with all that is kept of it. Gives whether there was one.
    ///
    /// # Errors
    /// [`JournalError::Held`] when somebody is at it.
    pub async fn delete(&self, id: &str) -> Result<bool, LoomError> {
        Ok(self.0.journal.delete(id, now_ms()).await?)
    }

    /// Deletes the runs that ended longer ago than this. Gives how many.
    ///
    /// # Errors
    /// What the journal fails with.
    pub async fn prune(&self, age: Duration) -> Result<u64, LoomError> {
        Ok(self.0.journal.prune(before(age)).await?)
    }

    /// The journal.
    #[must_use]
    pub fn journal(&self) -> &Arc<dyn Journal> {
        &self.0.journal
    }

    pub(super) fn register<W: Machine<C>>(&self) -> Arc<dyn Runner<C>> {
        self.0.workflows.write().unwrap_or_else(PoisonError::into_inner).put::<W>()
    }
}

fn open(asked: Asked) -> Option<OpenQuestion> {
    let at = u64::try_from(asked.at).unwrap_or_default();
    Some(OpenQuestion {
        node: asked.node,
        ask: asked.ask,
        number: asked.seq,
        question: serde_json::from_str(&asked.question?).ok()?,
        asked_at: SystemTime::UNIX_EPOCH + Duration::from_millis(at),
    })
}

impl<C: Send + Sync + 'static> Inner<C> {
    /// Sees to it that this owner has its lease, and that somebody renews it.
    pub(super) async fn ready(self: &Arc<Self>) -> Result<(), JournalError> {
        self.keeper
            .get_or_try_init(|| async {
                self.renew().await?;
                tokio::spawn(keeper::keep(Arc::downgrade(self)));
                Ok(())
            })
            .await
            .copied()
    }

    pub(super) async fn renew(&self) -> Result<(), JournalError> {
        let until = now_ms().saturating_add(i64::try_from(self.lease.as_millis()).unwrap_or(i64::MAX));
        self.journal.lease(&self.owner, until).await
    }

    pub(super) async fn info(&self, id: &str) -> Result<RunInfo, JournalError> {
        self.journal.run(id).await?.ok_or_else(|| JournalError::Unknown { id: id.to_owned() })
    }

    pub(super) fn runner(&self, info: &RunInfo) -> Result<Arc<dyn Runner<C>>, LoomError> {
        let workflows = self.workflows.read().unwrap_or_else(PoisonError::into_inner);
        if (info.workflow.as_str(), info.version) == (PLAIN, 0) {
            return Err(LoomError::Program { id: info.id.clone() });
        }
        workflows.get(&info.workflow, info.version).ok_or_else(|| LoomError::Unregistered {
            id: info.id.clone(),
            workflow: info.workflow.clone(),
            version: info.version,
        })
    }

    /// Notes that a run is carried on here; none when it is already.
    pub(super) fn enliven(self: &Arc<Self>, id: &str) -> Option<Lively<C>> {
        match locked(&self.live).entry(id.to_owned()) {
            hash_map::Entry::Occupied(_) => None,
            hash_map::Entry::Vacant(place) => {
                let live = Arc::new(Live { signal: Notify::new(), state: watch::Sender::new(State::Working) });
                place.insert(Arc::clone(&live));
                Some(Lively { inner: Arc::clone(self), id: id.to_owned(), live, left: State::Left })
            }
        }
    }

    /// What a run came to that has ended.
    pub(super) async fn ended<T: Value>(&self, info: &RunInfo) -> Result<T, LoomError> {
        let end = self.end(info).await?;
        self.read(&info.id, &end)
    }

    /// Reads what a run has ended with.
    pub(super) fn read<T: Value>(&self, id: &str, end: &End) -> Result<T, LoomError> {
        match end {
            End::Done(json) => T::read(json).map_err(|error| LoomError::Changed {
                id: id.to_owned(),
                differences: vec![format!("its output cannot be read: {error}")],
            }),
            End::Failed(json) => match Failure::read(json) {
                Ok(failure) => Err(LoomError::Failed(failure)),
                Err(error) => Err(JournalError::Damaged {
                    journal: format!("{:?}", self.journal),
                    what: format!("run `{id}`: its failure cannot be read: {error}"),
                }
                .into()),
            },
        }
    }

    async fn end(&self, info: &RunInfo) -> Result<End, LoomError> {
        let damaged = |what: String| JournalError::Damaged {
            journal: format!("{:?}", self.journal),
            what: format!("run `{}`: {what}", info.id),
        };
        let mut resolver = Resolver::new(&*self.journal, info.run, &info.id);
        let last = self.journal.last(info.run).await?.filter(|last| last.kind == RecordKind::Ended);
        let last = last.ok_or_else(|| damaged("it has ended, and its last record is not of that".to_owned()))?;
        if info.status != Status::Done {
            return Ok(End::Failed(last.value));
        }
        let def: Option<Def> = resolver.live(&last).await?.0.values.remove(GIVEN);
        let json = match def {
            Some(def) => resolver.value(&def).await?,
            None => last.value,
        };
        Ok(End::Done(json))
    }
}

/// A run that is carried on here, for as long as it is.
pub(super) struct Lively<C> {
    inner: Arc<Inner<C>>,
    id: String,
    pub(super) live: Arc<Live>,
    left: State,
}

impl<C> Drop for Lively<C> {
    fn drop(&mut self) {
        locked(&self.inner.live).remove(&self.id);
        self.live.state.send_replace(self.left.clone());
    }
}

/// Begins a run, or finds the one of that id.
pub(super) async fn begin<C: Send + Sync + 'static>(
    inner: &Arc<Inner<C>>,
    mut run: NewRun,
    runner: Arc<dyn Runner<C>>,
) -> Result<(), LoomError> {
    inner.ready().await?;
    let lively = loop {
        if let Some(lively) = inner.enliven(&run.id) {
            break lively;
        }
        // Somebody else may be beginning it at this moment.
        match inner.journal.run(&run.id).await? {
            Some(info) => return same(inner, &run, &info).await,
            None => tokio::task::yield_now().await,
        }
    };
    let graph = runner.graph();
    (run.graph, run.fingerprint) = (graph.text.clone(), graph.fingerprint.clone());
    match inner.journal.begin(&run, &inner.owner, now_ms()).await? {
        Begun::New(claim) => {
            let input = run.input;
            let of = Of { id: run.id, user: run.user, session: run.session };
            spawn(lively, claim, runner, of, Restored::default(), input, false);
            Ok(())
        }
        Begun::Exists(info) => {
            drop(lively);
            same(inner, &run, &info).await?;
            if info.status.is_end() {
                return Ok(());
            }
            match carry(inner, &run.id, false).await {
                Err(LoomError::Journal(JournalError::Held { .. } | JournalError::Ended { .. })) => Ok(()),
                other => other,
            }
        }
    }
}

/// That a run which exists is the one that is to begin.
pub(super) async fn same<C: Send + Sync + 'static>(
    inner: &Inner<C>,
    run: &NewRun,
    info: &RunInfo,
) -> Result<(), LoomError> {
    let another = |what: String| Err(LoomError::Another { id: run.id.clone(), what });
    if (&info.workflow, info.version) != (&run.workflow, run.version) {
        return another(format!("of workflow `{}`, version {}", info.workflow, info.version));
    }
    let input = inner.journal.input(info.run).await?;
    let read = |json: &str| serde_json::from_str::<serde_json::Value>(json).ok();
    if input != run.input && read(&input) != read(&run.input) {
        return another("with another input".to_owned());
    }
    Ok(())
}

/// Carries a run on in the background.
pub(super) async fn carry<C: Send + Sync + 'static>(
    inner: &Arc<Inner<C>>,
    id: &str,
    again: bool,
) -> Result<(), LoomError> {
    let Some(lively) = inner.enliven(id) else { return Ok(()) };
    let info = inner.info(id).await?;
    if info.status.is_end() && !again {
        return Err(JournalError::Ended { id: id.to_owned() }.into());
    }
    let runner = inner.runner(&info)?;
    let failed = info.status.is_end();
    let (claim, info) = inner.journal.claim(id, &inner.owner, now_ms(), again).await?;
    let restored = async {
        if failed {
            try_again(&*inner.journal, claim).await?;
        }
        restored(inner, &info, &*runner).await
    };
    let restored = match restored.await {
        Ok(restored) => restored,
        Err(error) => {
            let_go(inner, claim).await;
            return Err(error);
        }
    };
    let input = inner.journal.input(info.run).await?;
    let cancelled = info.cancel_at.is_some();
    let of = Of { id: info.id, user: info.user, session: info.session };
    spawn(lively, claim, runner, of, restored, input, cancelled);
    Ok(())
}

/// Where a run goes on, if it can in the graph that its workflow has now.
async fn restored<C: Send + Sync + 'static>(
    inner: &Inner<C>,
    info: &RunInfo,
    runner: &dyn Runner<C>,
) -> Result<Restored, LoomError> {
    let restored = restore(&*inner.journal, info.run, &info.id).await?;
    let now = runner.graph();
    if now.fingerprint == info.fingerprint {
        return Ok(restored);
    }
    let Some(before) = inner.journal.graph(&info.fingerprint).await? else { return Ok(restored) };
    let differences = changed(&before, &now.text, restored.positions());
    if differences.is_empty() { Ok(restored) } else { Err(LoomError::Changed { id: info.id.clone(), differences }) }
}

/// Lets go of a run that was claimed and cannot be carried on.
async fn let_go<C: Send + Sync + 'static>(inner: &Inner<C>, claim: Claim) {
    let append = Append { status: Some((Status::Running, None)), ..Append::nothing(claim, now_ms()) };
    // That nobody is at it is told by the lease at the latest.
    let _ = inner.journal.append(append).await;
}

/// Tells a run that something was put for it: here, or it is carried on here if that can be.
pub(super) async fn nudge<C: Send + Sync + 'static>(inner: &Arc<Inner<C>>, id: &str) -> Result<(), LoomError> {
    let live = locked(&inner.live).get(id).cloned();
    if let Some(live) = live {
        live.signal.notify_one();
        return Ok(());
    }
    inner.ready().await?;
    match carry(inner, id, false).await {
        // Who has it looks for what was put; who knows its workflow carries it on.
        Err(
            LoomError::Unregistered { .. }
            | LoomError::Program { .. }
            | LoomError::Journal(JournalError::Held { .. } | JournalError::Ended { .. }),
        ) => Ok(()),
        other => other,
    }
}

fn spawn<C: Send + Sync + 'static>(
    mut lively: Lively<C>,
    claim: Claim,
    runner: Arc<dyn Runner<C>>,
    of: Of,
    restored: Restored,
    input: String,
    cancelled: bool,
) {
    tokio::spawn(async move {
        let inner = Arc::clone(&lively.inner);
        let cancel = Arc::new(Cancel::default());
        if restored.cancelled {
            cancel.was_taken();
        }
        let cancels = cancelled && !restored.cancelled;
        let keeping = Keeping::new(Arc::clone(&inner.journal), claim, cancel, &restored);
        let driver = Durable::new(keeping, restored.tips, cancels, of);
        let came = runner.carry_on(&driver, &inner.context, &lively.id, &input, &lively.live).await;
        let id = lively.id.clone();
        let aside = matches!(came, Came::Aside);
        let cancelled = driver.keeping.cancel.is_taken();
        match came {
            Came::Ended(end) => lively.left = end.map_or(State::Left, State::Ended),
            Came::Aside => {
                locked(&inner.aside).insert(id.clone());
                inner.kept.notify_one();
            }
            Came::Halted(halt) => {
                let error = match halt {
                    Halt::Journal(error) => LoomError::Journal(error),
                    Halt::Unfit { at, unfit } => {
                        LoomError::Changed { id: id.clone(), differences: vec![format!("at `{at}`: {unfit}")] }
                    }
                };
                tracing::warn!(run = %id, %error, "a run cannot go on");
                if let LoomError::Journal(JournalError::Expired { .. }) = &error {
                    locked(&inner.lost).insert(id.clone());
                }
                lively.left = State::Stopped(Arc::new(error));
            }
        }
        drop(lively);
        if aside && has_come(&inner, &id, claim.run, cancelled).await {
            // What cannot go on says so itself.
            let _ = carry(&inner, &id, false).await;
        }
    });
}

/// Whether something came for a run while it was being put aside.
async fn has_come<C: Send + Sync + 'static>(inner: &Inner<C>, id: &str, run: u64, cancelled: bool) -> bool {
    let Ok(Some(info)) = inner.journal.run(id).await else { return false };
    let (Ok(messages), Ok(asked)) = (inner.journal.messages(run).await, inner.journal.questions(run).await) else {
        return false;
    };
    // What answers a question was not there when the run was put aside; an inbox may hold what is for a later one.
    let is_for = |ask: &str| asked.iter().any(|asked| asked.state == QuestionState::Open && asked.ask == ask);
    let answers = messages.iter().any(|(_, message)| message.question.is_some() || is_for(&message.ask));
    (info.cancel_at.is_some() && !cancelled) || answers
}
