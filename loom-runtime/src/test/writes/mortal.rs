//! The journal of a program that dies at a write.

use super::wrapped::{Fate, Wrapped};
use crate::journal::{Answering, MemoryJournal};
use std::{
    fmt,
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Notify, task::yield_now, time::sleep};

/// Where a program dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// A write is done, and nobody learns of it.
    Behind(usize),
    /// A write is on its way, and never done.
    Within(usize),
    /// It lives.
    Never,
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cut::Behind(write) => write!(f, "after write {}", write + 1),
            Cut::Within(write) => write!(f, "in the middle of write {}", write + 1),
            Cut::Never => f.write_str("nowhere"),
        }
    }
}

/// The fate of a program that dies at a write: from then on nothing of it is answered any more.
#[derive(Debug)]
pub(super) struct Mortal {
    cut: Cut,
    /// By what it is decided how long each write takes; none takes any time without.
    pace: Option<u64>,
    /// How many milliseconds the journal's clock is ahead.
    ahead: i64,
    writes: AtomicUsize,
    died: Notify,
}

impl Wrapped<Mortal> {
    pub(super) fn new(kept: &MemoryJournal, ahead: i64, cut: Cut, pace: Option<u64>) -> Self {
        let fate = Mortal { cut, pace, ahead, writes: AtomicUsize::new(0), died: Notify::new() };
        Wrapped { kept: Arc::new(kept.clone()), fate: Arc::new(fate) }
    }

    /// Waits until the program dies.
    pub(super) async fn died(&self) {
        self.fate.died.notified().await;
    }

    /// How much was written.
    pub(super) fn writes(&self) -> usize {
        self.fate.writes.load(Ordering::Relaxed)
    }
}

impl Fate for Mortal {
    fn late(&self, now: i64) -> i64 {
        now.saturating_add(self.ahead)
    }

    fn write<'a, T: Send + 'a>(&'a self, _: u64, write: Answering<'a, T>) -> Answering<'a, T> {
        Box::pin(async move {
            let number = self.writes.fetch_add(1, Ordering::Relaxed);
            if let Some(pace) = self.pace {
                takes_time(pace.wrapping_mul(31).wrapping_add(number as u64)).await;
            }
            match self.cut {
                Cut::Behind(at) if number == at => {
                    let _ = write.await;
                    self.died.notify_one();
                    pending().await
                }
                Cut::Within(at) if number == at => {
                    self.died.notify_one();
                    pending().await
                }
                Cut::Behind(at) | Cut::Within(at) if number > at => pending().await,
                _ => write.await,
            }
        })
    }
}

/// A write that is answered at once, when others were polled some times, or after a while.
async fn takes_time(seed: u64) {
    // The finalizer of SplitMix64 (Steele, Lea and Flood, 2014).
    let seed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    match (seed >> 40) % 8 {
        0 => {}
        1 => sleep(Duration::from_millis(1)).await,
        2 => sleep(Duration::from_secs(1)).await,
        polls => {
            for _ in 2..polls {
                yield_now().await;
            }
        }
    }
}
