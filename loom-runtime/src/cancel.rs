//! Cancelling a run: an event that comes once, to every node the run then stands at.
//!
//! A node stands from the first time its work waits until the work is done or dropped. Where none stands when the event
//! comes, or all that stood were dropped before they could take it, the next node to start takes it. Nodes that start when
//! it was taken run as ever.

use crate::{failure::Failure, locked::locked, machine::Place, seats::rest};
use pin_project_lite::pin_project;
use std::{
    collections::BTreeMap,
    num::NonZero,
    pin::Pin,
    ptr::NonNull,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{
            AtomicBool,
            Ordering::{Acquire, Release},
        },
    },
    task::{Context, Poll, Waker},
};

/// Whether a run was cancelled, and whom to tell.
// What a run without a signal never does is out of line, so that its steps stay small.
#[derive(Default)]
pub(crate) struct Cancel {
    /// Whether it has come: changed under the lock, and looked at without it by every step.
    come: AtomicBool,
    /// The same of whether a node has failed with it.
    taken: AtomicBool,
    /// Who polls the nodes that stand, by where their futures rest: these are pinned, so no two have one address. What is
    /// left of a node that was dropped is overwritten by the next one that comes to rest there, and woken in vain at worst;
    /// that spares every step the code for being dropped.
    wakers: Mutex<Wakers>,
}

/// Wakers by numbers. Most often there is no more than one, which takes no memory of its own.
#[derive(Default)]
struct Wakers {
    /// Without a number it is the one that was here last, for the next node is mostly polled by the same.
    one: Option<(Option<NonZero<usize>>, Waker)>,
    others: BTreeMap<NonZero<usize>, Waker>,
}

impl Wakers {
    fn set(&mut self, number: NonZero<usize>, waker: &Waker) {
        let is_other = !self.others.is_empty() && self.others.contains_key(&number);
        match &mut self.one {
            Some((one, old)) if *one == Some(number) => old.clone_from(waker),
            Some((one @ None, old)) if !is_other => {
                *one = Some(number);
                old.clone_from(waker);
            }
            None if !is_other => self.one = Some((Some(number), waker.clone())),
            _ => {
                let old = self.others.entry(number);
                old.and_modify(|old| old.clone_from(waker)).or_insert_with(|| waker.clone());
            }
        }
    }

    fn remove(&mut self, number: NonZero<usize>) {
        match &mut self.one {
            Some((one, _)) if *one == Some(number) => *one = None,
            _ => {
                self.others.remove(&number);
            }
        }
    }

    fn wake(self) {
        let one = self.one.filter(|(number, _)| number.is_some()).map(|(_, waker)| waker);
        one.into_iter().chain(self.others.into_values()).for_each(Waker::wake);
    }
}

impl Cancel {
    // Nothing under the lock can panic half-way.
    fn wakers(&self) -> MutexGuard<'_, Wakers> {
        locked(&self.wakers)
    }

    /// The cancel comes.
    pub(crate) fn come(&self) {
        let wakers = {
            let mut wakers = self.wakers();
            self.come.store(true, Release);
            std::mem::take(&mut *wakers)
        };
        wakers.wake();
    }

    /// A node failed with it before the run was cut off.
    pub(crate) fn was_taken(&self) {
        let _wakers = self.wakers();
        self.come.store(true, Release);
        self.taken.store(true, Release);
    }

    /// Whether a node has failed with it.
    #[cold]
    pub(crate) fn is_taken(&self) -> bool {
        self.taken.load(Acquire)
    }

    /// Whether a node that is polled is to fail with it.
    #[cold]
    fn takes(&self, stands: bool) -> bool {
        if !self.come.load(Acquire) {
            return false;
        }
        // Of nodes that did not stand when it came, one takes it.
        let _wakers = self.wakers();
        let takes = stands || !self.taken.load(Acquire);
        self.taken.fetch_or(takes, Release);
        takes
    }

    /// Notes who polls a node whose work waits. Gives whether the node stands, as seen by a cancel that comes.
    #[cold]
    fn waits(&self, node: NonZero<usize>, waker: &Waker) -> bool {
        let mut wakers = self.wakers();
        let stands = !self.come.load(Acquire);
        if stands {
            wakers.set(node, waker);
        }
        stands
    }

    /// Notes that a node's work is done.
    #[cold]
    fn done(&self, node: NonZero<usize>) {
        self.wakers().remove(node);
    }
}

/// What cancels a run: the first of these futures that completes.
pub(crate) struct Signals<'c> {
    futures: Vec<Pin<Box<dyn Future<Output = ()> + Send + 'c>>>,
    cancel: Arc<Cancel>,
}

impl<'c> Signals<'c> {
    pub(crate) fn new(cancel: Arc<Cancel>) -> Self {
        Signals { futures: Vec::new(), cancel }
    }

    pub(crate) fn push(&mut self, signal: impl Future<Output = ()> + Send + 'c) {
        self.futures.push(Box::pin(signal));
    }

    /// Tells the nodes when a signal has completed.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) {
        if self.futures.iter_mut().any(|signal| signal.as_mut().poll(cx).is_ready()) {
            self.futures.clear();
            self.cancel.come();
        }
    }
}

pin_project! {
    /// The work of a node, which fails when the run is cancelled.
    pub(crate) struct Cancellable<'a, F> {
        cancel: Option<&'a Cancel>,
        place: &'static Place,
        stands: bool,
        // Whether the node only waits.
        waits: bool,
        #[pin] work: F,
    }
}

impl<'a, F> Cancellable<'a, F> {
    #[inline]
    pub(crate) const fn new(cancel: Option<&'a Cancel>, place: &'static Place, waits: bool, work: F) -> Self {
        Cancellable { cancel, place, stands: false, waits, work }
    }

    /// The same of a node that stood when the cancel came, and was cut off before it took that.
    pub(crate) const fn standing(mut self, stands: bool) -> Self {
        self.stands = stands;
        self
    }
}

impl<F: Future<Output = Result<T, Failure>>, T> Cancellable<'_, F> {
    // Out of line: the steps of a run without a signal pay for one look, and for no code.
    #[cold]
    #[inline(never)]
    fn poll_watched(self: Pin<&mut Self>, cancel: &Cancel, cx: &mut Context<'_>) -> Poll<F::Output> {
        let me = self.project();
        if cancel.takes(*me.stands) {
            return Poll::Ready(Err(Failure::cancelled().at(me.place.workflow, me.place.node)));
        }
        let node = NonNull::from(&mut *me.stands).addr();
        let polled = me.work.poll(cx);
        if polled.is_pending() {
            *me.stands = cancel.waits(node, cx.waker());
        } else if *me.stands {
            cancel.done(node);
        }
        polled
    }
}

impl<F: Future<Output = Result<T, Failure>>, T> Future for Cancellable<'_, F> {
    type Output = F::Output;
    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let waits = self.waits;
        let polled = match self.cancel {
            None => self.project().work.poll(cx),
            Some(cancel) => self.poll_watched(cancel, cx),
        };
        if polled.is_pending() {
            rest(waits);
        }
        polled
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::FailureKind;
    use std::{
        future::{pending, ready},
        pin::pin,
        sync::atomic::{AtomicU32, Ordering},
        task::Wake,
    };

    static HERE: Place = Place { workflow: "Flow", node: "here", index: 0, position: "", live: &[] };

    #[derive(Default)]
    struct Woken(AtomicU32);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn node<F: Future<Output = Result<u32, Failure>>>(cancel: &Cancel, work: F) -> Cancellable<'_, F> {
        Cancellable::new(Some(cancel), &HERE, false, work)
    }

    fn poll<F: Future<Output = Result<u32, Failure>>>(node: Pin<&mut F>) -> Poll<Result<u32, FailureKind>> {
        let polled = node.poll(&mut Context::from_waker(Waker::noop()));
        polled.map_err(|failure| failure.kind())
    }

    const CANCELLED: Poll<Result<u32, FailureKind>> = Poll::Ready(Err(FailureKind::Cancelled));

    #[test]
    fn every_node_that_stands_takes_it_and_later_ones_do_not() {
        let cancel = Cancel::default();
        let (mut one, mut two) = (pin!(node(&cancel, pending())), pin!(node(&cancel, pending())));
        assert!(poll(one.as_mut()).is_pending() && poll(two.as_mut()).is_pending());
        cancel.come();
        assert_eq!(poll(one), CANCELLED);
        // What undoes the first starts before the second was polled.
        let mut undo = pin!(node(&cancel, pending()));
        assert!(poll(undo.as_mut()).is_pending());
        assert_eq!(poll(two), CANCELLED);
        assert!(poll(undo).is_pending());
        assert_eq!(poll(pin!(node(&cancel, ready(Ok(1))))), Poll::Ready(Ok(1)));
    }

    #[test]
    fn where_no_node_stands_the_next_one_takes_it_and_its_work_is_never_begun() {
        let cancel = Cancel::default();
        assert_eq!(poll(pin!(node(&cancel, ready(Ok(1))))), Poll::Ready(Ok(1)));
        cancel.come();
        let begun = AtomicU32::new(0);
        let work = async {
            begun.fetch_add(1, Ordering::Relaxed);
            Ok(1)
        };
        assert_eq!(poll(pin!(node(&cancel, work))), CANCELLED);
        assert_eq!(begun.into_inner(), 0);
        assert_eq!(poll(pin!(node(&cancel, ready(Ok(2))))), Poll::Ready(Ok(2)));
    }

    #[test]
    fn it_is_not_lost_with_a_node_that_is_dropped_before_it_takes_it() {
        let cancel = Cancel::default();
        {
            let mut stands = pin!(node(&cancel, pending()));
            assert!(poll(stands.as_mut()).is_pending());
            cancel.come();
        }
        assert_eq!(poll(pin!(node(&cancel, ready(Ok(1))))), CANCELLED);
        assert_eq!(poll(pin!(node(&cancel, ready(Ok(1))))), Poll::Ready(Ok(1)));
    }

    #[test]
    fn every_node_that_stands_is_woken_by_the_waker_that_polled_it_last() {
        let cancel = Cancel::default();
        let wakers: [Arc<Woken>; 4] = Default::default();
        let polled = |node: Pin<&mut Cancellable<'_, _>>, by: usize| {
            let waker = Waker::from(Arc::clone(&wakers[by]));
            Future::poll(node, &mut Context::from_waker(&waker)).is_pending()
        };
        let (mut one, mut two) = (pin!(node(&cancel, pending())), pin!(node(&cancel, pending())));
        assert!(polled(one.as_mut(), 0) && polled(two.as_mut(), 1) && polled(one.as_mut(), 2));
        {
            let mut dropped = pin!(node(&cancel, pending()));
            assert!(polled(dropped.as_mut(), 3));
        }
        cancel.come();
        assert_eq!(wakers.iter().map(|woken| woken.0.load(Ordering::Relaxed)).collect::<Vec<_>>()[..3], [0, 1, 1]);
    }

    #[test]
    fn what_is_kept_of_the_nodes_of_a_run_does_not_grow_with_them() {
        let cancel = Cancel::default();
        for _ in 0..1_000 {
            let mut yields = false;
            let work = std::future::poll_fn(|_| {
                let polled = if yields { Poll::Ready(Ok(1)) } else { Poll::Pending };
                yields = true;
                polled
            });
            let mut node = Box::pin(node(&cancel, work));
            assert!(poll(node.as_mut()).is_pending());
            assert_eq!(poll(node.as_mut()), Poll::Ready(Ok(1)));
        }
        let wakers = cancel.wakers();
        assert!(matches!(wakers.one, Some((None, _))) && wakers.others.is_empty());
    }
}
