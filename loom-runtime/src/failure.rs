//! Why a run failed, and where.

use std::{error::Error, fmt, sync::Arc};

/// The error a step or a `fail(…)` gives, whatever its type.
pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// What a step may fail with, and what a workflow may: an error, or a text.
///
/// Implemented for all that turns into a boxed error; nobody implements it by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no error a run can fail with",
    label = "not an error",
    note = "implement `std::error::Error` for `{Self}` (`thiserror` writes it), and let it be `Send + Sync + 'static`"
)]
pub trait Fault {
    /// The error, boxed.
    fn into_boxed(self) -> Box<dyn Error + Send + Sync>;
}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> Fault for E {
    fn into_boxed(self) -> BoxError {
        self.into()
    }
}

/// Why a run failed: where it stood, at which attempt, and what went wrong.
///
/// It displays as one line with the first cause; with `{:#}` and in `{:?}` all causes follow. The step's own error can be
/// had back by [`downcast_ref`](Failure::downcast_ref).
///
/// ```
/// use loomflow_runtime::{Failure, FailureKind};
///
/// let failure = Failure::new("no such account");
/// assert_eq!(failure.kind(), FailureKind::Failed);
/// assert_eq!(failure.to_string(), "no such account");
/// ```
#[derive(Clone)]
pub struct Failure(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: FailureKind,
    place: Option<Place>,
    /// The places of the workflows around, from the inside out.
    around: Vec<Place>,
    attempt: u32,
    attempts: u32,
    cause: Arc<dyn Error + Send + Sync>,
}

#[derive(Clone, Copy)]
struct Place {
    workflow: &'static str,
    node: &'static str,
}

/// What kind of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// A step gave an error at its last attempt.
    Step,
    /// A step, or an expression of the graph, panicked.
    Panicked,
    /// A step took longer than its `timeout` at its last attempt.
    TimedOut,
    /// The graph came to a `fail(…)`.
    Failed,
    /// The run came to what cannot be: an expression that is not pure gave two values, or loomflow has a bug.
    Internal,
}

/// What a machine fails with where an expression gives another value when it is looked at again.
#[cold]
#[must_use]
pub fn changed() -> Failure {
    let text = "an expression that is matched gave another value when it was looked at again: expressions of a graph only compute, and what must happen once is a step";
    Failure::of(FailureKind::Internal, text.into())
}

/// What a machine fails with where its checks have proven that it cannot come to.
#[cold]
#[must_use]
pub fn lost() -> Failure {
    Failure::of(FailureKind::Internal, "the run lost its state: this is a bug in loomflow, please report it".into())
}

impl Failure {
    /// A failure as `fail(…)` gives it; the cause is an error or a text.
    #[must_use]
    pub fn new(cause: impl Fault) -> Self {
        Self::of(FailureKind::Failed, cause.into_boxed())
    }

    #[cold]
    pub(crate) fn of(kind: FailureKind, cause: BoxError) -> Self {
        // A failure that is handed on stays what it is.
        let cause = match cause.downcast::<Failure>() {
            Ok(failure) if kind == FailureKind::Failed => return *failure,
            Ok(failure) => failure,
            Err(cause) => cause,
        };
        let inner = Inner { kind, place: None, around: Vec::new(), attempt: 0, attempts: 0, cause: Arc::from(cause) };
        Failure(Arc::new(inner))
    }

    /// Whether it is known at which node it happened.
    pub(crate) fn has_place(&self) -> bool {
        self.0.place.is_some()
    }

    /// Says at which node it happened; the innermost place stands, outer ones are kept as the way to it.
    #[cold]
    pub(crate) fn at(mut self, workflow: &'static str, node: &'static str) -> Self {
        let inner = Arc::make_mut(&mut self.0);
        let place = Place { workflow, node };
        if inner.place.is_some() {
            inner.around.push(place);
        } else {
            inner.place = Some(place);
        }
        self
    }

    #[cold]
    pub(crate) fn on_attempt(mut self, attempt: u32, attempts: u32) -> Self {
        let inner = Arc::make_mut(&mut self.0);
        inner.attempt = attempt;
        inner.attempts = attempts;
        self
    }

    /// What kind of thing went wrong.
    #[must_use]
    pub fn kind(&self) -> FailureKind {
        self.0.kind
    }

    /// The name of the workflow it happened in: the innermost one, where workflows nest. Empty before a run saw it.
    #[must_use]
    pub fn workflow(&self) -> &'static str {
        self.0.place.map_or("", |place| place.workflow)
    }

    /// The name of the node it happened at; empty before a run saw it.
    #[must_use]
    pub fn node(&self) -> &'static str {
        self.0.place.map_or("", |place| place.node)
    }

    /// At which attempt of the step, counted from 1; 0 when no step was at work.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.0.attempt
    }

    /// What the step, or the `fail(…)`, gave as its error.
    #[must_use]
    pub fn cause(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.0.cause
    }

    /// The step's error, or the one of `fail(…)`, as the type it has.
    #[must_use]
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        self.0.cause.downcast_ref()
    }

    fn chain(&self) -> impl Iterator<Item = &(dyn Error + 'static)> {
        let first: &(dyn Error + 'static) = &*self.0.cause;
        std::iter::successors(Some(first), |error: &&'_ (dyn Error + 'static)| (*error).source())
    }

    fn write_place(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(place) = self.0.place else {
            return Ok(());
        };
        f.write_str("workflow ")?;
        for outer in self.0.around.iter().rev() {
            write!(f, "`{}` at `{}`, workflow ", outer.workflow, outer.node)?;
        }
        write!(f, "`{}` failed at `{}`", place.workflow, place.node)?;
        match (self.0.attempt, self.0.attempts) {
            (0, _) => {}
            (1, 1) => f.write_str(", attempt 1")?,
            (attempt, attempts) => write!(f, ", attempt {attempt} of {attempts}")?,
        }
        f.write_str(": ")
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_place(f)?;
        let mut chain = self.chain();
        if let Some(first) = chain.next() {
            write!(f, "{first}")?;
        }
        if f.alternate() {
            for cause in chain {
                write!(f, ": {cause}")?;
            }
        }
        Ok(())
    }
}

// What `fn main() -> Result<(), Failure>` prints: a report for people, not a struct.
impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        for cause in self.chain().skip(1) {
            write!(f, "\n  caused by: {cause}")?;
        }
        Ok(())
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        // The first cause is part of the message, so that a one-line log has it; a report goes on with the next.
        self.chain().nth(1)
    }
}

impl From<&str> for Failure {
    fn from(text: &str) -> Self {
        Failure::new(text)
    }
}

impl From<String> for Failure {
    fn from(text: String) -> Self {
        Failure::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Outer(Inner);
    #[derive(Debug)]
    struct Inner;
    impl fmt::Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the model is down")
        }
    }
    impl fmt::Display for Inner {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("connection refused")
        }
    }
    impl Error for Inner {}
    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    fn failure() -> Failure {
        Failure::of(FailureKind::Step, Box::new(Outer(Inner)))
            .at("Triage", "classify")
            .on_attempt(3, 4)
            .at("Inbox", "triage")
    }

    #[test]
    fn a_failure_says_workflow_node_attempt_and_cause() {
        let failure = failure();
        assert_eq!(
            failure.to_string(),
            "workflow `Inbox` at `triage`, workflow `Triage` failed at `classify`, attempt 3 of 4: the model is down"
        );
        assert_eq!((failure.workflow(), failure.node(), failure.attempt()), ("Triage", "classify", 3));
    }

    #[test]
    fn the_long_forms_give_every_cause() {
        assert!(format!("{:#}", failure()).ends_with("the model is down: connection refused"));
        assert!(format!("{:?}", failure()).ends_with("the model is down\n  caused by: connection refused"));
    }

    #[test]
    fn a_report_by_source_names_no_cause_twice() {
        let failure = failure();
        let source = failure.source().map(ToString::to_string);
        assert_eq!(source.as_deref(), Some("connection refused"));
    }

    #[test]
    fn the_steps_own_error_can_be_had_back() {
        assert!(failure().downcast_ref::<Outer>().is_some());
        assert!(failure().downcast_ref::<Inner>().is_none());
    }
}
