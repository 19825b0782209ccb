//! What a machine asks of the world, and what runs a machine.

use crate::{
    ask::Ask,
    failure::Failure,
    machine::{Machine, Place},
    question::Question,
    state::{Added, Restoring, Saved, Source, Unfit},
    step::Call,
    visit::Visit,
    wait::Until,
};
use std::{future::ready, time::Duration};

/// Everything that touches the world: performing a step, asking a person, the clock, running a nested workflow.
///
/// A machine knows what comes next and does nothing; a driver does things and knows nothing of routes and bounds.
pub trait Driver: Sync {
    /// What a driver remembers of the place of a run within its workflows.
    type Scope: Send + Sync;

    /// Performs one step at one visit of its node.
    ///
    /// # Errors
    /// The failure of its last attempt.
    fn step<'a, C: ?Sized, S: Call<C>>(
        &'a self,
        context: &'a C,
        at: &'a At<Self::Scope>,
        args: S::Args<'a>,
    ) -> impl Future<Output = Result<S::Output, Failure>> + Send;

    /// What a step is told of the run it is performed in, if it asks.
    fn visit(&self, at: &At<Self::Scope>) -> Visit;

    /// Whether it is known what the node at a place gave, from before the run was cut off: then nothing of it is performed.
    #[inline]
    fn is_recalled(&self, _at: &At<Self::Scope>) -> bool {
        false
    }

    /// Runs a workflow that is a node of another one.
    ///
    /// # Errors
    /// The failure of the nested run, with the place of this node added.
    fn nested<'a, C: ?Sized + Sync, M: Machine<C>>(
        &'a self,
        context: &'a C,
        at: &'a At<Self::Scope>,
        input: M::Input,
    ) -> impl Future<Output = Result<M::Output, Failure>> + Send;

    /// Waits by the driver's clock: the pause between two attempts, the time limit of one.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;

    /// Whether a node of the run has failed because the run was cancelled. A fork in which that happens begins nothing new,
    /// and lets its branches go on to where they stop by themselves.
    fn is_cancelled(&self) -> bool {
        false
    }

    /// Whether that was so before the run came to the fork that stands at `at`: what undoes a run that was cancelled forks as
    /// ever.
    fn was_cancelled(&self, _at: &At<Self::Scope>) -> bool {
        self.is_cancelled()
    }

    /// The scope of one branch of the fork that stands at `at`; of a fork over items, of one item.
    fn branch(&self, at: &At<Self::Scope>, branch: usize) -> Self::Scope;

    /// Is told that a run has come to a place within a branch of a fork, with the state it is in. Places outside of
    /// branches are seen by whoever takes the turns.
    fn entered(&self, at: &At<Self::Scope>, state: &impl Saved);

    /// Is told that a way was taken that has this label.
    #[inline]
    fn took(&self, _at: &At<Self::Scope>, _label: &'static str) {}

    /// Is told that a value was set on the way, and where it comes from.
    #[inline]
    fn sets(&self, _at: &At<Self::Scope>, _value: &'static str, _source: Source) {}

    /// Is told what was appended to a list on the way, and where it comes from.
    #[inline]
    fn appends(&self, _at: &At<Self::Scope>, _list: &'static str, _source: Source, _added: Added<'_>) {}

    /// The state in which a branch goes on that was cut off; none of one that begins.
    #[inline]
    fn restored(&self, _at: &At<Self::Scope>, _places: &'static [Place]) -> Option<Restoring> {
        None
    }

    /// How many turns a branch had taken before the one it goes on with.
    #[inline]
    fn turns(&self, _at: &At<Self::Scope>) -> u64 {
        0
    }

    /// What a branch fails with whose state cannot be restored. Nothing of the run is performed from then on.
    fn unfit(&self, _at: &At<Self::Scope>, _unfit: Unfit) -> Failure {
        crate::failure::lost()
    }

    /// How many attempts of the step at a node had failed before the run was cut off.
    #[inline]
    fn attempted(&self, _at: &At<Self::Scope>) -> u32 {
        0
    }

    /// Is told that an attempt failed and another one follows.
    #[inline]
    fn failed<'a>(
        &'a self,
        _at: &'a At<Self::Scope>,
        _attempt: u32,
        _failure: &Failure,
    ) -> impl Future<Output = ()> + Send {
        ready(())
    }

    /// Waits for the answer to the question of an ask.
    ///
    /// # Errors
    /// When nobody can answer it, or the run is cancelled.
    fn ask<'a, A: Ask>(
        &'a self,
        at: &'a At<Self::Scope>,
        question: Question,
    ) -> impl Future<Output = Result<A::Output, Failure>> + Send;

    /// Waits for what a graph waits for: a `sleep(…)`, or the limit of a `within`. The time of that runs from this call, which
    /// comes before the work within the limit is begun.
    ///
    /// # Errors
    /// When the run is cancelled.
    fn timer<'a>(&'a self, at: &'a At<Self::Scope>, until: Until) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// Where a run stands: the visit of a node.
#[derive(Debug)]
pub struct At<S> {
    /// The driver's own part.
    pub scope: S,
    /// How many turns the run has taken before.
    pub turn: u64,
    /// The place in the graph.
    pub place: &'static Place,
}
