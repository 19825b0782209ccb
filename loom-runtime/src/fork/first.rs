//! Branches of which the first to succeed wins.

use super::{Branch, Cancelled, Held, Leave, NoBranch, Progress, Step, poll_branch};
use crate::{driver::Driver, failure::Failure};
use pin_project_lite::pin_project;
use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

/// Which of several branches came first, and what it gave.
#[derive(Debug)]
pub enum Which<T, R> {
    /// This one.
    This(T),
    /// One of those behind it.
    Rest(R),
}

/// Branches of which the first to succeed wins.
pub trait Raced<O> {
    /// Which it was.
    type Won;
    /// Polls those that are at work, up to the first that succeeds. `working` is set when one that does more than wait
    /// has not failed, and `waiting` when any has not.
    fn poll_first(self: Pin<&mut Self>, cx: &mut Context<'_>, race: &mut dyn Race<O>) -> Progress<O>;
    /// Which won.
    fn won(self: Pin<&mut Self>) -> Option<Self::Won>;
}

/// How a race stands after one poll.
pub trait Race<O> {
    /// Whether the run was cancelled since the race began.
    fn is_cancelled(&mut self) -> bool;
    /// A branch is still at it, and does more than wait, or not.
    fn runs(&mut self, works: bool);
    /// A branch that does more than wait takes part.
    fn takes_part(&mut self);
    /// A branch leaves the workflow; gives the outcome when that stops the others.
    fn exits(&mut self, exit: Result<O, Failure>) -> Option<Result<O, Failure>>;
    /// A branch has failed.
    fn fails(&mut self, failure: Failure);
}

struct State<'a, D, O> {
    cancelled: Cancelled<'a, D>,
    held: Held<O>,
    working: bool,
    waiting: bool,
    worked: bool,
}

impl<D: Driver, O> Race<O> for State<'_, D, O> {
    fn is_cancelled(&mut self) -> bool {
        self.cancelled.is_now()
    }

    fn runs(&mut self, works: bool) {
        self.waiting = true;
        self.working |= works;
    }

    fn takes_part(&mut self) {
        self.worked = true;
    }

    fn exits(&mut self, exit: Result<O, Failure>) -> Option<Result<O, Failure>> {
        if !self.cancelled.is_now() {
            return Some(exit);
        }
        self.held.exit.get_or_insert(exit);
        None
    }

    fn fails(&mut self, failure: Failure) {
        self.held.failure = Some(match self.held.failure.take() {
            // The first to fail says why, unless it only had nobody to answer it; then all questions are told.
            Some(first) if !first.waits_for_others() => first,
            Some(first) if failure.waits_for_others() => first.joined(failure),
            _ => failure,
        });
    }
}

impl<O> Raced<O> for NoBranch {
    type Won = Infallible;
    fn poll_first(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut dyn Race<O>) -> Progress<O> {
        Progress::Pending
    }
    fn won(self: Pin<&mut Self>) -> Option<Infallible> {
        None
    }
}

impl<F, T, O, R> Raced<O> for Branch<F, T, R>
where
    F: Future<Output = Result<Leave<T, O>, Failure>>,
    R: Raced<O>,
{
    type Won = Which<T, R::Won>;

    fn poll_first(self: Pin<&mut Self>, cx: &mut Context<'_>, race: &mut dyn Race<O>) -> Progress<O> {
        let mut me = self.project();
        if *me.works {
            race.takes_part();
        }
        if !std::mem::replace(me.begun, true) && race.is_cancelled() {
            me.work.set(None);
        }
        if me.work.is_some() {
            match poll_branch(me.work, me.given, cx) {
                Step::Pending => race.runs(*me.works),
                Step::Given => return Progress::Done,
                Step::Exit(exit) => {
                    if let Some(exit) = race.exits(exit) {
                        return Progress::Exit(exit);
                    }
                }
                Step::Failed(failure) => race.fails(failure),
            }
        }
        me.rest.poll_first(cx, race)
    }

    fn won(self: Pin<&mut Self>) -> Option<Self::Won> {
        let me = self.project();
        match me.given.take() {
            Some(given) => Some(Which::This(given)),
            None => me.rest.won().map(Which::Rest),
        }
    }
}

pin_project! {
    /// Runs branches until one succeeds or leaves the workflow.
    #[must_use = "futures do nothing unless polled"]
    pub struct First<'a, D, B, O> {
        #[pin] branches: B,
        state: State<'a, D, O>,
    }
}

/// Runs branches until one succeeds or leaves the workflow; the others are dropped then.
///
/// It fails when every branch that does more than wait has failed, with the failure of the first that did. In a run that was
/// cancelled all go on to where they stop by themselves.
pub const fn first<D: Driver, O, B: Raced<O>>(driver: &D, branches: B) -> First<'_, D, B, O> {
    let state = State {
        cancelled: Cancelled::new(driver),
        held: Held::nothing(),
        working: false,
        waiting: false,
        worked: false,
    };
    First { branches, state }
}

impl<D: Driver, O, B: Raced<O>> Future for First<'_, D, B, O> {
    type Output = Result<Leave<B::Won, O>, Failure>;
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut me = self.project();
        let state = me.state;
        (state.working, state.waiting) = (false, false);
        let progress = me.branches.as_mut().poll_first(cx, state);
        let goes_on = state.working || (state.waiting && (!state.worked || state.is_cancelled()));
        Poll::Ready(match progress {
            Progress::Pending if goes_on => return Poll::Pending,
            Progress::Exit(exit) => Ok(Leave::Exit(exit)),
            Progress::Failed(failure) => Err(failure),
            Progress::Done => me.branches.won().map(Leave::Join).ok_or_else(crate::failure::lost),
            Progress::Pending => state.held.leave(),
        })
    }
}
