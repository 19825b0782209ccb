//! What a run writes while it waits for something else than its journal.

use super::keeping::Keeping;
use std::{
    pin::Pin,
    task::{Context, Poll},
};

/// Writes what was recorded and nobody waits for: what a branch of a fork gave is on disk, and told to whoever watches, while
/// its siblings are still at work.
pub(super) struct Idle<'k> {
    keeping: &'k Keeping,
    write: Option<Pin<Box<dyn Future<Output = ()> + Send + 'k>>>,
}

impl<'k> Idle<'k> {
    pub(super) const fn new(keeping: &'k Keeping) -> Self {
        Idle { keeping, write: None }
    }

    /// Begins to write, if there is something and nobody writes already, and goes on with that.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) {
        while self.write.is_some() || self.keeping.is_unwritten() {
            let write = self.write.get_or_insert_with(|| Box::pin(self.keeping.flush()));
            match write.as_mut().poll(cx) {
                Poll::Ready(()) => self.write = None,
                Poll::Pending => return,
            }
        }
    }
}
