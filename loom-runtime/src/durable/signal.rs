//! How a run that is at work here is told that something was put for it, or that it was asked to be cancelled.

use futures_util::task::AtomicWaker;
use std::{
    sync::atomic::{
        AtomicBool,
        Ordering::{AcqRel, Acquire, Release},
    },
    task::{Context, Poll, Waker},
};

/// Rings for the one who is at work on a run, who looks at it with each step: while it does not ring, that is one look.
#[derive(Default)]
pub(super) struct Signal {
    rings: AtomicBool,
    waker: AtomicWaker,
}

impl Signal {
    /// Rings, and is heard once, now or later.
    pub(super) fn ring(&self) {
        self.rings.store(true, Release);
        self.waker.wake();
    }
}

/// Hears a signal.
pub(super) struct Hearing<'s> {
    signal: &'s Signal,
    /// Who is woken by it, for as long as that is known.
    waker: Option<Waker>,
}

impl<'s> Hearing<'s> {
    pub(super) const fn new(signal: &'s Signal) -> Self {
        Hearing { signal, waker: None }
    }

    /// Whether it has rung since that was so last. Whoever asks is woken when it rings.
    pub(super) fn poll(&mut self, cx: &Context<'_>) -> Poll<()> {
        if !self.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            self.signal.waker.register(cx.waker());
            self.waker = Some(cx.waker().clone());
        }
        if !self.signal.rings.load(Acquire) || !self.signal.rings.swap(false, AcqRel) {
            return Poll::Pending;
        }
        // It has forgotten whom to wake.
        self.waker = None;
        Poll::Ready(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        sync::{Arc, atomic::AtomicU32},
        task::Wake,
    };

    #[derive(Default)]
    struct Woken(AtomicU32);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, AcqRel);
        }
    }

    #[test]
    fn it_wakes_whoever_asked_last_and_is_heard_once() {
        let signal = Signal::default();
        let woken: [Arc<Woken>; 2] = Default::default();
        let wakers = woken.clone().map(Waker::from);
        let count = || woken.each_ref().map(|woken| woken.0.load(Acquire));
        let mut hearing = Hearing::new(&signal);
        let mut hears = |by: usize| hearing.poll(&Context::from_waker(&wakers[by])).is_ready();
        signal.ring();
        assert!(hears(0) && !hears(0), "it rang before anybody listened");
        signal.ring();
        assert_eq!(count(), [1, 0]);
        signal.ring();
        assert!(hears(0) && !hears(0) && !hears(1));
        signal.ring();
        assert_eq!(count(), [1, 1]);
        assert!(hears(1) && !hears(1));
    }
}
