//! The driver of runs that are kept: what has been recorded is not done again, and what is done is recorded before the run
//! goes on. How it asks, waits for times, caches and does what must not happen twice stands in `asking`, `timing`, `cached`
//! and `once`.

use super::{
    def::{Def, Told},
    events::Spot,
    keeping::{Halt, Keeping, entry, failed_as},
    scope::{Scope, Tip, Valued},
    timing::Due,
    waiting::Waiting,
};
use crate::{
    around::{Around, Given, OfRun, Within},
    ask::Ask,
    attempt::Caught,
    cancel::Cancellable,
    clock::now_ms,
    driver::{At, Driver},
    failure::{Failure, placed},
    journal::{Record, RecordKind, RunInfo},
    locked::locked,
    machine::{Flow, Machine, Place, START},
    meter::Meter,
    question::Question,
    spans::InRun,
    state::{Added, Fields, GIVEN, Restoring, Saved, Source, Unfit},
    step::Call,
    value::Value,
    visit::{Of, Visit, key},
    wait::Until,
};
use std::{
    collections::HashMap,
    future::poll_fn,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::Duration,
};

/// Drives one run that is kept.
pub(crate) struct Durable {
    pub(crate) keeping: Keeping,
    pub(super) waiting: Waiting,
    /// Where the scopes go on that were cut off, by their paths.
    tips: Mutex<HashMap<String, Tip>>,
    /// Whether the run was cut off before, and what was recorded of it is still being looked at.
    settling: AtomicBool,
    /// Whether it was asked to be cancelled, and no node has failed with that yet.
    cancels: bool,
    /// What steps are told of the run.
    of: Arc<Of>,
    /// What its code finds around it.
    around: Arc<OfRun>,
    /// The test it is a run of, if it is one.
    #[cfg(feature = "test")]
    session: Option<Arc<crate::test::Session>>,
}

impl Durable {
    pub(super) fn new(
        keeping: Keeping,
        tips: HashMap<String, Tip>,
        cancels: bool,
        info: RunInfo,
        given: Given,
    ) -> Self {
        let settling = AtomicBool::new(!tips.is_empty() || cancels);
        let meter = Meter::from(info.budget.unwrap_or_default(), info.usage);
        let of = Arc::new(Of { id: info.id, user: info.user, session: info.session });
        #[cfg(feature = "test")]
        let session = given.get::<crate::test::UnderTest>().map(|test| Arc::clone(&test.0));
        let around = Arc::new(OfRun { meter: Some(meter), of: Some(Arc::clone(&of)), given });
        Durable {
            #[cfg(feature = "test")]
            session,
            keeping,
            waiting: Waiting::default(),
            tips: Mutex::new(tips),
            settling,
            cancels,
            of,
            around,
        }
    }

    /// The run was polled once, so it stands again where it stood. Gives whether it is to be polled again before anything
    /// else is made of it, for it was cancelled.
    pub(super) fn settled(&self) -> bool {
        let cancels = self.settling.swap(false, Ordering::Relaxed) && self.cancels;
        if cancels {
            self.keeping.cancel.come();
        }
        cancels
    }

    /// What a piece of the run's code finds around it.
    pub(super) fn around(&self) -> Around {
        Around::new(&self.around)
    }

    /// What steps are told of the run.
    pub(crate) const fn of(&self) -> &Arc<Of> {
        &self.of
    }

    /// The number of the run.
    pub(crate) const fn run(&self) -> u64 {
        self.keeping.claim.run
    }

    /// The scope of the run itself.
    pub(crate) fn root(&self) -> Arc<Scope> {
        let tip = locked(&self.tips).remove("");
        let stands = tip.as_ref().is_some_and(|tip| !tip.cancelled);
        Arc::new(Scope::new(String::new(), None, tip, stands))
    }

    fn inner(&self, at: &At<Arc<Scope>>, number: Option<usize>) -> Arc<Scope> {
        let path = match number {
            Some(number) => format!("{}{}.{number}/", at.scope.path, at.turn),
            None => format!("{}{}/", at.scope.path, at.turn),
        };
        let tip = locked(&self.tips).remove(&path);
        // Nothing was recorded of one that had just begun.
        let stands = tip.as_ref().map_or_else(|| at.scope.here().stands, |tip| !tip.cancelled);
        let is_new = tip.is_none();
        let scope = Arc::new(Scope::new(path, Some(Arc::clone(&at.scope)), tip, stands));
        // A fork and a nested workflow have no record of their own: what is within tells which way led there.
        let labels = at.scope.here().tells_within();
        if is_new {
            scope.here().labels = labels;
        }
        at.scope.here().inner.push((number.unwrap_or(0), Arc::clone(&scope)));
        scope
    }

    /// Takes the turns of a workflow in a scope, from where the scope stands. `inputs` says where its inputs stand.
    pub(super) async fn drive<C: ?Sized + Sync, M: Machine<C>>(
        &self,
        context: &C,
        scope: &Arc<Scope>,
        input: M::Input,
        inputs: u64,
    ) -> Result<M::Output, Failure> {
        let start = At { scope: Arc::clone(scope), turn: 0, place: &START };
        let restored = self.restored(&start, M::places());
        let turn = scope.here().tip.as_ref().map_or(0, |tip| tip.turn);
        let mut state = match restored {
            Some(mut from) => M::restore(&mut from).map_err(|unfit| self.unfit(&start, unfit))?,
            None => {
                {
                    let mut here = scope.here();
                    for input in M::GRAPH.inputs() {
                        let def = Def::Told(Told::Input(inputs, input.name.to_owned()));
                        here.values.push(Valued { name: input.name, def: Some(def), told: None });
                    }
                }
                let begun = Caught::new(async { M::begin(self, &start, input) }).await;
                match begun.map_err(|failure| failure.at(M::NAME, "start"))? {
                    Flow::Go(state) => state,
                    Flow::End(output) => return Ok(output),
                }
            }
        };
        let mut near = M::place(&state);
        let mut at = At { turn, place: near, ..start };
        loop {
            at.place = M::place(&state);
            if !at.place.node.is_empty() {
                near = at.place;
            }
            self.keeping.arrive(scope, at.turn, at.place, &state);
            match Caught::new(M::turn(&mut state, self, context, &at)).await {
                Ok(None) => at.turn += 1,
                Ok(Some(output)) => return Ok(output),
                Err(failure) => return Err(placed(failure, near)),
            }
        }
    }

    /// Work of a node that fails when the run is cancelled.
    pub(super) fn cancellable<'a, F: Future<Output = Result<T, Failure>>, T>(
        &'a self,
        at: &At<Arc<Scope>>,
        waits: bool,
        work: F,
    ) -> Cancellable<'a, F> {
        let stands = self.is_cancelled() && at.scope.here().stands;
        Cancellable::new(Some(&self.keeping.cancel), at.place, waits, work).standing(stands)
    }

    /// What the node at a place gave before the run was cut off.
    fn recalled<T: Value>(&self, at: &At<Arc<Scope>>) -> Option<Result<T, Failure>> {
        let ended = Arc::clone(at.scope.here().replay.iter().find(|record| is_end(record))?);
        let read = match ended.kind {
            RecordKind::Failed | RecordKind::Cancelled => Failure::read(&ended.value).map(Err),
            _ => T::read(&ended.value).map(Ok),
        };
        Some(match read {
            Ok(outcome) => {
                at.scope.here().outcome = Some(Def::Output(ended.seq));
                outcome
            }
            Err(error) => Err(self.unread(at, &error)),
        })
    }

    /// What a node fails with whose value cannot be read or written.
    pub(super) fn unread(&self, at: &At<Arc<Scope>>, error: &serde_json::Error) -> Failure {
        self.unfit(at, Unfit::shape(at.place.node, error))
    }

    /// Records what a node came to.
    pub(super) fn settle<T: Value>(
        &self,
        at: &At<Arc<Scope>>,
        given: RecordKind,
        began_at: i64,
        outcome: Result<T, Failure>,
    ) -> Result<T, Failure> {
        let (kind, attempt, json) = match &outcome {
            Ok(output) if given == RecordKind::Output => (given, None, output.write()),
            Ok(output) => (given, Some(0), output.write()),
            Err(failure) => (failed_as(failure), Some(failure.attempt()), failure.write()),
        };
        let value = match json {
            Ok(value) => value,
            Err(error) => return Err(self.unread(at, &error)),
        };
        // A run that goes on at once is to see the same failure as one that is resumed.
        let outcome = outcome.map_err(|failure| Failure::read(&value).unwrap_or(failure));
        self.keeping.gives(&at.scope, entry(at, kind, began_at, value), attempt);
        outcome
    }

    /// Lets all that has been recorded be looked at before anything is done again: of branches that were cut off, one may
    /// have decided already that the others are not to go on.
    pub(super) async fn looked_around(&self) {
        let mut looked = !self.settling.load(Ordering::Relaxed);
        poll_fn(|cx| {
            if std::mem::replace(&mut looked, true) {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    /// Does some work, from an attempt on, when all that was recorded before is written. Where no attempt is told, it is the
    /// one after those that have failed. What it spends on models is told by the next record.
    pub(crate) async fn performed<T>(
        &self,
        at: &At<Arc<Scope>>,
        attempt: Option<u32>,
        work: impl Future<Output = T>,
    ) -> T {
        self.keeping.flush().await;
        let around = {
            let mut here = at.scope.here();
            let attempt = attempt.unwrap_or_else(|| here.attempted() + 1);
            let around = Around::at(&self.around, Spot::new(&self.keeping.outlet, at, attempt));
            here.spending.push((at.turn, around.clone()));
            around
        };
        let mut work = pin!(Within::new(&around, work));
        poll_fn(|cx| {
            let polled = work.as_mut().poll(cx);
            if let (true, Some(spot)) = (polled.is_pending(), around.spot()) {
                spot.works();
            }
            polled
        })
        .await
    }

    /// Who watches is told from here on of another attempt.
    pub(crate) fn attempts(at: &At<Arc<Scope>>, attempt: u32) {
        let here = at.scope.here();
        let work = here.spending.iter().find(|(turn, _)| *turn == at.turn);
        if let Some(spot) = work.and_then(|(_, around)| around.spot()) {
            spot.attempts(attempt);
        }
    }
}

impl Driver for Durable {
    type Scope = Arc<Scope>;

    fn step<'a, C: ?Sized, S: Call<C>>(
        &'a self,
        context: &'a C,
        at: &'a At<Arc<Scope>>,
        args: S::Args<'a>,
    ) -> impl Future<Output = Result<S::Output, Failure>> + Send {
        // It does nothing until it is polled.
        let input = S::input(&args);
        #[cfg(not(feature = "test"))]
        let work = S::perform(self, context, at, args);
        #[cfg(feature = "test")]
        let work = {
            let visit = || format!("{}|{}", at.scope.path, at.turn);
            crate::test::perform::<Self, C, S>(self.session.as_deref(), visit, self, context, at, args)
        };
        async move {
            if let Some(outcome) = self.recalled(at) {
                return outcome;
            }
            if S::POLICY.at_most_once {
                return Box::pin(self.once::<S>(at, work)).await;
            }
            if let (Some(keep), Some(Ok(input))) = (S::POLICY.cache, &input) {
                return Box::pin(self.cached::<S>(at, keep, input, work)).await;
            }
            let began_at = now_ms();
            // It stays where it is: each future that it is handed on to would have room for it once more.
            let mut work = pin!(work);
            let performed = async {
                self.looked_around().await;
                self.performed(at, None, work.as_mut()).await
            };
            let outcome = self.cancellable(at, false, performed).await;
            self.settle(at, RecordKind::Output, began_at, outcome)
        }
    }

    fn is_recalled(&self, at: &At<Arc<Scope>>) -> bool {
        at.scope.here().replay.iter().any(is_end)
    }

    fn visit(&self, at: &At<Arc<Scope>>) -> Visit {
        let visit = format!("{}{}", at.scope.path, at.turn);
        Visit::of(Arc::clone(&self.of), key(&self.of.id, self.keeping.claim.run, &visit))
    }

    async fn nested<'a, C: ?Sized + Sync, M: Machine<C>>(
        &'a self,
        context: &'a C,
        at: &'a At<Arc<Scope>>,
        input: M::Input,
    ) -> Result<M::Output, Failure> {
        let scope = self.inner(at, None);
        let entered = {
            let here = scope.here();
            here.tip.as_ref().and(here.last)
        };
        let inputs = match entered {
            Some(seq) => seq,
            None => {
                let mut fields = Fields::new();
                M::write_input(&input, &mut fields).map_err(|unfit| self.unfit(at, unfit))?;
                let mut entry = entry(at, RecordKind::Entered, now_ms(), fields.into_json());
                entry.turn = 0;
                self.keeping.record(&scope, entry)
            }
        };
        let drive = Box::pin(self.drive::<C, M>(context, &scope, input, inputs));
        let outcome = InRun::new(M::NAME, Some(&self.of), drive).await;
        at.scope.here().outcome = scope.def(GIVEN);
        outcome.map_err(|failure| failure.at(at.place.workflow, at.place.node))
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn is_cancelled(&self) -> bool {
        self.keeping.cancel.is_taken()
    }

    fn was_cancelled(&self, at: &At<Arc<Scope>>) -> bool {
        self.is_cancelled() && !at.scope.here().stands
    }

    fn branch(&self, at: &At<Arc<Scope>>, branch: usize) -> Arc<Scope> {
        self.inner(at, Some(branch))
    }

    fn entered(&self, at: &At<Arc<Scope>>, state: &impl Saved) {
        self.keeping.arrive(&at.scope, at.turn, at.place, state);
    }

    fn took(&self, at: &At<Arc<Scope>>, label: &'static str) {
        at.scope.here().way.push(label);
    }

    fn sets(&self, at: &At<Arc<Scope>>, value: &'static str, source: Source) {
        at.scope.sets(value, source);
    }

    fn appends(&self, at: &At<Arc<Scope>>, list: &'static str, source: Source, added: Added<'_>) {
        let defs = at.scope.appended(source).unwrap_or_else(|| {
            let written = added.items().filter_map(|item| match item {
                Ok(json) => Some(self.keeping.value(&at.scope, at.turn, list, json)),
                Err(error) => {
                    self.unfit(at, Unfit::shape(list, &error));
                    None
                }
            });
            written.collect()
        });
        at.scope.here().appends(list, defs);
    }

    fn restored(&self, at: &At<Arc<Scope>>, places: &'static [Place]) -> Option<Restoring> {
        let mut here = at.scope.here();
        // Of a nested workflow nothing may have been recorded but that it was entered.
        here.tip.take_if(|tip| tip.at.is_empty());
        let tip = here.tip.as_ref()?;
        let Some(number) = places.iter().position(|place| place.position == tip.at) else {
            return Some(Restoring::new(places.len(), Vec::new()));
        };
        let live = places[number].live.iter();
        let values = live.map(|name| (*name, tip.values.get(*name).cloned())).collect();
        Some(Restoring::new(number, values))
    }

    fn turns(&self, at: &At<Arc<Scope>>) -> u64 {
        // The first turn of a branch is 1.
        at.scope.here().tip.as_ref().map_or(0, |tip| tip.turn.saturating_sub(1))
    }

    fn unfit(&self, at: &At<Arc<Scope>>, unfit: Unfit) -> Failure {
        let position = at.scope.here().tip.as_ref().map_or_else(|| at.place.position.to_owned(), |tip| tip.at.clone());
        self.keeping.halt(Halt::Unfit { at: position, unfit });
        crate::failure::lost()
    }

    fn attempted(&self, at: &At<Arc<Scope>>) -> u32 {
        let mut here = at.scope.here();
        here.attempts = here.attempted();
        here.attempts
    }

    async fn failed<'a>(&'a self, at: &'a At<Arc<Scope>>, attempt: u32, failure: &Failure) {
        let entry = entry(at, RecordKind::Attempt, now_ms(), failure.write().unwrap_or_default());
        self.keeping.record(&at.scope, entry.number(attempt));
        at.scope.here().attempts = attempt;
        Self::attempts(at, attempt + 1);
        self.keeping.flush().await;
    }

    async fn ask<'a, A: Ask>(&'a self, at: &'a At<Arc<Scope>>, question: Question) -> Result<A::Output, Failure> {
        if let Some(outcome) = self.recalled(at) {
            return outcome;
        }
        let began_at = now_ms();
        let asked = at.scope.here().replayed(RecordKind::Asked).map(|record| record.seq);
        let answered = self.told(at, A::NAME, &question, asked, A::INBOX, A::Output::read);
        let outcome = self.cancellable(at, true, answered).await;
        self.settle(at, RecordKind::Answered, began_at, outcome)
    }

    fn timer<'a>(&'a self, at: &'a At<Arc<Scope>>, until: Until) -> impl Future<Output = Result<(), Failure>> + Send {
        let due = Due::set(at, until);
        self.timed(at, due)
    }
}

/// Whether a record says what a node came to.
fn is_end(record: &Arc<Record>) -> bool {
    use RecordKind::{Answered, Cancelled, Failed, Output};
    matches!(record.kind, Output | Answered | Failed | Cancelled)
}
