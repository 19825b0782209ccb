//! The work every row does, and nothing else: a step adds one (or takes one away), a route compares.

use std::{future::poll_fn, hint::black_box, task::Poll};

/// A value of 256 bytes.
pub(crate) type Wide = [u64; 32];

/// Calls of steps in a chain.
pub(crate) const LINKS: u64 = 10;

/// The work of a step, out of line as the work of a real step is, so that no row can have it computed away.
#[inline(never)]
pub(crate) fn add(n: &mut u64) {
    *n = black_box(*n) + 1;
}

/// The work of a step of the loop.
#[inline(never)]
pub(crate) fn take(n: &mut u64) {
    *n = black_box(*n) - 1;
}

/// The work of a step that is handed 256 bytes and hands them on.
#[inline(never)]
pub(crate) fn touch(v: &mut Wide) {
    black_box(&mut *v)[0] += 1;
}

/// Gives way to the other runs, once.
pub(crate) async fn pause() {
    let mut paused = false;
    poll_fn(|cx| {
        if paused {
            return Poll::Ready(());
        }
        paused = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// What a row knows how to run. Each is one run of a workflow, from its input to its output.
pub(crate) trait Engine {
    /// Builds the workflows, as a program does once.
    fn new() -> Self;

    /// Ten steps that each add one.
    fn chain(&self, n: u64) -> impl Future<Output = u64>;

    /// Ten steps that each are given 256 bytes and return them.
    fn wide(&self, v: Wide) -> impl Future<Output = Wide>;

    /// One step that takes one away, and a route that goes back to it until nothing is left.
    fn countdown(&self, n: u64) -> impl Future<Output = u64>;

    /// Ten steps that each add one; the fifth gives way once.
    fn pausing(&self, n: u64) -> impl Future<Output = u64>;
}
