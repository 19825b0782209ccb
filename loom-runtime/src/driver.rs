//! What a machine asks of the world, and what runs a machine.

use crate::{
    failure::Failure,
    machine::{Machine, Place},
    question::Question,
    step::{Call, Step},
    wait::Until,
};
use std::time::Duration;

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

    /// The scope of one branch of the fork that stands at `at`; of a fork over items, of one item.
    fn branch(&self, at: &At<Self::Scope>, branch: usize) -> Self::Scope;

    /// Is told that a run has come to a place within a branch of a fork. Places outside of branches are seen by whoever
    /// takes the turns.
    fn entered(&self, at: &At<Self::Scope>);

    /// Waits for the answer to the question of an ask.
    ///
    /// # Errors
    /// When nobody can answer it, or the run is cancelled.
    fn ask<'a, S: Step>(
        &'a self,
        at: &'a At<Self::Scope>,
        question: Question,
    ) -> impl Future<Output = Result<S::Output, Failure>> + Send;

    /// Waits for what a graph waits for: a `sleep(…)`, or the limit of a `within`.
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
