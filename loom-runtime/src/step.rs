//! What `#[step]` makes of a function: a type of the function's name that a graph can name.

use crate::{
    driver::{At, Driver},
    failure::Failure,
    parts::Parts,
    policy::Policy,
    value::Value,
};

/// A step, or a workflow used as one: the part that does not depend on the context.
///
/// `#[step]` implements it for a type that bears the function's name; nobody implements it by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a step",
    label = "not a step",
    note = "add `#[step]` to the function `{Self}`, or make a workflow of it with `workflow!`"
)]
pub trait Step: 'static {
    /// The function's name.
    const NAME: &'static str;
    /// The function's doc comment, lines joined by `\n`.
    const DOC: &'static str;
    /// How often it is attempted, with what pauses, for how long.
    const POLICY: Policy;
    /// Whether it only waits: for an answer.
    const WAITS: bool = false;
    /// The arguments the graph hands over, as a tuple; what borrows, borrows from the run's state.
    type Args<'a>: Send;
    /// What the step gives when it succeeds.
    type Output: Value;

    /// The arguments as JSON, of a step whose output is kept by what it was given.
    #[must_use]
    fn input(_args: &Self::Args<'_>) -> Option<Result<String, serde_json::Error>> {
        None
    }

    /// Whether an answer, as JSON, is of the shape that an ask of this name needs: this step, or one within this workflow.
    /// None when there is no such ask.
    #[must_use]
    fn check_answer(_ask: &str, _json: &str) -> Option<Result<(), serde_json::Error>> {
        None
    }

    /// What it is called, and what runs within it, of a workflow.
    #[doc(hidden)]
    #[must_use]
    fn parts() -> Parts {
        Parts::of::<Self>(None, &[])
    }
}

/// Checks whether a step is an ask of some name, and whether an answer is of its shape.
pub type CheckAnswer = fn(&str, &str) -> Option<Result<(), serde_json::Error>>;

/// The first of several that knows the ask.
#[must_use]
pub fn check_answer(steps: &[CheckAnswer], ask: &str, json: &str) -> Option<Result<(), serde_json::Error>> {
    steps.iter().find_map(|check| check(ask, json))
}

/// A step that can be called in a context `C`: the part that needs the context.
pub trait Call<C: ?Sized>: Step {
    /// Performs the step, all of its attempts.
    ///
    /// # Errors
    /// The failure of the last attempt.
    fn perform<'a, D: Driver>(
        driver: &'a D,
        context: &'a C,
        at: &'a At<D::Scope>,
        args: Self::Args<'a>,
    ) -> impl Future<Output = Result<Self::Output, Failure>> + Send;

    /// Meets the step as a node of a graph: a step asks the driver to perform it, a workflow to run it within.
    ///
    /// # Errors
    /// What the driver makes of a failing step.
    #[inline]
    fn enter<'a, D: Driver>(
        driver: &'a D,
        context: &'a C,
        at: &'a At<D::Scope>,
        args: Self::Args<'a>,
    ) -> impl Future<Output = Result<Self::Output, Failure>> + Send
    where
        Self: Sized,
    {
        driver.step::<C, Self>(context, at, args)
    }
}

/// Bears [`Calls`] and [`Runs`](crate::machine::Runs).
#[derive(Debug)]
pub struct Caller;

/// That a step `S` can be called in a context `C`, as a bound of a generic workflow.
///
/// With a bound `S: Call<C>` rustc would look for the outputs and arguments of a generic step in that bound and no longer
/// see what they are. This one leads nowhere but to the call.
pub trait Calls<S: Step, C: ?Sized> {
    /// Meets the step as a node of a graph.
    ///
    /// # Errors
    /// What the driver makes of a failing step.
    fn enter<'a, D: Driver>(
        driver: &'a D,
        context: &'a C,
        at: &'a At<D::Scope>,
        args: S::Args<'a>,
    ) -> impl Future<Output = Result<S::Output, Failure>> + Send;
}

#[diagnostic::do_not_recommend]
impl<S: Call<C>, C: ?Sized> Calls<S, C> for Caller {
    #[inline]
    fn enter<'a, D: Driver>(
        driver: &'a D,
        context: &'a C,
        at: &'a At<D::Scope>,
        args: S::Args<'a>,
    ) -> impl Future<Output = Result<S::Output, Failure>> + Send {
        S::enter(driver, context, at, args)
    }
}
