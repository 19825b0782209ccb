//! What a `Loom` holds: its journal, its lease, and the runs that are carried on here.

use super::{
    error::LoomError,
    events::{Heard, Outlet},
    keeper,
    registry::{Looked, Registry, Runner},
    resolve::{Resolver, damaged},
    signal::Signal,
};
use crate::{
    around::Given,
    clock::now_ms,
    failure::Failure,
    journal::{Journal, JournalError, Record, RecordKind, RunInfo, Status},
    locked::locked,
    plain::PLAIN,
    state::GIVEN,
    value::Value,
};
use std::{
    collections::{HashSet, hash_map},
    sync::{Arc, Mutex, PoisonError, RwLock, atomic::AtomicBool},
    time::Duration,
};
use tokio::sync::{Notify, OnceCell, watch};

/// What all clones of a `Loom` share.
pub(super) struct Inner<C> {
    pub(super) context: C,
    /// What the steps of its runs find around them.
    pub(super) given: Given,
    pub(super) journal: Arc<dyn Journal>,
    /// The name under which runs are claimed.
    pub(super) owner: String,
    pub(super) lease: Duration,
    pub(super) workflows: RwLock<Registry<C>>,
    /// The workflows that are only looked at.
    pub(super) looked: Looked,
    /// The runs that are carried on here, and those whose events are read.
    pub(super) heard: Arc<Heard>,
    /// The runs that were put aside here, to be gone on with when their time has come.
    pub(super) aside: Mutex<HashSet<String>>,
    /// The runs that stopped here because the lease was over, to be gone on with when it is renewed.
    pub(super) lost: Mutex<HashSet<String>>,
    /// The runs that cannot go on in this program, which are not tried again by themselves.
    pub(super) passed: Mutex<HashSet<String>>,
    /// Whether runs of others are carried on that nobody is at any more.
    pub(super) adopts: AtomicBool,
    /// Whether the records of the runs that are begun here are chained.
    pub(super) chained: bool,
    /// Is told that a run was put aside.
    pub(super) kept: Arc<Notify>,
    keeper: OnceCell<()>,
}

/// A run that is carried on here.
pub(super) struct Live {
    pub(super) signal: Signal,
    pub(super) state: watch::Sender<State>,
    pub(super) outlet: Arc<Outlet>,
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

impl<C: Send + Sync + 'static> Inner<C> {
    pub(super) fn new(
        context: C,
        given: Given,
        journal: Arc<dyn Journal>,
        owner: String,
        lease: Duration,
        workflows: Registry<C>,
    ) -> Self {
        Inner {
            context,
            given,
            journal,
            owner,
            lease,
            workflows: RwLock::new(workflows),
            looked: Looked::new(),
            heard: Arc::default(),
            aside: Mutex::default(),
            lost: Mutex::default(),
            passed: Mutex::default(),
            adopts: AtomicBool::new(false),
            chained: false,
            kept: Arc::default(),
            keeper: OnceCell::new(),
        }
    }

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
        match locked(&self.heard.live).entry(id.to_owned()) {
            hash_map::Entry::Occupied(_) => None,
            hash_map::Entry::Vacant(place) => {
                let outlet = Arc::new(self.heard.outlet(id));
                let live =
                    Arc::new(Live { signal: Signal::default(), state: watch::Sender::new(State::Working), outlet });
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
                Err(error) => {
                    let what = format!("its failure cannot be read: {error}");
                    Err(damaged(&*self.journal, id, &what).into())
                }
            },
        }
    }

    async fn end(&self, info: &RunInfo) -> Result<End, LoomError> {
        let mut resolver = Resolver::new(&*self.journal, info.run, &info.id);
        let last = self.journal.last(info.run).await?.filter(|last| last.kind == RecordKind::Ended);
        let last =
            last.ok_or_else(|| damaged(&*self.journal, &info.id, "it has ended, and its last record is not of that"))?;
        if info.status != Status::Done {
            return Ok(End::Failed(last.value));
        }
        Ok(End::Done(given(&mut resolver, &last).await?))
    }
}

/// The output of a run, as the record of its end tells it.
pub(super) async fn given(resolver: &mut Resolver<'_>, ended: &Record) -> Result<String, JournalError> {
    let live = resolver.live(ended).await?.0;
    match live.def(GIVEN) {
        Some(def) => resolver.value(def).await,
        None => Ok(ended.value.clone()),
    }
}

/// A run that is carried on here, for as long as it is.
pub(super) struct Lively<C> {
    pub(super) inner: Arc<Inner<C>>,
    pub(super) id: String,
    pub(super) live: Arc<Live>,
    pub(super) left: State,
}

impl<C> Drop for Lively<C> {
    fn drop(&mut self) {
        locked(&self.inner.heard.live).remove(&self.id);
        self.live.state.send_replace(self.left.clone());
        self.live.outlet.left(match &self.left {
            State::Stopped(error) => Some(Arc::clone(error)),
            State::Working | State::Left | State::Ended(_) => None,
        });
    }
}
