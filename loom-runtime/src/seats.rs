//! How many branches of a `for` fork work at once: one that only waits gives its place back, and takes one again when
//! there is work.
//!
//! What a branch does when it is polled is seen where it comes to rest: at a step, or at a wait. Nothing but the thread
//! that polls is between that place and the fork, so it is told through the thread.

use crate::locked::locked;
use std::{
    cell::Cell,
    collections::VecDeque,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

thread_local! {
    /// What the branch that is polled has come to rest at so far.
    static RESTS: Cell<Rest> = const { Cell::new(Rest { works: false, waits: false }) };
}

/// What a branch rests at: steps, waits, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rest {
    works: bool,
    waits: bool,
}

/// Tells the fork around what a node rests at: at something that only waits, or at work. A driver tells it of each node
/// whose future is pending.
#[inline]
pub(crate) fn rest(waits: bool) {
    let before = RESTS.get();
    RESTS.set(Rest { works: before.works || !waits, waits: before.waits || waits });
}

/// Polls a run as a whole, and says whether all it rests at are waits.
pub(crate) fn rests_at_waits<T>(poll: impl FnOnce() -> Poll<T>) -> (Poll<T>, bool) {
    let outer = RESTS.replace(Rest { works: false, waits: false });
    let polled = poll();
    let rests = RESTS.replace(outer);
    (polled, rests == Rest { works: false, waits: true })
}

/// The places of one fork.
#[derive(Debug, Clone)]
pub(crate) struct Seats(Arc<Mutex<Taken>>);

#[derive(Debug)]
struct Taken {
    limit: usize,
    working: usize,
    parked: usize,
    /// How many there have been.
    numbers: usize,
    /// Branches that have something to do again and no place, each once.
    queue: VecDeque<(usize, Waker)>,
}

/// The place of one branch.
#[derive(Debug)]
pub(crate) struct Seat {
    seats: Seats,
    number: usize,
    working: bool,
}

impl Seats {
    pub(crate) fn new(limit: usize) -> Self {
        Seats(Arc::new(Mutex::new(Taken { limit, working: 0, parked: 0, numbers: 0, queue: VecDeque::new() })))
    }

    // Counts are changed under the lock, and nothing that could panic.
    fn with<T>(&self, act: impl FnOnce(&mut Taken) -> T) -> T {
        act(&mut locked(&self.0))
    }

    /// A place for another branch, if one is free and nobody waits for it.
    pub(crate) fn take(&self) -> Option<Seat> {
        let number = self.with(|taken| {
            if !taken.is_free() {
                return None;
            }
            (taken.working, taken.numbers) = (taken.working + 1, taken.numbers + 1);
            Some(taken.numbers)
        });
        number.map(|number| Seat { seats: self.clone(), number, working: true })
    }

    /// Whether a place is free.
    pub(crate) fn is_free(&self) -> bool {
        self.with(|taken| taken.is_free())
    }

    /// Tells the fork around, if there is one, what this one rests at: it only waits when all of its branches do.
    pub(crate) fn rested(&self) {
        rest(self.with(|taken| taken.working == 0 && taken.queue.is_empty() && taken.parked > 0));
    }
}

impl Taken {
    fn is_free(&self) -> bool {
        self.working < self.limit && self.queue.is_empty()
    }

    fn forget(&mut self, number: usize) {
        self.queue.retain(|(queued, _)| *queued != number);
    }
}

impl Seat {
    /// Polls the branch that has this place. One that waited and finds none free is woken when there is one.
    pub(crate) fn poll<T>(
        &mut self,
        cx: &mut Context<'_>,
        branch: impl FnOnce(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        if !self.working {
            let number = self.number;
            let free = self.seats.with(|taken| {
                if taken.working < taken.limit {
                    taken.forget(number);
                    (taken.working, taken.parked) = (taken.working + 1, taken.parked - 1);
                    return true;
                }
                match taken.queue.iter_mut().find(|(queued, _)| *queued == number) {
                    Some((_, waker)) => waker.clone_from(cx.waker()),
                    None => taken.queue.push_back((number, cx.waker().clone())),
                }
                false
            });
            if !free {
                return Poll::Pending;
            }
            self.working = true;
        }
        let outer = RESTS.replace(Rest { works: false, waits: false });
        let poll = branch(cx);
        let rests = RESTS.replace(outer);
        if poll.is_pending() && rests == (Rest { works: false, waits: true }) {
            self.leave();
            self.seats.with(|taken| taken.parked += 1);
        }
        poll
    }

    fn leave(&mut self) {
        if std::mem::take(&mut self.working) {
            let next = self.seats.with(|taken| {
                taken.working -= 1;
                taken.queue.pop_front()
            });
            if let Some((_, next)) = next {
                next.wake();
            }
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if self.working {
            self.leave();
        } else {
            let number = self.number;
            self.seats.with(|taken| {
                taken.forget(number);
                taken.parked -= 1;
            });
        }
    }
}
