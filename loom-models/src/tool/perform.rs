//! A tool as a step that takes its arguments in one piece.

use super::Tool;
use crate::spans;
use loomflow_runtime::{
    __private::{Parts, Taken, Takes},
    Failure, Policy, Step,
    driver::{At, Driver},
    step::Call,
};
use std::{convert::Infallible, marker::PhantomData};
use tracing::Instrument;

/// The tool `T` as a step that takes its arguments in one piece, as [`Tool::parse`] gives them, so that a graph that performs
/// what a model asked for need not know the parameters.
///
/// It stands for the tool in all else: it has the tool's name, policy, output and needs, and the run enters the tool itself, so
/// that its retries, its time limit, its `at_most_once` and, where it is a workflow, its own nodes are what they are without it.
#[derive(Debug)]
pub struct Use<T>(Infallible, PhantomData<fn() -> T>);

impl<T: Tool> Use<T> {
    #[doc(hidden)]
    #[inline]
    pub fn __args(args: <T as Tool>::Args) -> (<T as Tool>::Args,) {
        (args,)
    }

    #[doc(hidden)]
    #[inline]
    pub fn __bare(args: <T as Tool>::Args) -> (<T as Tool>::Args,) {
        (args,)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Tool> Takes for Use<T> {
    type Param = Taken<<T as Tool>::Args>;
}

#[diagnostic::do_not_recommend]
impl<T: Tool> Step for Use<T> {
    const NAME: &'static str = <T as Step>::NAME;
    const DOC: &'static str = T::DOC;
    const POLICY: Policy = T::POLICY;
    const WAITS: bool = T::WAITS;
    type Args<'a> = (<T as Tool>::Args,);
    type Output = T::Output;

    fn input((args,): &Self::Args<'_>) -> Option<Result<String, serde_json::Error>> {
        T::input(&T::lend(args))
    }

    fn check_answer(ask: &str, json: &str) -> Option<Result<(), serde_json::Error>> {
        T::check_answer(ask, json)
    }

    // What a test stands in for is the tool.
    fn parts() -> Parts {
        T::parts()
    }
}

impl<C: ?Sized + Sync, T: Tool + Call<C>> Call<C> for Use<T> {
    async fn perform<'a, D: Driver>(
        driver: &'a D,
        context: &'a C,
        at: &'a At<D::Scope>,
        (args,): Self::Args<'a>,
    ) -> Result<T::Output, Failure> {
        let span = spans::tool(Self::NAME, Self::DOC);
        let outcome = T::perform(driver, context, at, T::lend(&args)).instrument(span.clone()).await;
        outcome.inspect_err(|failure| spans::broke(&span, failure))
    }

    async fn enter<'a, D: Driver>(
        driver: &'a D,
        context: &'a C,
        at: &'a At<D::Scope>,
        (args,): Self::Args<'a>,
    ) -> Result<T::Output, Failure> {
        if driver.is_recalled(at) {
            return T::enter(driver, context, at, T::lend(&args)).await;
        }
        let span = spans::tool(Self::NAME, Self::DOC);
        let outcome = T::enter(driver, context, at, T::lend(&args)).instrument(span.clone()).await;
        outcome.inspect_err(|failure| spans::broke(&span, failure))
    }
}
