//! What a machine asks of the world, and what runs a machine.

use crate::{
    failure::Failure,
    machine::{Machine, Place},
    step::Call,
};
use std::time::Duration;

/// Everything that touches the world: performing a step, the clock, running a nested workflow.
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

    /// Waits by the driver's clock.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;
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
