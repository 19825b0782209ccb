//! Spans of `tracing`: of a run, of a node in it, and of each attempt.
//!
//! Without a subscriber, what makes them is one look at a number: a span is made, and has room, only where somebody listens.
//! Their names and attributes are those of OpenTelemetry's semantic conventions for generative AI, version 1.41.0, as far as
//! those have them, and `loomflow.…` else; `otel.name`, `otel.kind` and `otel.status_code` are what `tracing-opentelemetry`
//! makes the name, the kind and the status of a span of. No value of a run is in them.

use crate::{
    failure::{Failure, FailureKind},
    machine::Place,
    visit::Of,
};
use pin_project_lite::pin_project;
use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};
use tracing::{Span, debug_span, field::Empty, info_span, level_filters::LevelFilter, span::Entered};

/// A span that is made when its work is first polled and somebody listens.
#[derive(Debug, Default)]
struct Lazy(Option<Box<Span>>);

impl Lazy {
    const fn new() -> Self {
        Lazy(None)
    }

    /// Enters it; none where nobody listens.
    #[inline]
    fn enter(&mut self, make: impl FnOnce() -> Span) -> Option<Entered<'_>> {
        if self.0.is_none() && !Spans::wanted() {
            return None;
        }
        Some(self.0.get_or_insert_with(|| Box::new(make())).enter())
    }

    /// Says how its work came out.
    #[inline]
    fn ended<T, E: Fails>(&self, outcome: &Result<T, E>) {
        if let (Some(span), Err(failure)) = (&self.0, outcome) {
            failed(span, failure);
        }
    }
}

/// The span of a run, of its own workflow or of a nested one.
fn run(workflow: &'static str, of: Option<&Of>) -> Span {
    let session = of.and_then(|of| of.session.as_deref());
    info_span!(
        "run",
        otel.name = format!("invoke_workflow {workflow}"),
        otel.kind = "internal",
        otel.status_code = Empty,
        error.type = Empty,
        gen_ai.operation.name = "invoke_workflow",
        gen_ai.workflow.name = workflow,
        gen_ai.conversation.id = session,
        user.id = of.and_then(|of| of.user.as_deref()),
        loomflow.run = of.map(|of| of.id.as_str()),
    )
}

/// Who decided, or decides, what the run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decided {
    ByGraph,
    ByModel,
}

/// The span of a node, from its first attempt to its last.
fn node(place: &'static Place, decided: Decided) -> Span {
    let pattern = match decided {
        Decided::ByGraph => "workflow",
        Decided::ByModel => "agent",
    };
    info_span!(
        "node",
        otel.name = place.node,
        otel.kind = "internal",
        otel.status_code = Empty,
        error.type = Empty,
        loomflow.workflow = place.workflow,
        loomflow.node = place.node,
        pattern,
    )
}

#[cold]
fn failed(span: &Span, failure: &impl Fails) {
    span.record("otel.status_code", "ERROR");
    span.record("error.type", name(failure.kind()));
}

/// What a node fails with.
pub(crate) trait Fails {
    /// What kind of thing went wrong.
    fn kind(&self) -> FailureKind;
}

impl Fails for Failure {
    fn kind(&self) -> FailureKind {
        self.kind()
    }
}

impl<T> Fails for (Failure, T) {
    fn kind(&self) -> FailureKind {
        self.0.kind()
    }
}

/// The names that failures have as `error.type`, which are those they are written by.
const fn name(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Step => "step",
        FailureKind::Panicked => "panicked",
        FailureKind::TimedOut => "timed_out",
        FailureKind::Failed => "failed",
        FailureKind::Cancelled => "cancelled",
        FailureKind::Unanswered => "unanswered",
        FailureKind::Internal => "internal",
    }
}

pin_project! {
    /// A run, or a nested one, in its span.
    pub(crate) struct InRun<'o, F> { #[pin] work: F, workflow: &'static str, of: Option<&'o Of>, span: Lazy }
}

impl<'o, F> InRun<'o, F> {
    pub(crate) const fn new(workflow: &'static str, of: Option<&'o Of>, work: F) -> Self {
        InRun { work, workflow, of, span: Lazy::new() }
    }
}

impl<F: Future<Output = Result<T, Failure>>, T> Future for InRun<'_, F> {
    type Output = F::Output;
    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let me = self.project();
        let (workflow, of) = (*me.workflow, *me.of);
        let outcome = {
            let _entered = me.span.enter(|| run(workflow, of));
            ready!(me.work.poll(cx))
        };
        me.span.ended(&outcome);
        Poll::Ready(outcome)
    }
}

/// The span of an attempt, and of its node where that has no other.
#[derive(Debug)]
pub(crate) struct Spans {
    attempt: Span,
    node: Span,
}

impl Spans {
    /// Whether anybody listens.
    #[inline]
    pub(crate) fn wanted() -> bool {
        LevelFilter::current() >= LevelFilter::INFO
    }

    #[cold]
    pub(crate) fn new(place: &'static Place, number: u32, decided: Option<Decided>) -> Self {
        let node = decided.map_or_else(Span::none, |decided| node(place, decided));
        let attempt =
            node.in_scope(|| debug_span!("attempt", workflow = place.workflow, node = place.node, attempt = number));
        Spans { attempt, node }
    }

    /// Enters both; they are left in the other order.
    #[cold]
    pub(crate) fn enter(&self) -> (Entered<'_>, Entered<'_>) {
        let node = self.node.enter();
        (self.attempt.enter(), node)
    }

    #[cold]
    pub(crate) fn failed(&self, failure: &Failure) {
        failed(&self.node, failure);
    }
}

pin_project! {
    /// All attempts at a node, in its span.
    pub(crate) struct InNode<F> { #[pin] work: F, place: &'static Place, span: Lazy }
}

impl<F> InNode<F> {
    pub(crate) const fn new(place: &'static Place, work: F) -> Self {
        InNode { work, place, span: Lazy::new() }
    }
}

impl<F: Future<Output = Result<T, E>>, T, E: Fails> Future for InNode<F> {
    type Output = F::Output;
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let me = self.project();
        let place = *me.place;
        let outcome = {
            let _entered = me.span.enter(|| node(place, Decided::ByGraph));
            ready!(me.work.poll(cx))
        };
        me.span.ended(&outcome);
        Poll::Ready(outcome)
    }
}
