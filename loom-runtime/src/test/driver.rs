//! The driver of a run under test: in memory, and it notes where the run goes.

use super::{
    log::{Address, Log, Part, Seen},
    play::perform,
    session::{Answering, Session},
};
use crate::{
    ask::Ask,
    attempt::Caught,
    cancel::{Cancel, Cancellable},
    clock::now,
    driver::{At, Driver},
    failure::{Failure, placed},
    locked::locked,
    machine::{Flow, Machine, START},
    question::Question,
    run::Prepared,
    spans::InRun,
    state::Saved,
    step::Call,
    value::Value,
    visit::{Visit, Visits},
    wait::Until,
};
use std::{
    any::TypeId,
    future::pending,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

/// Runs a workflow under test.
pub(super) struct Kit {
    pub(super) session: Arc<Session>,
    pub(super) log: Arc<Mutex<Log>>,
    pub(super) prepared: Prepared,
    pub(super) visits: Visits,
}

fn address(at: &At<Address>) -> Address {
    let mut address = at.scope.clone();
    address.push(at.turn);
    address
}

fn told(address: &[u64]) -> String {
    address.iter().map(ToString::to_string).collect::<Vec<_>>().join(".")
}

impl Kit {
    fn log(&self) -> MutexGuard<'_, Log> {
        locked(&self.log)
    }

    fn cancel(&self) -> Option<&Cancel> {
        self.prepared.as_ref()?.cancel.as_deref()
    }

    /// Notes something of a place.
    fn note(&self, at: &At<Address>, note: impl FnOnce(&mut Seen)) {
        note(self.log().seen.entry(address(at)).or_insert_with(|| Seen::new(at.place)));
    }

    /// Notes what the work of a place came to.
    fn worked<T>(&self, at: &At<Address>, outcome: &Result<T, Failure>) {
        self.note(at, |seen| match outcome {
            Ok(_) => seen.done = true,
            Err(_) => seen.failed = true,
        });
    }

    pub(super) async fn drive<C: ?Sized + Sync, M: Machine<C>>(
        &self,
        context: &C,
        scope: Address,
        prefix: String,
        input: M::Input,
    ) -> Result<M::Output, Failure> {
        let workflow = std::any::type_name::<M>();
        let part = Part { graph: M::GRAPH, workflow, prefix, is_branch: false, ended: None };
        self.log().parts.insert(scope.clone(), part);
        let outcome = self.turns::<C, M>(context, &scope, input).await;
        if let Some(part) = self.log().parts.get_mut(&scope) {
            part.ended = Some(outcome.is_ok());
        }
        outcome
    }

    async fn turns<C: ?Sized + Sync, M: Machine<C>>(
        &self,
        context: &C,
        scope: &Address,
        input: M::Input,
    ) -> Result<M::Output, Failure> {
        let start = At { scope: scope.clone(), turn: 0, place: &START };
        self.note(&start, |seen| seen.done = true);
        let begun = Caught::new(async { M::begin(self, &start, input) }).await;
        let mut state = match begun.map_err(|failure| failure.at(M::NAME, "start"))? {
            Flow::Go(state) => state,
            Flow::End(output) => return Ok(output),
        };
        // The beginning of the scope is turn 0.
        let (mut turn, mut near) = (1, M::place(&state));
        loop {
            let at = At { scope: scope.clone(), turn, place: M::place(&state) };
            if !at.place.node.is_empty() {
                near = at.place;
            }
            self.note(&at, |_| {});
            match Caught::new(M::turn(&mut state, self, context, &at)).await {
                Ok(None) => turn += 1,
                Ok(Some(output)) => return Ok(output),
                Err(failure) => return Err(placed(failure, near)),
            }
        }
    }
}

impl Driver for Kit {
    type Scope = Address;

    fn step<'a, C: ?Sized, S: Call<C>>(
        &'a self,
        context: &'a C,
        at: &'a At<Address>,
        args: S::Args<'a>,
    ) -> impl Future<Output = Result<S::Output, Failure>> + Send {
        let visit = || told(&address(at));
        let work = perform::<Self, C, S>(Some(&self.session), visit, self, context, at, args);
        let work = Cancellable::new(self.cancel(), at.place, false, work);
        async move {
            let outcome = work.await;
            self.worked(at, &outcome);
            outcome
        }
    }

    fn visit(&self, _: &At<Address>) -> Visit {
        self.visits.next()
    }

    async fn nested<'a, C: ?Sized + Sync, M: Machine<C>>(
        &'a self,
        context: &'a C,
        at: &'a At<Address>,
        input: M::Input,
    ) -> Result<M::Output, Failure> {
        let mut scope = address(at);
        let around = self.log().part(&scope).map(|part| part.prefix.clone()).unwrap_or_default();
        scope.push(0);
        let prefix = format!("{around}{}/", at.place.node);
        let drive = Box::pin(self.drive::<C, M>(context, scope, prefix, input));
        let outcome = InRun::new(M::NAME, None, drive).await;
        self.worked(at, &outcome);
        outcome.map_err(|failure| failure.at(at.place.workflow, at.place.node))
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn is_cancelled(&self) -> bool {
        self.cancel().is_some_and(Cancel::is_taken)
    }

    fn branch(&self, at: &At<Address>, branch: usize) -> Address {
        let mut scope = address(at);
        let mut log = self.log();
        let part = log.part(&scope).cloned();
        scope.push(branch as u64);
        if let Some(part) = part {
            log.parts.insert(scope.clone(), Part { is_branch: true, ended: None, ..part });
        }
        let mut start = scope.clone();
        start.push(0);
        log.seen.insert(start, Seen { done: true, ..Seen::new(at.place) });
        scope
    }

    fn entered(&self, at: &At<Address>, _: &impl Saved) {
        self.note(at, |_| {});
    }

    fn took(&self, at: &At<Address>, label: &'static str) {
        self.note(at, |seen| seen.labels.push(label));
    }

    fn attempted(&self, at: &At<Address>) -> u32 {
        self.log().seen.get(&address(at)).map_or(0, |seen| seen.attempts)
    }

    async fn failed<'a>(&'a self, at: &'a At<Address>, attempt: u32, _: &Failure) {
        self.note(at, |seen| seen.attempts = attempt);
    }

    fn ask<'a, A: Ask>(
        &'a self,
        at: &'a At<Address>,
        question: Question,
    ) -> impl Future<Output = Result<A::Output, Failure>> + Send {
        let answered = Caught::new(async move {
            let visit = told(&address(at));
            match self.session.answer(TypeId::of::<A>(), at.place.node, &visit, &question) {
                Answering::After(time, json) => {
                    if !time.is_zero() {
                        tokio::time::sleep(time).await;
                    }
                    A::Output::read(&json).map_err(|error| Failure::new(error).at(at.place.workflow, at.place.node))
                }
                Answering::Nobody => pending().await,
                Answering::Unsaid => Err(Failure::unanswered(A::NAME, question)),
            }
        });
        let placed = async move { answered.await.map_err(|failure| placed(failure, at.place)) };
        let work = Cancellable::new(self.cancel(), at.place, true, placed);
        async move {
            let outcome = work.await;
            self.worked(at, &outcome);
            outcome
        }
    }

    fn timer<'a>(&'a self, at: &'a At<Address>, until: Until) -> impl Future<Output = Result<(), Failure>> + Send {
        let waited = async move {
            let pause = match until {
                Until::After(pause) => pause,
                Until::At(moment) => moment.duration_since(now()).unwrap_or_default(),
            };
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            self.note(at, |seen| seen.done = true);
            Ok(())
        };
        Cancellable::new(self.cancel(), at.place, true, waited)
    }
}
