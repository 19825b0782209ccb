//! Why a run failed, and where.

mod unanswered;
mod written;

use crate::{permanent::Permanent, question::Question};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, error::Error, fmt, sync::Arc};
use unanswered::Unanswered;

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
/// A failure is a [`Value`](crate::Value): it can be written down. What is read back displays as before, and its causes are
/// then texts, so that no type can be had back from it.
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

/// Of a failure that was read back, the names are no longer those of the program.
#[derive(Clone, Serialize, Deserialize)]
struct Place {
    workflow: Cow<'static, str>,
    node: Cow<'static, str>,
}

/// What kind of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    /// The run was cancelled while it stood at the node.
    Cancelled,
    /// The run came to an ask, and nobody is there to answer it.
    Unanswered,
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

/// A failure of the graph itself, with the place of the node that led to it, where there is one.
#[doc(hidden)]
#[must_use]
pub fn near(failure: Failure, place: &crate::machine::Place) -> Failure {
    if failure.has_place() || place.node.is_empty() { failure } else { failure.at(place.workflow, place.node) }
}

/// A failure of a run as it leaves the driver. A step's knows its place; one of the graph itself (a `fail`, a panic in an
/// expression) learns it here, from the last place that had a node.
#[cold]
pub(crate) fn placed(failure: Failure, place: &crate::machine::Place) -> Failure {
    if failure.has_place() {
        return failure;
    }
    // A fork has no name; one that no node comes before stands at the start.
    failure.at(place.workflow, if place.node.is_empty() { "start" } else { place.node })
}

/// An error and what caused it, from the outside in.
pub(crate) fn causes<'e>(first: Option<&'e (dyn Error + 'static)>) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(first, |error| (*error).source())
}

/// The failure, where a `catch` may take it. That nobody answered is for whoever runs the workflow.
///
/// # Errors
/// The failure, where none may.
#[doc(hidden)]
pub fn catchable(failure: Failure) -> Result<Failure, Failure> {
    if failure.kind() == FailureKind::Unanswered { Err(failure) } else { Ok(failure) }
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

    /// What a node fails with that a cancelled run stands at.
    #[cold]
    pub(crate) fn cancelled() -> Self {
        Self::of(FailureKind::Cancelled, "the run was cancelled".into())
    }

    /// What the node of an ask fails with where nobody is there to answer.
    #[cold]
    pub(crate) fn unanswered(ask: &'static str, question: Question) -> Self {
        Self::of(FailureKind::Unanswered, Box::new(Unanswered::new(ask, question)))
    }

    /// Whether nothing went wrong with the work itself: the run was cancelled, or nobody answered. In a fork the siblings
    /// of such a branch go on to where they stop by themselves.
    #[doc(hidden)]
    #[must_use]
    pub fn waits_for_others(&self) -> bool {
        matches!(self.kind(), FailureKind::Cancelled | FailureKind::Unanswered)
    }

    /// One failure made of two that [wait for others](Failure::waits_for_others): that the run was cancelled covers that
    /// nobody answered, and of two asks nobody answered all questions are kept. One that does not wait covers both.
    #[doc(hidden)]
    #[must_use]
    pub fn joined(mut self, other: Failure) -> Failure {
        match (self.kind(), other.kind()) {
            (FailureKind::Unanswered, FailureKind::Unanswered) => {
                if let (Some(ours), Some(theirs)) = (self.downcast_ref::<Unanswered>(), other.downcast_ref()) {
                    let both = ours.and(theirs);
                    Arc::make_mut(&mut self.0).cause = Arc::new(both);
                }
                self
            }
            (FailureKind::Unanswered, _) => other,
            (FailureKind::Cancelled, _) if !other.waits_for_others() => other,
            _ => self,
        }
    }

    /// The questions of a run that nobody was there to answer, in the order of the branches of
    /// a fork. Other failures have none, nor has one that was read back: its text has them.
    #[must_use]
    pub fn questions(&self) -> &[Question] {
        self.downcast_ref::<Unanswered>().map_or(&[], Unanswered::questions)
    }

    /// Whether it is known at which node it happened.
    pub(crate) fn has_place(&self) -> bool {
        self.0.place.is_some()
    }

    /// Says at which node it happened; the innermost place stands, outer ones are kept as the way to it.
    #[cold]
    pub(crate) fn at(mut self, workflow: &'static str, node: &'static str) -> Self {
        let inner = Arc::make_mut(&mut self.0);
        let place = Place { workflow: workflow.into(), node: node.into() };
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

    /// Whether it is that the run was cancelled.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.kind == FailureKind::Cancelled
    }

    /// Whether its cause is marked as [`Permanent`], so that no further attempt was or will be made.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        Permanent::marks(&*self.0.cause)
    }

    /// What kind of thing went wrong.
    #[must_use]
    pub fn kind(&self) -> FailureKind {
        self.0.kind
    }

    /// The name of the workflow it happened in: the innermost one, where workflows nest. Empty before a run saw it.
    #[must_use]
    pub fn workflow(&self) -> &str {
        self.0.place.as_ref().map_or("", |place| &place.workflow)
    }

    /// The name of the node it happened at; empty before a run saw it.
    #[must_use]
    pub fn node(&self) -> &str {
        self.0.place.as_ref().map_or("", |place| &place.node)
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

    /// What went wrong, in the words of its cause; where and at which attempt is told beside it.
    #[must_use]
    pub fn message(&self) -> String {
        self.0.cause.to_string()
    }

    /// The step's error, or the one of `fail(…)`, as the type it has.
    #[must_use]
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        self.0.cause.downcast_ref()
    }

    fn chain(&self) -> impl Iterator<Item = &(dyn Error + 'static)> {
        causes(Some(&*self.0.cause))
    }

    fn write_place(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(place) = &self.0.place else {
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

    fn unanswered(ask: &'static str) -> Failure {
        Failure::unanswered(ask, Question::new(format!("{ask} it?"))).at("Triage", ask)
    }

    fn texts(failure: &Failure) -> Vec<&str> {
        failure.questions().iter().map(Question::text).collect()
    }

    #[test]
    fn joined_failures_of_asks_have_all_questions() {
        let joined = unanswered("send").joined(unanswered("sign")).joined(unanswered("seal"));
        assert_eq!(texts(&joined), ["send it?", "sign it?", "seal it?"]);
        assert_eq!((joined.kind(), joined.node()), (FailureKind::Unanswered, "send"));
        let text = joined.to_string();
        assert!(
            ["`send` (send it?)", "`sign` (sign it?)", "`seal` (seal it?)"].iter().all(|ask| text.contains(ask)),
            "{text}"
        );
    }

    #[test]
    fn a_cancelled_run_covers_a_question_and_a_real_failure_covers_both() {
        let cancelled = || Failure::cancelled().at("Triage", "classify");
        assert_eq!(cancelled().joined(unanswered("send")).kind(), FailureKind::Cancelled);
        assert_eq!(unanswered("send").joined(cancelled()).kind(), FailureKind::Cancelled);
        for joined in
            [failure().joined(cancelled()), cancelled().joined(failure()), unanswered("send").joined(failure())]
        {
            assert_eq!(joined.kind(), FailureKind::Step);
        }
        assert!(
            cancelled().waits_for_others() && unanswered("send").waits_for_others() && !failure().waits_for_others()
        );
    }

    #[test]
    fn other_failures_have_no_questions() {
        assert!(failure().questions().is_empty() && Failure::cancelled().questions().is_empty());
    }

    #[test]
    fn the_steps_own_error_can_be_had_back() {
        assert!(failure().downcast_ref::<Outer>().is_some());
        assert!(failure().downcast_ref::<Inner>().is_none());
    }
}
