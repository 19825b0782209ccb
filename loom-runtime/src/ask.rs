//! What `#[ask]` makes of a function: a step that words a question and waits for the answer.

use crate::{
    attempt::panicked,
    driver::{At, Driver},
    failure::Failure,
    question::Question,
    step::Step,
};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A step that asks a person and waits for the answer, which is its output.
///
/// `#[ask(…)]` implements it for a type that bears the function's name; nobody implements it by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an ask",
    label = "not an ask",
    note = "an ask is a function under `#[ask(Answer)]` that gives a `Question`"
)]
pub trait Ask: Step {
    /// Whether an answer that comes before its question is kept.
    const INBOX: bool;
}

/// What the function of an ask gives: a [`Question`].
#[diagnostic::on_unimplemented(
    message = "an ask gives the `Question` to ask, and this is `{Self}`",
    label = "not a `Question`",
    note = "an ask only words the question, and what it is answered with stands in `#[ask(Answer)]`: write `-> Question`"
)]
pub trait Asking {
    /// The question.
    fn question(self) -> Question;
}

impl Asking for Question {
    #[inline]
    fn question(self) -> Question {
        self
    }
}

/// Words a question and has the driver ask it.
///
/// # Errors
/// When the wording panics, and what the driver makes of a question without an answer.
pub async fn asked<D: Driver, A: Ask>(
    driver: &D,
    at: &At<D::Scope>,
    word: impl FnOnce() -> Question + Send,
) -> Result<A::Output, Failure> {
    // What the function leaves behind when it panics is dropped with it, unseen.
    match catch_unwind(AssertUnwindSafe(word)) {
        Ok(question) => driver.ask::<A>(at, question).await,
        Err(payload) => Err(panicked(&*payload).at(at.place.workflow, at.place.node)),
    }
}
