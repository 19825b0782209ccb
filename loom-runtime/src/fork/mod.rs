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

use crate::{
    attempt::caught,
    driver::{At, Driver},
    failure::Failure,
};
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

/// What a fork makes of a branch that ends otherwise than by joining.
pub trait Joint<O> {
    /// Whether the run was cancelled since the fork began. What undoes a run that was cancelled before may fork as ever.
    fn is_cancelled(&mut self) -> bool;
    /// A branch leaves the workflow; gives the outcome when that stops the others.
    fn exits(&mut self, exit: Result<O, Failure>) -> Option<Result<O, Failure>>;
    /// A branch has failed; gives the failure when that stops the others.
    fn fails(&mut self, failure: Failure) -> Option<Failure>;
    /// A branch has failed, and that stops no other.
    fn holds(&mut self, failure: Failure);
}

/// What the branches of a fork have come to that does not stop the others.
struct Held<'a, D, O> {
    driver: &'a D,
    /// Whether the run was cancelled before the fork began.
    cancelled: bool,
    failure: Option<Failure>,
    exit: Option<Result<O, Failure>>,
}

impl<'a, D: Driver, O> Held<'a, D, O> {
    fn nothing(driver: &'a D, at: &At<D::Scope>) -> Self {
        Held { driver, cancelled: driver.was_cancelled(at), failure: None, exit: None }
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

impl<D: Driver, O> Joint<O> for Held<'_, D, O> {
    fn is_cancelled(&mut self) -> bool {
        !self.cancelled && self.driver.is_cancelled()
    }

    fn exits(&mut self, exit: Result<O, Failure>) -> Option<Result<O, Failure>> {
        if !self.is_cancelled() {
            return Some(exit);
        }
        self.exit.get_or_insert(exit);
        None
    }

    fn fails(&mut self, failure: Failure) -> Option<Failure> {
        if !failure.waits_for_others() && !self.is_cancelled() {
            return Some(failure);
        }
        self.holds(failure);
        None
    }

    #[cold]
    fn holds(&mut self, failure: Failure) {
        self.failure = Some(match self.failure.take() {
            Some(before) => before.joined(failure),
            None => failure,
        });
    }
}
