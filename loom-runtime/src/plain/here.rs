//! Whether a function is called in a run of plain Rust: the run is told through the thread, for as long as it is polled.

use super::call::Calls;
use pin_project_lite::pin_project;
use std::{
    cell::{Cell, RefCell},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

thread_local! {
    static IN: Cell<bool> = const { Cell::new(false) };
    static HERE: RefCell<Option<Arc<Calls>>> = const { RefCell::new(None) };
}

/// The run in which a step's function is called; nearly always none.
#[inline]
#[must_use]
pub fn here() -> Option<Arc<Calls>> {
    if IN.get() { found() } else { None }
}

#[cold]
fn found() -> Option<Arc<Calls>> {
    HERE.with_borrow(Clone::clone)
}

/// Sets the run back that was there before, also when what was done panics.
struct Before(Option<Arc<Calls>>);

impl Drop for Before {
    fn drop(&mut self) {
        set(self.0.take());
    }
}

fn set(run: Option<Arc<Calls>>) -> Option<Arc<Calls>> {
    IN.set(run.is_some());
    HERE.replace(run)
}

/// Does something in a run.
pub(crate) fn within<T>(run: &Arc<Calls>, act: impl FnOnce() -> T) -> T {
    let _before = Before(set(Some(Arc::clone(run))));
    act()
}

/// Does something that is no longer the run's own code: the inside of a step, or a workflow.
#[inline]
pub fn outside<T>(act: impl FnOnce() -> T) -> T {
    if !IN.get() {
        return act();
    }
    let _before = Before(set(None));
    act()
}

pin_project! {
    /// Work that is no longer the run's own code.
    pub(super) struct Outside<F> { #[pin] work: F }
}

impl<F> Outside<F> {
    pub(super) const fn new(work: F) -> Self {
        Outside { work }
    }
}

impl<F: Future> Future for Outside<F> {
    type Output = F::Output;
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let work = self.project().work;
        outside(|| work.poll(cx))
    }
}
