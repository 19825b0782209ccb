//! Workflows in one line: what `chain!`, `route!` and `parallel!` give, and what they ask of their first step.

use crate::{
    failure::Failure,
    machine::{Machine, Workflow},
    memory::{Traced, run, trace},
    run::Run,
    step::Step,
};
use loomflow_graph::graph::Graph;
use std::{fmt, marker::PhantomData};

/// What a step takes, or the first thing it takes where it takes several; nothing is `()`.
pub trait Takes: Step {
    /// The parameter as it is written; what is not lent is [`Taken`].
    type Param: Owned;
}

/// A parameter that takes a value.
#[derive(Debug)]
pub struct Taken<T>(PhantomData<T>);

/// What a run keeps of what a parameter is lent.
pub trait Owned {
    /// What owns it.
    type Owned;
}

impl<T> Owned for Taken<T> {
    type Owned = T;
}

impl<T> Owned for &T {
    type Owned = T;
}

impl Owned for &str {
    type Owned = String;
}

impl<T> Owned for &[T] {
    type Owned = Vec<T>;
}

impl<T> Owned for Option<&T> {
    type Owned = Option<T>;
}

impl Owned for Option<&str> {
    type Owned = Option<String>;
}

/// A workflow that was written in one line: by `chain!`, `route!` or `parallel!`.
///
/// It takes one value, the one its first step takes, and has what every workflow has.
pub struct Line<W>(PhantomData<fn() -> W>);

impl<W: Workflow<Input = (T,)>, T: 'static> Line<W> {
    /// The line of a workflow.
    #[doc(hidden)]
    #[must_use]
    pub const fn new() -> Self {
        Line(PhantomData)
    }

    /// Runs it in memory; nothing is kept. Dropping the future cancels the run.
    ///
    /// # Errors
    /// When a step fails for good.
    pub fn run<C: ?Sized + Sync>(self, context: &C, input: T) -> Run<'_, Result<W::Output, Failure>>
    where
        W: Machine<C, Input = (T,)>,
    {
        run::<C, W>(context, (input,))
    }

    /// Runs it in memory and gives, beside its outcome, the names of the nodes it visited, in order.
    pub fn trace<C: ?Sized + Sync>(self, context: &C, input: T) -> Run<'_, Traced<W::Output>>
    where
        W: Machine<C, Input = (T,)>,
    {
        trace::<C, W>(context, (input,))
    }

    /// Its graph.
    #[must_use]
    pub const fn graph(self) -> Graph<'static> {
        W::GRAPH
    }
}

impl<W> Clone for Line<W> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<W> Copy for Line<W> {}

impl<W: Workflow> fmt::Debug for Line<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(W::NAME)
    }
}
