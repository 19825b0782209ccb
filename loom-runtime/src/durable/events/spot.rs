//! Where in a run the code of a step stands, as those who watch are told.

use super::feed::Outlet;
use crate::{driver::At, durable::Scope, event::Happened};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
};

/// A step at work.
pub(crate) struct Spot {
    outlet: Arc<Outlet>,
    at: At<Arc<Scope>>,
    attempt: AtomicU32,
    /// Whether it was told that the step is at work.
    told: AtomicBool,
}

impl fmt::Debug for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spot").field("node", &self.at.place.node).field("turn", &self.at.turn).finish_non_exhaustive()
    }
}

impl Spot {
    pub(crate) fn new(outlet: &Arc<Outlet>, at: &At<Arc<Scope>>, attempt: u32) -> Self {
        let at = At { scope: Arc::clone(&at.scope), turn: at.turn, place: at.place };
        Spot { outlet: Arc::clone(outlet), at, attempt: AtomicU32::new(attempt), told: AtomicBool::new(false) }
    }

    /// Tells that the step is at work. One that gives its output at once is told by that alone.
    pub(crate) fn works(&self) {
        if !self.told.load(Relaxed) {
            self.told.store(true, Relaxed);
            self.outlet.tell(&self.at, self.attempt.load(Relaxed), || Happened::Performing);
        }
    }

    /// Whether somebody watches the run now.
    pub(crate) fn is_watched(&self) -> bool {
        self.outlet.is_watched()
    }

    /// Tells what happens there, and is not recorded.
    pub(crate) fn tell(&self, what: impl FnOnce() -> Happened) {
        self.works();
        self.outlet.tell(&self.at, self.attempt.load(Relaxed), what);
    }

    /// Another attempt follows.
    pub(crate) fn attempts(&self, attempt: u32) {
        self.attempt.store(attempt, Relaxed);
    }

    /// The number of one more answer that comes word by word.
    pub(crate) fn next_stream(&self) -> u64 {
        self.outlet.next_stream()
    }
}
