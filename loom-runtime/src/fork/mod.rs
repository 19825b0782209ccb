//! Branches at once: how they are polled, what stops them, and what they give when they have joined.
//!
//! A branch is a future that the machine makes; here none is known but by its number. Those that are written out stand
//! side by side in a list of [`Branch`]es, which is polled as a whole, by [`all`] or by [`first`]; those of a `for` fork,
//! in [`each`], come and go, so a woken one is found without asking the others. What runs is dropped in the order of the
//! branches.
//!
//! All are futures written by hand: an async function keeps what it is given beside what it makes of it, and forks within
//! forks would double with every level.

mod all;
mod each;
mod first;

pub use all::{Joined, all};
pub use each::each;
pub use first::{Which, first};

use crate::{attempt::caught, driver::Driver, failure::Failure};
use pin_project_lite::pin_project;
use std::{
    pin::Pin,
    task::{Context, Poll},
};

/// How a branch comes to its end: it joins its siblings with a `T`, or it leaves the workflow.
#[derive(Debug)]
pub enum Leave<T, O> {
    /// It joins.
    Join(T),
    /// It leaves the workflow, with an output or as failed.
    Exit(Result<O, Failure>),
}

/// What a list of branches does when it is polled.
#[derive(Debug)]
pub enum Progress<O> {
    /// Some are still at work.
    Pending,
    /// Enough of them have come to their end.
    Done,
    /// One leaves the workflow.
    Exit(Result<O, Failure>),
    /// One has failed.
    Failed(Failure),
}

/// Says what type the future of a branch has.
#[inline]
pub const fn branch<O, T, F: Future<Output = Result<Leave<T, O>, Failure>>>(work: F) -> F {
    work
}

pin_project! {
    /// A branch that is written out, and those behind it.
    pub struct Branch<F, T, R> {
        #[pin] work: Option<F>,
        given: Option<T>,
        // Whether it does more than wait.
        works: bool,
        begun: bool,
        #[pin] rest: R,
    }
}

/// The end of a list of branches.
#[derive(Debug)]
pub struct NoBranch;

impl<F: Future<Output = Result<Leave<T, O>, Failure>>, T, O, R> Branch<F, T, R> {
    /// A branch before others; `works` says whether it does more than wait.
    pub const fn new(work: F, works: bool, rest: R) -> Self {
        Branch { work: Some(work), given: None, works, begun: false, rest }
    }
}

/// What happened in a branch when it was polled.
enum Step<O> {
    Pending,
    Given,
    Exit(Result<O, Failure>),
    Failed(Failure),
}

fn poll_branch<F, T, O>(mut work: Pin<&mut Option<F>>, given: &mut Option<T>, cx: &mut Context<'_>) -> Step<O>
where
    F: Future<Output = Result<Leave<T, O>, Failure>>,
{
    let Some(running) = work.as_mut().as_pin_mut() else { return Step::Given };
    let Poll::Ready(outcome) = caught(running, cx) else { return Step::Pending };
    // It is dropped where it ended, not with its siblings.
    work.set(None);
    match outcome {
        Ok(Leave::Join(value)) => {
            *given = Some(value);
            Step::Given
        }
        Ok(Leave::Exit(exit)) => Step::Exit(exit),
        Err(failure) => Step::Failed(failure),
    }
}

/// What the branches of a fork have come to that does not stop the others.
#[derive(Debug)]
struct Held<O> {
    failure: Option<Failure>,
    exit: Option<Result<O, Failure>>,
}

impl<O> Held<O> {
    const fn nothing() -> Self {
        Held { failure: None, exit: None }
    }

    #[cold]
    fn fail(&mut self, failure: Failure) {
        self.failure = Some(match self.failure.take() {
            Some(before) => before.joined(failure),
            None => failure,
        });
    }

    /// What the fork comes to when all of its branches have ended and not all have joined. A failure may still be caught
    /// behind the fork, so it goes before an exit.
    #[cold]
    fn leave<T>(&mut self) -> Result<Leave<T, O>, Failure> {
        match (self.failure.take(), self.exit.take()) {
            (Some(failure), _) => Err(failure),
            (None, Some(exit)) => Ok(Leave::Exit(exit)),
            (None, None) => Err(Failure::cancelled()),
        }
    }

    const fn is_nothing(&self) -> bool {
        self.failure.is_none() && self.exit.is_none()
    }
}

/// Whether the run is cancelled while a fork runs. What undoes a run that was cancelled before may fork as ever.
#[derive(Debug)]
struct Cancelled<'a, D> {
    driver: &'a D,
    before: Option<bool>,
}

impl<'a, D: Driver> Cancelled<'a, D> {
    const fn new(driver: &'a D) -> Self {
        Cancelled { driver, before: None }
    }

    fn is_now(&mut self) -> bool {
        let now = self.driver.is_cancelled();
        let before = *self.before.get_or_insert(now);
        now && !before
    }
}
