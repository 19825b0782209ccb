//! What a run writes while it waits for something else than its journal.

use super::{keeping::Keeping, writing::Wait};
use std::task::{Context, Poll};

/// Writes what was recorded and nobody waits for: what a branch of a fork gave is on disk, and told to whoever watches, while
/// its siblings are still at work. What a branch has begun to write is brought on by it too, whatever becomes of the branch.
pub(super) struct Idle<'k> {
    keeping: &'k Keeping,
    wait: Wait,
}

impl<'k> Idle<'k> {
    pub(super) const fn new(keeping: &'k Keeping) -> Self {
        Idle { keeping, wait: Wait::whole() }
    }

    /// The whole run is polled from here on, until this is polled.
    pub(super) fn begins(&self, cx: &Context<'_>) {
        self.keeping.begins(cx.waker());
    }

    /// Brings on what is to be written, unless something of the run did.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) {
        let _: Poll<Result<(), ()>> = self.keeping.poll_written(&mut self.wait, cx);
    }
}
