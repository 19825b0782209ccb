//! Branches that all join.

use super::{Branch, Held, Joint, Leave, NoBranch, Progress, Step, poll_branch};
use crate::{
    driver::{At, Driver},
    failure::Failure,
};
use pin_project_lite::pin_project;
use std::{
    pin::Pin,
    task::{Context, Poll},
};

/// Branches that all join.
pub trait Joined<O> {
    /// What they give, as nested pairs that end in `()`.
    type Given;
    /// Polls those that are at work. What is to stop none of them is put into `joint`.
    fn poll_all(self: Pin<&mut Self>, cx: &mut Context<'_>, joint: &mut dyn Joint<O>) -> Progress<O>;
    /// What they gave.
    fn given(self: Pin<&mut Self>) -> Option<Self::Given>;
}

impl<O> Joined<O> for NoBranch {
    type Given = ();
    fn poll_all(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut dyn Joint<O>) -> Progress<O> {
        Progress::Done
    }
    fn given(self: Pin<&mut Self>) -> Option<()> {
        Some(())
    }
}

impl<F, T, O, R> Joined<O> for Branch<F, T, R>
where
    F: Future<Output = Result<Leave<T, O>, Failure>>,
    R: Joined<O>,
{
    type Given = (T, R::Given);

    fn poll_all(self: Pin<&mut Self>, cx: &mut Context<'_>, joint: &mut dyn Joint<O>) -> Progress<O> {
        let mut me = self.project();
        if !std::mem::replace(me.begun, true) && joint.is_cancelled() {
            me.work.set(None);
        }
        let pending = match poll_branch(me.work, me.given, cx) {
            Step::Pending => true,
            Step::Given => false,
            Step::Exit(exit) => match joint.exits(exit) {
                Some(exit) => return Progress::Exit(exit),
                None => false,
            },
            Step::Failed(failure) => match joint.fails(failure) {
                Some(failure) => return Progress::Failed(failure),
                None => false,
            },
        };
        match me.rest.poll_all(cx, joint) {
            Progress::Done if pending => Progress::Pending,
            progress => progress,
        }
    }

    fn given(self: Pin<&mut Self>) -> Option<Self::Given> {
        let me = self.project();
        Some((me.given.take()?, me.rest.given()?))
    }
}

pin_project! {
    /// Runs branches until all have joined, one leaves the workflow, or one fails.
    #[must_use = "futures do nothing unless polled"]
    pub struct All<'a, D, B, O> {
        #[pin] branches: B,
        held: Held<'a, D, O>,
    }
}

/// Runs branches until all have joined, one leaves the workflow, or one fails.
///
/// It gives the failure of the branch that failed first. Where nobody answered one of them, or the run was cancelled, the
/// others go on to where they stop by themselves, and the failure is given then.
pub fn all<'a, D: Driver, O, B: Joined<O>>(driver: &'a D, at: &At<D::Scope>, branches: B) -> All<'a, D, B, O> {
    All { branches, held: Held::nothing(driver, at) }
}

impl<D: Driver, O, B: Joined<O>> Future for All<'_, D, B, O> {
    type Output = Result<Leave<B::Given, O>, Failure>;
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut me = self.project();
        match me.branches.as_mut().poll_all(cx, me.held) {
            Progress::Pending => return Poll::Pending,
            Progress::Exit(exit) => return Poll::Ready(Ok(Leave::Exit(exit))),
            Progress::Failed(failure) => return Poll::Ready(Err(failure)),
            Progress::Done => {}
        }
        if !me.held.is_nothing() {
            return Poll::Ready(me.held.leave());
        }
        // One that did not begin gives nothing.
        Poll::Ready(match me.branches.given() {
            Some(given) => Ok(Leave::Join(given)),
            None => me.held.leave(),
        })
    }
}
