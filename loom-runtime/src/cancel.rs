//! Cancelling a run: an event that comes once, to every node the run then stands at.
//!
//! A node stands from the first time its work waits until the work is done. Where no node stands when the event comes, the
//! next one to start takes it; so does the next one where all that stood were dropped before they could. Nodes that start
//! behind it run as ever.

use crate::{failure::Failure, machine::Place};
use pin_project_lite::pin_project;
use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

/// Whether a run was cancelled, and which nodes stand.
#[derive(Default)]
pub(crate) struct Cancel(Mutex<State>);

#[derive(Default)]
struct State {
    come: bool,
    taken: bool,
    /// The nodes that stand, or that stood when it came and have not taken it yet.
    standing: BTreeMap<u64, Waker>,
    next: u64,
}

impl Cancel {
    // Nothing under the lock can panic half-way.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn come(&self) {
        let wakers: Vec<Waker> = {
            let mut state = self.state();
            state.come = true;
            state.standing.values().cloned().collect()
        };
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Whether the node is to fail with it.
    fn takes(&self, node: Option<&Standing<'_>>) -> bool {
        let mut state = self.state();
        let takes = match node {
            Some(node) => state.come && state.standing.remove(&node.key).is_some(),
            None => state.come && !state.taken && state.standing.is_empty(),
        };
        state.taken |= takes;
        takes
    }

    /// Notes that a node's work waits.
    fn waits<'a>(&'a self, node: &mut Option<Standing<'a>>, waker: &Waker) {
        let mut state = self.state();
        if state.come {
            return;
        }
        let key = match node {
            Some(node) => node.key,
            None => {
                let key = state.next;
                state.next += 1;
                *node = Some(Standing { cancel: self, key });
                key
            }
        };
        state.standing.entry(key).and_modify(|old| old.clone_from(waker)).or_insert_with(|| waker.clone());
    }
}

/// That a node stands. Dropping it says that it no longer does.
struct Standing<'a> {
    cancel: &'a Cancel,
    key: u64,
}

impl Drop for Standing<'_> {
    fn drop(&mut self) {
        self.cancel.state().standing.remove(&self.key);
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
        standing: Option<Standing<'a>>,
        place: &'static Place,
        #[pin] work: F,
    }
}

impl<'a, F> Cancellable<'a, F> {
    #[inline]
    pub(crate) const fn new(cancel: Option<&'a Cancel>, place: &'static Place, work: F) -> Self {
        Cancellable { cancel, standing: None, place, work }
    }
}

impl<F: Future<Output = Result<T, Failure>>, T> Future for Cancellable<'_, F> {
    type Output = F::Output;
    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let me = self.project();
        let Some(cancel) = *me.cancel else {
            return me.work.poll(cx);
        };
        if cancel.takes(me.standing.as_ref()) {
            return Poll::Ready(Err(Failure::cancelled().at(me.place.workflow, me.place.node)));
        }
        let polled = me.work.poll(cx);
        if polled.is_ready() {
            *me.standing = None;
        } else {
            cancel.waits(me.standing, cx.waker());
        }
        polled
    }
}
