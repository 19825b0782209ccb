//! One step at work: attempts, pauses, time limits, panics and spans.
//!
//! All drivers share this, and none of it knows a graph. The futures are written by hand so that a step that is neither
//! retried nor limited costs nothing for what it does not use.

use crate::{
    driver::{At, Driver},
    failure::{BoxError, Failure, FailureKind},
    machine::Place,
    policy::Policy,
    spans::{Decided, InNode, Spans},
};
use pin_project_lite::pin_project;
use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    task::{Context, Poll, ready},
    time::Duration,
};

/// What a future of a step gives: a `Result` that may fail, or a plain value that cannot.
pub trait Outcome {
    /// What it gives when it succeeds.
    type Output;
    /// The same, with a failure of the runtime's own kind.
    ///
    /// # Errors
    /// The step's own error, as a failure.
    fn outcome(self) -> Result<Self::Output, Failure>;
}

/// What a step that cannot fail gives.
#[derive(Debug)]
pub struct Sure<T>(pub T);

impl<T> Outcome for Sure<T> {
    type Output = T;
    #[inline]
    fn outcome(self) -> Result<T, Failure> {
        Ok(self.0)
    }
}

impl<T> Outcome for Result<T, BoxError> {
    type Output = T;
    #[inline]
    fn outcome(self) -> Result<T, Failure> {
        self.map_err(failed)
    }
}

/// What a `Result` gives when it succeeds, where its type is an alias that does not show it.
pub trait Success {
    /// What it gives.
    type Output;
    /// What it gives when it fails.
    type Error;
}

impl<T, E> Success for Result<T, E> {
    type Output = T;
    type Error = E;
}

pin_project! {
    /// The future of a step whose return type is a `Result`.
    pub struct Fallible<F, B> { #[pin] work: F, boxed: B }
}

impl<F, B> Fallible<F, B> {
    /// Wraps the future that calling the step gave, and the function that boxes its error.
    #[inline]
    pub const fn new(work: F, boxed: B) -> Self {
        Fallible { work, boxed }
    }
}

impl<F: Future<Output = Result<T, E>>, T, E, B: Fn(E) -> BoxError> Future for Fallible<F, B> {
    type Output = Result<T, Failure>;
    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let me = self.project();
        match ready!(me.work.poll(cx)) {
            Ok(output) => Poll::Ready(Ok(output)),
            Err(error) => Poll::Ready(Err(failed((me.boxed)(error)))),
        }
    }
}

#[cold]
fn failed(error: BoxError) -> Failure {
    Failure::of(FailureKind::Step, error)
}

pin_project! {
    /// The future of a step that cannot fail.
    pub struct Infallible<F> { #[pin] work: F }
}

impl<F> Infallible<F> {
    /// Wraps the future that calling the step gave.
    #[inline]
    pub const fn new(work: F) -> Self {
        Infallible { work }
    }
}

impl<F: Future> Future for Infallible<F> {
    type Output = Result<F::Output, Failure>;
    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().work.poll(cx).map(Ok)
    }
}

/// A step that is a plain function: called when it is first polled, so that its panics are caught like all others.
#[derive(Debug)]
pub struct Plain<F>(Option<F>);

impl<F> Plain<F> {
    /// Wraps the call.
    #[inline]
    pub const fn new(call: F) -> Self {
        Plain(Some(call))
    }
}

// The closure is moved out before it is called and never pinned.
impl<F> Unpin for Plain<F> {}

impl<F: FnOnce() -> O, O: Outcome> Future for Plain<F> {
    type Output = Result<O::Output, Failure>;
    #[inline]
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        match self.0.take() {
            Some(call) => Poll::Ready(call().outcome()),
            None => Poll::Pending,
        }
    }
}

pin_project! {
    /// Work that may take so long and no longer, by the driver's clock.
    pub struct Limited<'a, D, F, Z> {
        driver: &'a D,
        limit: Duration,
        start: fn(&'a D, Duration) -> Z,
        #[pin] sleep: Option<Z>,
        #[pin] work: F,
    }
}

/// Limits how long one attempt may take.
#[inline]
pub fn limited<D: Driver, F: Future<Output = Result<T, Failure>> + Send, T>(
    driver: &D,
    limit: Duration,
    work: F,
) -> impl Future<Output = Result<T, Failure>> + Send + use<'_, D, F, T> {
    Limited { driver, limit, start: D::sleep, sleep: None, work }
}

impl<D, F: Future<Output = Result<T, Failure>>, T, Z: Future<Output = ()>> Future for Limited<'_, D, F, Z> {
    type Output = F::Output;
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut me = self.project();
        if let Poll::Ready(done) = me.work.poll(cx) {
            return Poll::Ready(done);
        }
        if me.sleep.is_none() {
            me.sleep.set(Some((me.start)(*me.driver, *me.limit)));
        }
        match me.sleep.as_mut().as_pin_mut() {
            Some(sleep) => {
                ready!(sleep.poll(cx));
                Poll::Ready(Err(timed_out(*me.limit)))
            }
            None => Poll::Pending,
        }
    }
}

#[cold]
pub(crate) fn timed_out(limit: Duration) -> Failure {
    let text = format!("took longer than its timeout of {limit:?}");
    Failure::of(FailureKind::TimedOut, text.into())
}

pin_project! {
    /// One attempt: its span, and its panic as a failure.
    pub(crate) struct Attempt<F> {
        #[pin] work: F,
        place: &'static Place,
        number: u32,
        // The span of the node around it, of one that is all its node does.
        decided: Option<Decided>,
        spans: Option<Box<Spans>>,
    }
}

impl<F> Attempt<F> {
    // Spans are made at the first poll: a call between the making of the work and its coming to rest here would have the
    // compiler copy what a step takes once more.
    #[inline]
    pub(crate) const fn new(place: &'static Place, number: u32, work: F) -> Self {
        Attempt { work, place, number, decided: None, spans: None }
    }

    /// The only attempt at a node.
    #[inline]
    const fn only(place: &'static Place, decided: Decided, work: F) -> Self {
        Attempt { work, place, number: 1, decided: Some(decided), spans: None }
    }
}

impl<F: Future<Output = Result<T, Failure>>, T> Future for Attempt<F> {
    type Output = F::Output;
    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let me = self.project();
        if me.spans.is_none() && Spans::wanted() {
            *me.spans = Some(Box::new(Spans::new(me.place, *me.number, *me.decided)));
        }
        let _entered = me.spans.as_ref().map(|spans| spans.enter());
        caught(me.work, cx)
    }
}

pin_project! {
    /// Work whose panics are failures.
    pub(crate) struct Caught<F> { #[pin] work: F }
}

impl<F> Caught<F> {
    #[inline]
    pub(crate) const fn new(work: F) -> Self {
        Caught { work }
    }
}

impl<F: Future<Output = Result<T, Failure>>, T> Future for Caught<F> {
    type Output = F::Output;
    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        caught(self.project().work, cx)
    }
}

// What the work leaves behind when it panics is dropped with it, unseen: that is what makes it unwind safe.
#[inline]
pub(crate) fn caught<F: Future<Output = Result<T, Failure>>, T>(
    work: Pin<&mut F>,
    cx: &mut Context<'_>,
) -> Poll<F::Output> {
    match catch_unwind(AssertUnwindSafe(|| work.poll(cx))) {
        Ok(poll) => poll,
        Err(payload) => Poll::Ready(Err(panicked(&*payload))),
    }
}

#[cold]
pub(crate) fn panicked(payload: &(dyn Any + Send)) -> Failure {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let cause: BoxError = match text {
        Some(text) => format!("panicked: {text}").into(),
        None => "panicked".into(),
    };
    Failure::of(FailureKind::Panicked, cause)
}

pin_project! {
    /// A step that has one attempt.
    struct Once<F> { place: &'static Place, #[pin] attempt: Attempt<F> }
}

/// Performs a step that is not retried.
#[inline]
pub fn once<S, F: Future<Output = Result<T, Failure>> + Send, T>(
    at: &At<S>,
    work: F,
) -> impl Future<Output = Result<T, Failure>> + Send + use<S, F, T> {
    Once { place: at.place, attempt: Attempt::only(at.place, Decided::ByGraph, work) }
}

/// The same of a step in which a model decides what the run does next.
#[inline]
pub fn once_by_model<S, F: Future<Output = Result<T, Failure>> + Send, T>(
    at: &At<S>,
    work: F,
) -> impl Future<Output = Result<T, Failure>> + Send + use<S, F, T> {
    Once { place: at.place, attempt: Attempt::only(at.place, Decided::ByModel, work) }
}

impl<F: Future<Output = Result<T, Failure>>, T> Future for Once<F> {
    type Output = F::Output;
    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut me = self.project();
        match ready!(me.attempt.as_mut().poll(cx)) {
            Ok(output) => Poll::Ready(Ok(output)),
            Err(failure) => {
                if let Some(spans) = me.attempt.project().spans {
                    spans.failed(&failure);
                }
                Poll::Ready(Err(failure.at(me.place.workflow, me.place.node).on_attempt(1, 1)))
            }
        }
    }
}

/// Performs a step that is retried: `work` makes the work of one attempt and is told its number, and whether it is
/// the last, which may take what earlier ones must leave.
///
/// # Errors
/// The failure of the last attempt.
pub async fn retried<D: Driver, F: Future<Output = Result<T, Failure>> + Send, T>(
    driver: &D,
    at: &At<D::Scope>,
    policy: Policy,
    work: impl FnMut(u32, bool) -> F + Send,
) -> Result<T, Failure> {
    let all = pin!(attempts(driver, at, policy, work));
    InNode::new(at.place, all).await
}

async fn attempts<D: Driver, F: Future<Output = Result<T, Failure>> + Send, T>(
    driver: &D,
    at: &At<D::Scope>,
    policy: Policy,
    mut work: impl FnMut(u32, bool) -> F + Send,
) -> Result<T, Failure> {
    let mut pause = Duration::ZERO;
    // A run that was cut off between two attempts has used up those before.
    let mut number = driver.attempted(at).min(policy.attempts - 1) + 1;
    loop {
        let last = number >= policy.attempts;
        match Attempt::new(at.place, number, work(number, last)).await {
            Ok(output) => return Ok(output),
            Err(failure) if last || failure.is_permanent() => {
                return Err(failure.at(at.place.workflow, at.place.node).on_attempt(number, policy.attempts));
            }
            Err(failure) => {
                pause = policy.backoff.next(pause);
                tracing::debug!(
                    workflow = at.place.workflow,
                    node = at.place.node,
                    attempt = number,
                    pause_ms = pause.as_millis(),
                    error = %failure,
                    "attempt failed, trying again"
                );
                driver.failed(at, number, &failure).await;
                driver.sleep(pause).await;
            }
        }
        number += 1;
    }
}
