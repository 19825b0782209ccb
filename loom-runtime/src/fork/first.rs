//! Branches of which the first to succeed wins.

use super::{Branch, Held, Joint, Leave, NoBranch, Progress, Step, poll_branch};
use crate::{
    driver::{At, Driver},
    failure::Failure,
};
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
    /// Polls those that are at work, up to the first that succeeds, and notes in `race` which are still at it. What is to
    /// stop none of them is put into `joint`.
    fn poll_first(self: Pin<&mut Self>, cx: &mut Context<'_>, joint: &mut dyn Joint<O>, race: &mut Race)
    -> Progress<O>;
    /// Which won.
    fn won(self: Pin<&mut Self>) -> Option<Self::Won>;
}

/// How a race stands after one poll.
#[derive(Debug, Clone, Copy, Default)]
pub struct Race {
    /// Whether a branch that does more than wait is still at it.
    working: bool,
    /// Whether any branch is.
    waiting: bool,
    /// Whether a branch that does more than wait takes part.
    worked: bool,
}

impl<O> Raced<O> for NoBranch {
    type Won = Infallible;
    fn poll_first(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut dyn Joint<O>, _: &mut Race) -> Progress<O> {
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

    fn poll_first(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        joint: &mut dyn Joint<O>,
        race: &mut Race,
    ) -> Progress<O> {
        let mut me = self.project();
        race.worked |= *me.works;
        if !std::mem::replace(me.begun, true) && joint.is_cancelled() {
            me.work.set(None);
        }
        if me.work.is_some() {
            match poll_branch(me.work, me.given, cx) {
                Step::Pending => {
                    race.waiting = true;
                    race.working |= *me.works;
                }
                Step::Given => return Progress::Done,
                Step::Exit(exit) => {
                    if let Some(exit) = joint.exits(exit) {
                        return Progress::Exit(exit);
                    }
                }
                Step::Failed(failure) => joint.holds(failure),
            }
        }
        me.rest.poll_first(cx, joint, race)
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
        held: Held<'a, D, O>,
    }
}

/// Runs branches until one succeeds or leaves the workflow; the others are dropped then.
///
/// It fails when every branch that does more than wait has failed, with the failure of the first that did. In a run that was
/// cancelled all go on to where they stop by themselves.
pub fn first<'a, D: Driver, O, B: Raced<O>>(driver: &'a D, at: &At<D::Scope>, branches: B) -> First<'a, D, B, O> {
    First { branches, held: Held::nothing(driver, at) }
}

impl<D: Driver, O, B: Raced<O>> Future for First<'_, D, B, O> {
    type Output = Result<Leave<B::Won, O>, Failure>;
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut me = self.project();
        let mut race = Race::default();
        let progress = me.branches.as_mut().poll_first(cx, me.held, &mut race);
        let goes_on = race.working || (race.waiting && (!race.worked || me.held.is_cancelled()));
        Poll::Ready(match progress {
            Progress::Pending if goes_on => return Poll::Pending,
            Progress::Exit(exit) => Ok(Leave::Exit(exit)),
            Progress::Failed(failure) => Err(failure),
            Progress::Done => me.branches.won().map(Leave::Join).ok_or_else(crate::failure::lost),
            Progress::Pending => me.held.leave(),
        })
    }
}
