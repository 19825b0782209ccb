//! The driver of a replay: every outcome is the recorded one, handed out in the order of the records.

use super::{Difference, Went, recorded::Recorded};
use crate::{
    ask::Ask,
    attempt::Caught,
    driver::{At, Driver},
    failure::{Failure, placed},
    journal::{Record, RecordKind},
    locked::locked,
    machine::{Flow, Machine, START},
    question::Question,
    state::Saved,
    step::Call,
    value::Value,
    visit::Visit,
    wait::Until,
};
use std::{
    collections::BTreeMap,
    future::{pending, poll_fn},
    sync::{Arc, Mutex},
    task::{Poll, Waker},
    time::Duration,
};

/// A scope of a replayed run: its path as records have it, and where it stands.
#[derive(Debug)]
pub(super) struct Spot {
    path: String,
    pub(super) here: Mutex<Here>,
}

/// Where a scope stands: the labels of the way there and of the way from there, as a run that is kept tells them.
#[derive(Debug, Default)]
pub(super) struct Here {
    labels: Vec<&'static str>,
    way: Vec<&'static str>,
    is_told: bool,
    timers: u32,
}

impl Here {
    fn arrive(&mut self) {
        if std::mem::take(&mut self.is_told) {
            self.labels.clear();
        }
        self.labels.append(&mut self.way);
        self.timers = 0;
    }

    /// The labels of the way that was taken last.
    pub(super) fn label(&self) -> String {
        let told: &[&str] = if self.is_told { &[] } else { &self.labels };
        told.iter().chain(&self.way).copied().collect::<Vec<_>>().join(", ")
    }
}

impl Spot {
    pub(super) fn new(path: String, labels: Vec<&'static str>) -> Self {
        Spot { path, here: Mutex::new(Here { labels, ..Here::default() }) }
    }
}

/// Runs a workflow along what was recorded.
pub(super) struct Replay {
    recorded: Recorded,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// How many outcomes were handed out.
    given: usize,
    path: Vec<String>,
    waiting: Vec<Waker>,
    /// The visits that wait for an outcome, and the way there.
    stands: BTreeMap<(String, u64), (String, String)>,
    difference: Option<Difference>,
    cancelled: bool,
}

impl Replay {
    pub(super) fn new(recorded: Recorded) -> Self {
        Replay { recorded, state: Mutex::default() }
    }

    /// How much was handed out.
    pub(super) fn progress(&self) -> usize {
        locked(&self.state).given
    }

    /// Whether all was.
    pub(super) fn is_over(&self) -> bool {
        self.progress() == self.recorded.given.len()
    }

    pub(super) fn path(&self) -> Vec<String> {
        locked(&self.state).path.clone()
    }

    pub(super) fn difference(&self) -> Option<Difference> {
        locked(&self.state).difference.clone()
    }

    /// Where the run went next.
    pub(super) fn recorded(&self) -> Went {
        match self.recorded.given.get(self.progress()) {
            Some(next) => self.went(next),
            None => self.waits().unwrap_or(Went::Ended(String::new())),
        }
    }

    /// Where the run waited when it was left.
    pub(super) fn waits(&self) -> Option<Went> {
        self.recorded.asks.as_ref().map(went)
    }

    /// The way to a visit is told by its first record.
    fn went(&self, record: &Record) -> Went {
        went(self.recorded.first(&record.scope, record.turn).unwrap_or(record))
    }

    /// Where the graph stands that has no outcome.
    pub(super) fn stands(&self) -> Option<Went> {
        let state = locked(&self.state);
        let (node, label) = state.stands.values().next()?.clone();
        Some(Went::To { node, label })
    }

    pub(super) async fn drive<C: ?Sized + Sync, M: Machine<C>>(
        &self,
        context: &C,
        scope: Arc<Spot>,
        input: M::Input,
    ) -> Result<M::Output, Failure> {
        let start = At { scope: Arc::clone(&scope), turn: 0, place: &START };
        let begun = Caught::new(async { M::begin(self, &start, input) }).await;
        let mut state = match begun.map_err(|failure| failure.at(M::NAME, "start"))? {
            Flow::Go(state) => state,
            Flow::End(output) => return Ok(output),
        };
        let (mut turn, mut near) = (0, M::place(&state));
        loop {
            let at = At { scope: Arc::clone(&scope), turn, place: M::place(&state) };
            if !at.place.node.is_empty() {
                near = at.place;
            }
            self.arrive(&at).await;
            match Caught::new(M::turn(&mut state, self, context, &at)).await {
                Ok(None) => turn += 1,
                Ok(Some(output)) => return Ok(output),
                Err(failure) => return Err(placed(failure, near)),
            }
        }
    }

    /// Compares where the graph has come with where the run did. Where they part nothing goes on.
    fn comes(&self, at: &At<Arc<Spot>>) -> bool {
        let label = {
            let mut here = locked(&at.scope.here);
            here.arrive();
            here.labels.join(", ")
        };
        let Some(first) = self.recorded.first(&at.scope.path, at.turn) else { return true };
        let same_way = first.label.is_empty() || first.label == label;
        if first.node == at.place.node && same_way {
            return true;
        }
        let now = Went::To { node: at.place.node.to_owned(), label };
        let recorded = went(first);
        locked(&self.state).difference.get_or_insert(Difference { recorded, now });
        false
    }

    async fn arrive(&self, at: &At<Arc<Spot>>) {
        if !self.comes(at) {
            pending::<()>().await;
        }
    }

    /// Waits until it is a visit's turn to be handed its outcome.
    async fn turn_of(&self, at: &At<Arc<Spot>>, timer: Option<u32>) -> &Record {
        let visit = (at.scope.path.clone(), at.turn);
        let index = self.recorded.given(&visit.0, visit.1, timer);
        poll_fn(|cx| {
            let mut state = locked(&self.state);
            match index {
                Some(index) if index == state.given && state.difference.is_none() => {
                    state.given += 1;
                    state.stands.remove(&visit);
                    let record = &self.recorded.given[index];
                    if timer.is_none() || at.place.node == "sleep" {
                        state.path.push(record.node.clone().into_owned());
                    }
                    state.waiting.drain(..).for_each(Waker::wake);
                    locked(&at.scope.here).is_told = true;
                    Poll::Ready(record)
                }
                _ => {
                    if timer.is_none() || at.place.node == "sleep" {
                        let label = locked(&at.scope.here).labels.join(", ");
                        state.stands.insert(visit.clone(), (at.place.node.to_owned(), label));
                    }
                    state.waiting.push(cx.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }

    /// The outcome of a visit, as it was recorded.
    async fn outcome<T: Value>(&self, at: &At<Arc<Spot>>) -> Result<T, Failure> {
        let record = self.turn_of(at, None).await;
        let read = match record.kind {
            RecordKind::Failed | RecordKind::Cancelled => Failure::read(&record.value).map(Err),
            _ => T::read(&record.value).map(Ok),
        };
        match read {
            Ok(outcome) => {
                locked(&self.state).cancelled |= record.kind == RecordKind::Cancelled;
                outcome
            }
            Err(error) => {
                let now = Went::Unfit(format!("what `{}` gave cannot be read: {error}", at.place.node));
                locked(&self.state).difference.get_or_insert(Difference { recorded: self.went(record), now });
                pending().await
            }
        }
    }

    fn inner(at: &At<Arc<Spot>>, number: Option<usize>) -> Arc<Spot> {
        let mut here = locked(&at.scope.here);
        here.is_told = true;
        let path = match number {
            Some(number) => format!("{}{}.{number}/", at.scope.path, at.turn),
            None => format!("{}{}/", at.scope.path, at.turn),
        };
        // That a nested workflow was entered is a record, and tells the way there.
        let labels = if number.is_some() { here.labels.clone() } else { Vec::new() };
        Arc::new(Spot::new(path, labels))
    }
}

fn went(record: &Record) -> Went {
    Went::To { node: record.node.clone().into_owned(), label: record.label.clone().into_owned() }
}

impl Driver for Replay {
    type Scope = Arc<Spot>;

    fn step<'a, C: ?Sized, S: Call<C>>(
        &'a self,
        _: &'a C,
        at: &'a At<Arc<Spot>>,
        _: S::Args<'a>,
    ) -> impl Future<Output = Result<S::Output, Failure>> + Send {
        self.outcome(at)
    }

    fn visit(&self, _: &At<Arc<Spot>>) -> Visit {
        Visit::outside()
    }

    async fn nested<'a, C: ?Sized + Sync, M: Machine<C>>(
        &'a self,
        context: &'a C,
        at: &'a At<Arc<Spot>>,
        input: M::Input,
    ) -> Result<M::Output, Failure> {
        let drive = Box::pin(self.drive::<C, M>(context, Self::inner(at, None), input));
        drive.await.map_err(|failure| failure.at(at.place.workflow, at.place.node))
    }

    fn sleep(&self, _: Duration) -> impl Future<Output = ()> + Send {
        pending()
    }

    fn is_cancelled(&self) -> bool {
        locked(&self.state).cancelled
    }

    fn branch(&self, at: &At<Arc<Spot>>, branch: usize) -> Arc<Spot> {
        Self::inner(at, Some(branch))
    }

    fn entered(&self, at: &At<Arc<Spot>>, _: &impl Saved) {
        self.comes(at);
    }

    fn took(&self, at: &At<Arc<Spot>>, label: &'static str) {
        locked(&at.scope.here).way.push(label);
    }

    fn ask<'a, A: Ask>(
        &'a self,
        at: &'a At<Arc<Spot>>,
        _: Question,
    ) -> impl Future<Output = Result<A::Output, Failure>> + Send {
        self.outcome(at)
    }

    fn timer<'a>(&'a self, at: &'a At<Arc<Spot>>, _: Until) -> impl Future<Output = Result<(), Failure>> + Send {
        let number = {
            let mut here = locked(&at.scope.here);
            here.timers += 1;
            here.timers
        };
        async move {
            self.turn_of(at, Some(number)).await;
            Ok(())
        }
    }
}
