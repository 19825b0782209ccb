//! The in-memory driver: typed values straight through, nothing kept.

use crate::{
    attempt::Caught,
    driver::{At, Driver},
    failure::Failure,
    machine::{Flow, Machine, Place},
    step::Call,
};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Runs workflows in memory, by Tokio's clock. What watches it is told of every node it enters.
struct Memory<W> {
    watch: W,
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
        if !place.node.is_empty() {
            locked(self).push(place.node);
        }
    }
}

// Only pushes happen under the lock, so a poisoned one holds nothing half-done.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a workflow in memory.
///
/// # Errors
/// The failure of a step or of a `fail(…)`, with the node it happened at.
pub async fn run<C: ?Sized + Sync, M: Machine<C>>(
    context: &C,
    input: M::Input,
) -> Result<M::Output, Failure> {
    Memory { watch: () }.drive::<C, M>(context, input).await
}

/// Runs a workflow in memory and gives the names of the nodes it visited, in order, beside its outcome.
pub async fn trace<C: ?Sized + Sync, M: Machine<C>>(
    context: &C,
    input: M::Input,
) -> (Vec<&'static str>, Result<M::Output, Failure>) {
    let memory = Memory {
        watch: Mutex::new(Vec::new()),
    };
    let outcome = memory.drive::<C, M>(context, input).await;
    (
        memory
            .watch
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner),
        outcome,
    )
}

impl<W: Watch> Memory<W> {
    async fn drive<C: ?Sized + Sync, M: Machine<C>>(
        &self,
        context: &C,
        input: M::Input,
    ) -> Result<M::Output, Failure> {
        let begun = Caught::new(async { M::begin(input) }).await;
        let mut state = match begun.map_err(|failure| failure.at(M::NAME, "start"))? {
            Flow::Go(state) => state,
            Flow::End(output) => return Ok(output),
        };
        let mut turn = 0;
        loop {
            let at = At {
                scope: (),
                turn,
                place: M::place(&state),
            };
            self.watch.entered(at.place);
            match Caught::new(M::turn(&mut state, self, context, &at)).await {
                Ok(None) => turn += 1,
                Ok(Some(output)) => return Ok(output),
                Err(failure) => return Err(placed(failure, at.place)),
            }
        }
    }
}

// A step's failure knows its place; one of the graph itself (a `fail`, a panic in an expression) learns it here.
#[cold]
fn placed(failure: Failure, place: &'static Place) -> Failure {
    if failure.node().is_empty() {
        failure.at(place.workflow, place.node)
    } else {
        failure
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
        S::perform(self, context, at, args)
    }

    async fn nested<'a, C: ?Sized + Sync, M: Machine<C>>(
        &'a self,
        context: &'a C,
        at: &'a At<()>,
        input: M::Input,
    ) -> Result<M::Output, Failure> {
        let outcome = self.drive::<C, M>(context, input).await;
        outcome.map_err(|failure| failure.at(at.place.workflow, at.place.node))
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
