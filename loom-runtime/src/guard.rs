//! Work that may take so long and no longer, and work whose failure is a part of what it gives.

use crate::{
    driver::{At, Driver},
    failure::{Failure, FailureKind},
    fork::Leave,
    wait::Until,
};
use pin_project_lite::pin_project;
use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

pin_project! {
    struct Within<W, B, T> {
        #[pin] work: W,
        #[pin] timer: Option<T>,
        begin: Option<B>,
    }
}

impl<W, B, T, V> Future for Within<W, B, T>
where
    W: Future<Output = Result<V, Failure>>,
    B: FnOnce() -> T,
    T: Future<Output = Result<(), Failure>>,
{
    type Output = Result<Option<V>, Failure>;
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut me = self.project();
        // Before the work: who is asked is told by when.
        if let Some(begin) = me.begin.take() {
            me.timer.set(Some(begin()));
        }
        if let Poll::Ready(outcome) = me.work.poll(cx) {
            return Poll::Ready(outcome.map(Some));
        }
        match me.timer.as_mut().as_pin_mut() {
            Some(timer) => match ready!(timer.poll(cx)) {
                Ok(()) => Poll::Ready(Ok(None)),
                // The run was cancelled, and that is told at the work. What undoes it has no limit.
                Err(_) => {
                    me.timer.set(None);
                    Poll::Pending
                }
            },
            None => Poll::Pending,
        }
    }
}

/// Runs work that may take so long and no longer; it gives nothing when the time is up.
///
/// When the run is cancelled, the work fails where it stands. What it does to undo itself then has no limit any more: half
/// undone would be worse than late.
pub const fn within<'a, D: Driver, T>(
    driver: &'a D,
    at: &'a At<D::Scope>,
    limit: Duration,
    work: impl Future<Output = Result<T, Failure>> + Send,
) -> impl Future<Output = Result<Option<T>, Failure>> + Send {
    Within { work, timer: None, begin: Some(move || driver.timer(at, Until::After(limit))) }
}

pin_project! {
    /// Work whose failure is a part of what it gives, unless nothing may take it.
    #[must_use = "futures do nothing unless polled"]
    pub struct Trying<W> {
        #[pin] work: W,
    }
}

/// A step whose failure is a part of what it gives.
pub const fn trying<W>(work: W) -> Trying<W> {
    Trying { work }
}

impl<W: Future<Output = Result<T, Failure>>, T> Future for Trying<W> {
    type Output = Result<Result<T, Failure>, Failure>;
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match ready!(self.project().work.poll(cx)) {
            Ok(output) => Ok(Ok(output)),
            Err(failure) => triable(failure).map(Err),
        })
    }
}

pin_project! {
    /// Branches whose failure is a part of what they give, unless nothing may take it.
    #[must_use = "futures do nothing unless polled"]
    pub struct TryingAll<W> {
        #[pin] work: W,
    }
}

/// Branches whose failure is a part of what they give.
pub const fn trying_all<W>(work: W) -> TryingAll<W> {
    TryingAll { work }
}

impl<W: Future<Output = Result<Leave<T, O>, Failure>>, T, O> Future for TryingAll<W> {
    type Output = Result<Leave<Result<T, Failure>, O>, Failure>;
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match ready!(self.project().work.poll(cx)) {
            Ok(Leave::Join(given)) => Ok(Leave::Join(Ok(given))),
            Ok(Leave::Exit(exit)) => Ok(Leave::Exit(exit)),
            Err(failure) => triable(failure).map(|failure| Leave::Join(Err(failure))),
        })
    }
}

/// The failure, where a `try` may take it. That nobody answered is for whoever runs the workflow, and a cancelled run is
/// not to go on as if a step had failed: only a `catch` takes that.
fn triable(failure: Failure) -> Result<Failure, Failure> {
    match failure.kind() {
        FailureKind::Unanswered | FailureKind::Cancelled => Err(failure),
        _ => Ok(failure),
    }
}
