//! In which run a model is called: that is told through the thread, for as long as the run is polled.

use super::{Meter, Usage};
use crate::locked::locked;
use pin_project_lite::pin_project;
use std::{
    cell::RefCell,
    mem,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

thread_local! {
    static HERE: RefCell<Option<Metered>> = const { RefCell::new(None) };
}

/// Where a call counts: in its run, and in its step where that is kept.
#[derive(Debug, Clone)]
pub(crate) struct Metered {
    run: Meter,
    step: Option<Arc<Mutex<Usage>>>,
}

impl Metered {
    /// A run.
    pub(crate) fn of(run: &Meter) -> Self {
        Metered { run: run.clone(), step: None }
    }

    /// A step of a run, which is asked later what it spent.
    pub(crate) fn step(run: &Meter) -> Self {
        Metered { run: run.clone(), step: Some(Arc::default()) }
    }

    pub(super) const fn meter(&self) -> &Meter {
        &self.run
    }

    pub(super) fn count(&self, usage: Usage) {
        if let Some(step) = &self.step {
            *locked(step) += usage;
        }
    }

    /// What the step spent since this was asked last, in whole milliseconds, as records have it.
    pub(crate) fn take(&self) -> Usage {
        let usage = self.step.as_ref().map(|step| mem::take(&mut *locked(step))).unwrap_or_default();
        let ms = u64::try_from(usage.time.as_millis()).unwrap_or(u64::MAX);
        Usage { time: Duration::from_millis(ms), ..usage }
    }
}

/// Where a call counts that is made now.
pub(super) fn current() -> Option<Metered> {
    HERE.with_borrow(Clone::clone)
}

/// Sets back what was there before, also when what was done panics.
struct Before(Option<Metered>);

impl Drop for Before {
    fn drop(&mut self) {
        HERE.replace(self.0.take());
    }
}

/// Does something whose calls count there.
pub(crate) fn within<T>(metered: &Metered, act: impl FnOnce() -> T) -> T {
    let _before = Before(HERE.replace(Some(metered.clone())));
    act()
}

pin_project! {
    /// Work whose calls count somewhere.
    pub(crate) struct Metering<'a, F> { metered: &'a Metered, #[pin] work: F }
}

impl<'a, F> Metering<'a, F> {
    pub(crate) const fn new(metered: &'a Metered, work: F) -> Self {
        Metering { metered, work }
    }
}

impl<F: Future> Future for Metering<'_, F> {
    type Output = F::Output;
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let me = self.project();
        within(me.metered, || me.work.poll(cx))
    }
}
