//! The in-memory driver: typed values straight through, nothing kept.

use crate::{
    ask::Ask,
    attempt::Caught,
    cancel::{Cancel, Cancellable},
    clock::now,
    driver::{At, Driver},
    failure::{Failure, placed},
    locked::locked,
    machine::{Flow, Machine, Place, START},
    question::Question,
    run::{Prepared, Run},
    spans::InRun,
    state::Saved,
    step::Call,
    visit::{Visit, Visits},
    wait::Until,
};
use std::{
    future::pending,
    pin::pin,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Runs workflows in memory, by Tokio's clock. What watches it is told of every node it enters.
struct Memory<W> {
    watch: W,
    prepared: Prepared,
    visits: Visits,
}

/// Is told of the places a run comes to.
trait Watch: Sync {
    fn entered(&self, place: &'static Place);
}

impl Watch for () {
    #[inline]
    fn entered(&self, _: &'static Place) {}
}

impl Watch for Mutex<Vec<&'static str>> {
    fn entered(&self, place: &'static Place) {
        locked(self).push(place.node);
    }
}

/// What a traced run gives: the names of the nodes it visited, in order, and its outcome.
pub type Traced<T> = (Vec<&'static str>, Result<T, Failure>);

/// Runs a workflow in memory.
pub fn run<'c, C: ?Sized + Sync, M: Machine<C, Input: 'c>>(
    context: &'c C,
    input: M::Input,
) -> Run<'c, Result<M::Output, Failure>> {
    Run::new(move |prepared| async move {
        let memory = Memory::new((), prepared);
        let drive = pin!(memory.drive::<C, M>(context, input));
        InRun::new(M::NAME, None, drive).await
    })
}

/// Runs a workflow in memory and tells the nodes it visited.
pub fn trace<'c, C: ?Sized + Sync, M: Machine<C, Input: 'c>>(
    context: &'c C,
    input: M::Input,
) -> Run<'c, Traced<M::Output>> {
    Run::new(move |prepared| async move {
        let memory = Memory::new(Mutex::new(Vec::new()), prepared);
        let outcome = {
            let drive = pin!(memory.drive::<C, M>(context, input));
            InRun::new(M::NAME, None, drive).await
        };
        (memory.watch.into_inner().unwrap_or_else(PoisonError::into_inner), outcome)
    })
}

impl<W: Watch> Memory<W> {
    fn new(watch: W, prepared: Prepared) -> Self {
        Memory { watch, prepared, visits: Visits::default() }
    }

    #[inline]
    fn cancel(&self) -> Option<&Cancel> {
        self.prepared.as_ref()?.cancel.as_deref()
    }

    async fn drive<C: ?Sized + Sync, M: Machine<C>>(&self, context: &C, input: M::Input) -> Result<M::Output, Failure> {
        let start = At { scope: (), turn: 0, place: &START };
        let begun = Caught::new(async { M::begin(self, &start, input) }).await;
        let mut state = match begun.map_err(|failure| failure.at(M::NAME, "start"))? {
            Flow::Go(state) => state,
            Flow::End(output) => return Ok(output),
        };
        let mut turn = 0;
        let mut near = M::place(&state);
        loop {
            let at = At { scope: (), turn, place: M::place(&state) };
            if !at.place.node.is_empty() {
                near = at.place;
                self.watch.entered(near);
            }
            match Caught::new(M::turn(&mut state, self, context, &at)).await {
                Ok(None) => turn += 1,
                Ok(Some(output)) => return Ok(output),
                Err(failure) => return Err(placed(failure, near)),
            }
        }
    }
}

impl<W: Watch> Driver for Memory<W> {
    type Scope = ();

    #[inline]
    fn step<'a, C: ?Sized, S: Call<C>>(
        &'a self,
        context: &'a C,
        at: &'a At<()>,
        args: S::Args<'a>,
    ) -> impl Future<Output = Result<S::Output, Failure>> + Send {
        Cancellable::new(self.cancel(), at.place, false, S::perform(self, context, at, args))
    }

    fn visit(&self, _: &At<()>) -> Visit {
        self.visits.next()
    }

    async fn nested<'a, C: ?Sized + Sync, M: Machine<C>>(
        &'a self,
        context: &'a C,
        at: &'a At<()>,
        input: M::Input,
    ) -> Result<M::Output, Failure> {
        let drive = pin!(self.drive::<C, M>(context, input));
        let outcome = InRun::new(M::NAME, None, drive).await;
        outcome.map_err(|failure| failure.at(at.place.workflow, at.place.node))
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    #[inline]
    fn is_cancelled(&self) -> bool {
        self.cancel().is_some_and(Cancel::is_taken)
    }

    #[inline]
    fn branch(&self, _: &At<()>, _: usize) {}

    #[inline]
    fn entered(&self, at: &At<()>, _: &impl Saved) {
        if !at.place.node.is_empty() {
            self.watch.entered(at.place);
        }
    }

    fn ask<'a, S: Ask>(
        &'a self,
        at: &'a At<()>,
        question: Question,
    ) -> impl Future<Output = Result<S::Output, Failure>> + Send {
        let answered = Caught::new(async move {
            let answer = self.prepared.as_ref().and_then(|setup| setup.answers.of::<S>());
            match answer.map(|answer| answer(&question)) {
                Some(Some(answer)) => Ok(answer),
                Some(None) => pending().await,
                None => Err(Failure::unanswered(S::NAME, question)),
            }
        });
        let placed = async move { answered.await.map_err(|failure| placed(failure, at.place)) };
        Cancellable::new(self.cancel(), at.place, true, placed)
    }

    fn timer<'a>(&'a self, at: &'a At<()>, until: Until) -> impl Future<Output = Result<(), Failure>> + Send {
        let waited = async move {
            let pause = match until {
                Until::After(pause) => pause,
                Until::At(moment) => moment.duration_since(now()).unwrap_or_default(),
            };
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            Ok(())
        };
        Cancellable::new(self.cancel(), at.place, true, waited)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cancel::Signals, failure::FailureKind, run::Setup};
    use std::{pin::pin, sync::Arc, time::SystemTime};
    use tokio::time::{advance, sleep, timeout};

    static HERE: Place = Place { workflow: "Flow", node: "sleep", index: 0, position: "", live: &[] };
    const AT: At<()> = At { scope: (), turn: 0, place: &HERE };
    const HOUR: Duration = Duration::from_secs(3600);

    struct Nothing;

    impl Saved for Nothing {
        fn save(&self, _: &mut dyn FnMut(&[&dyn crate::state::Kept])) {}
    }

    fn memory() -> Memory<()> {
        Memory::new((), None)
    }

    /// How long a timer waits, by Tokio's clock, in whole minutes.
    async fn minutes(until: Until) -> u64 {
        let begun = tokio::time::Instant::now();
        memory().timer(&AT, until).await.expect("nothing cancels it");
        begun.elapsed().as_secs() / 60
    }

    #[tokio::test(start_paused = true)]
    async fn a_timer_waits_for_a_span_of_time_by_tokios_clock() {
        assert_eq!(minutes(Until::After(HOUR)).await, 60);
    }

    #[tokio::test(start_paused = true)]
    async fn a_timer_waits_for_a_moment_by_a_clock_that_skips_with_tokios() {
        let begun = now();
        advance(HOUR).await;
        sleep(HOUR).await;
        // Half a minute more: how long this machine takes between two looks at its clocks must not count.
        assert_eq!(minutes(Until::At(begun + 3 * HOUR + HOUR / 120)).await, 60);
    }

    #[tokio::test(start_paused = true)]
    async fn a_moment_that_is_past_is_not_waited_for() {
        let begun = now();
        advance(HOUR).await;
        assert_eq!(minutes(Until::At(begun + HOUR / 2)).await, 0);
        assert_eq!(minutes(Until::At(SystemTime::UNIX_EPOCH)).await, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_timer_is_cancelled_with_its_run() {
        let cancel = Arc::new(Cancel::default());
        let setup = Setup { cancel: Some(Arc::clone(&cancel)), ..Setup::default() };
        let memory = Memory::new((), Some(Box::new(setup)));
        let mut timer = pin!(memory.timer(&AT, Until::After(HOUR)));
        assert!(timeout(HOUR / 2, timer.as_mut()).await.is_err());
        let mut signals = Signals::new(cancel);
        signals.push(std::future::ready(()));
        signals.poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
        let failure = timer.await.expect_err("it is cancelled");
        assert_eq!(failure.to_string(), "workflow `Flow` failed at `sleep`: the run was cancelled");
        assert_eq!(failure.kind(), FailureKind::Cancelled);
    }

    #[test]
    fn a_place_within_a_branch_is_traced_where_it_is_a_node() {
        let memory = Memory::new(Mutex::new(Vec::new()), None);
        let meets = Place { workflow: "Flow", node: "", index: 0, position: "", live: &[] };
        memory.branch(&AT, 1);
        memory.entered(&AT, &Nothing);
        memory.entered(&At { place: Box::leak(Box::new(meets)), ..AT }, &Nothing);
        assert_eq!(memory.watch.into_inner().expect("nothing panicked"), ["sleep"]);
    }
}
