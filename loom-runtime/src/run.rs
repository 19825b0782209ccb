//! A run in memory: what is said of it before it begins, and the future it then is.

use crate::{
    answers::Answers,
    around::{Around, OfRun, within},
    ask::Ask,
    cancel::{Cancel, Signals},
    meter::Meter,
    plain::outside,
    question::Question,
};
use pin_project_lite::pin_project;
use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

/// A run in memory: a future of its outcome. It does nothing until it is polled, and dropping it ends the run where it is.
// The machine is boxed, once for the run. An `async fn` would spare that allocation, and rustc would tell a context that
// lacks something three times: at the argument, at the call and at the `.await`.
#[must_use = "a run does nothing until it is awaited"]
pub struct Run<'c, T> {
    work: Pin<Box<dyn Work<T> + Send + 'c>>,
    signals: Option<Box<Signals<'c>>>,
    of: Option<Box<OfRun>>,
    around: Option<Around>,
}

/// What a driver is to know of a run before it begins.
#[derive(Default)]
pub(crate) struct Setup {
    pub(crate) answers: Answers,
    pub(crate) cancel: Option<Arc<Cancel>>,
}

/// The setup of a run, if it has one: most have none.
pub(crate) type Prepared = Option<Box<Setup>>;

/// The future of a run, and what is said of it as long as it has not begun.
trait Work<T>: Future<Output = T> {
    fn prepared(self: Pin<&mut Self>) -> Option<&mut Prepared>;
}

impl<'c, T> Run<'c, T> {
    /// A run that begins when it is first polled.
    pub(crate) fn new<F: Future<Output = T> + Send + 'c>(begin: impl FnOnce(Prepared) -> F + Send + 'c) -> Self {
        Run { work: Box::pin(Stage::Before { prepared: None, begin }), signals: None, of: None, around: None }
    }

    /// The same run with answers to the questions of the ask `A`, those of nested workflows included. What is said last of
    /// an ask holds.
    ///
    /// `Some` answers at once. With `None` nobody answers yet: the run waits at the ask until a limit around it is up, or
    /// until it is cancelled.
    ///
    /// # Panics
    /// When the run was polled before.
    pub fn answering<A: Ask>(
        mut self,
        answer: impl Fn(&Question) -> Option<A::Output> + Send + Sync + 'static,
    ) -> Self {
        self.setup().answers.put::<A>(Box::new(answer));
        self
    }

    /// The same run, cancelled when `signal` completes; of several signals by the first.
    ///
    /// Every node the run stands at then fails with [`Cancelled`](crate::FailureKind::Cancelled): a step is dropped at its
    /// `.await`, an ask or a timer no longer waits. That is a failure like any other. A run is cancelled once, so nodes that
    /// the graph goes to from there, to undo things, run as ever. Where no node stands when the signal completes, the next
    /// one fails.
    ///
    /// # Panics
    /// When the run was polled before.
    pub fn cancelled_by(mut self, signal: impl Future<Output = ()> + Send + 'c) -> Self {
        let cancel = Arc::clone(self.setup().cancel.get_or_insert_default());
        self.signals.get_or_insert_with(|| Box::new(Signals::new(cancel))).push(signal);
        self
    }

    /// The same run, with what its steps spend on models counted, and bounded if the meter has a budget. The last meter
    /// holds. A run within a step of another run counts there as well, if it has no meter of its own.
    pub fn metered(mut self, meter: &Meter) -> Self {
        self.of.get_or_insert_default().meter = Some(meter.clone());
        self
    }

    /// The same run, with something that its steps find [around](crate::around) them, by its type: what of a type is given
    /// last holds. Nested workflows find it too, and so does a run within a step, if it is not given one of its own.
    pub fn with<V: Send + Sync + 'static>(mut self, value: V) -> Self {
        self.of.get_or_insert_default().given.put(value);
        self
    }

    /// Gives it all of this, with nothing of what it was given before.
    #[cfg(feature = "test")]
    pub(crate) fn give(&mut self, given: crate::around::Given) {
        self.of.get_or_insert_default().given = given;
    }

    fn setup(&mut self) -> &mut Setup {
        let prepared = self.work.as_mut().prepared();
        let prepared = prepared.expect("who answers a run and what cancels it is said before the run is first polled");
        prepared.get_or_insert_default()
    }
}

impl<T> Future for Run<'_, T> {
    type Output = T;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        if let Some(signals) = &mut self.signals {
            signals.poll(cx);
        }
        // Within a run of plain Rust, a workflow calls its steps itself.
        let Run { work, of, around, .. } = &mut *self;
        if let Some(of) = of.take() {
            *around = Some(Around::new(&Arc::new(*of)));
        }
        outside(|| match around {
            None => work.as_mut().poll(cx),
            Some(around) => within(around, || work.as_mut().poll(cx)),
        })
    }
}

impl<T> fmt::Debug for Run<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Run")
    }
}

pin_project! {
    /// A run before it begins, and then its future, at the same place: the run is allocated once.
    #[project = Now]
    #[project_replace = Former]
    enum Stage<B, F> {
        Before { prepared: Prepared, begin: B },
        Running { #[pin] future: F },
        Begins,
    }
}

impl<B: FnOnce(Prepared) -> F, F: Future> Future for Stage<B, F> {
    type Output = F::Output;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        if let Now::Before { .. } = self.as_mut().project()
            && let Former::Before { prepared, begin } = self.as_mut().project_replace(Stage::Begins)
        {
            self.set(Stage::Running { future: begin(prepared) });
        }
        match self.project() {
            Now::Running { future } => future.poll(cx),
            // Only making the future could have left it there, and that is a plain `async` block.
            _ => Poll::Pending,
        }
    }
}

impl<B: FnOnce(Prepared) -> F, F: Future> Work<F::Output> for Stage<B, F> {
    fn prepared(self: Pin<&mut Self>) -> Option<&mut Prepared> {
        match self.project() {
            Now::Before { prepared, .. } => Some(prepared),
            _ => None,
        }
    }
}
