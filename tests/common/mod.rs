//! What the tests of the language share: an executor, and runs with the way they took.

#![allow(dead_code, reason = "each file of tests uses its own part")]

use loomflow::{Failure, Run, Traced};
use serde::{Deserialize, Serialize};
use std::fmt::Debug;
use std::future::pending;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use tokio::sync::oneshot;

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future on this thread, with nothing of Tokio's about.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// The way of a run that comes to an end, its nodes joined by blanks, and its output.
pub(crate) fn ended<T>(run: Run<'_, Traced<T>>) -> (String, T) {
    let (path, outcome) = block_on(run);
    match outcome {
        Ok(output) => (path.join(" "), output),
        Err(failure) => panic!("failed after {path:?}: {failure:?}"),
    }
}

/// The way of a run that fails, its nodes joined by blanks, and its failure.
pub(crate) fn failed<T: Debug>(run: Run<'_, Traced<T>>) -> (String, Failure) {
    let (path, outcome) = block_on(run);
    match outcome {
        Ok(output) => panic!("ended in {output:?} after {path:?}"),
        Err(failure) => (path.join(" "), failure),
    }
}

/// An output with the way to it, as tests write it.
pub(crate) fn way<T>(path: &str, output: impl Into<T>) -> (String, T) {
    (path.to_owned(), output.into())
}

/// Something that knows how often it was cloned, all of its clones counted together.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Counted {
    #[serde(skip)]
    clones: Arc<AtomicUsize>,
}

impl Counted {
    pub(crate) fn clones(&self) -> usize {
        self.clones.load(Ordering::Relaxed)
    }
}

impl Clone for Counted {
    fn clone(&self) -> Self {
        self.clones.fetch_add(1, Ordering::Relaxed);
        Counted { clones: Arc::clone(&self.clones) }
    }
}

/// What steps did, in order; a context by itself.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<Vec<String>>);

impl Log {
    pub(crate) fn note(&self, what: impl Into<String>) {
        self.0.lock().expect("nothing panics under the lock").push(what.into());
    }

    /// What was noted since this was last asked, joined by commas.
    pub(crate) fn told(&self) -> String {
        std::mem::take(&mut *self.0.lock().expect("nothing panics under the lock")).join(", ")
    }

    /// Notes when what this gives is dropped.
    pub(crate) fn hold(&self, name: impl Into<String>) -> Held<'_> {
        Held(self, name.into())
    }
}

/// Notes its name when it is dropped.
pub(crate) struct Held<'l>(&'l Log, String);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.note(format!("-{}", self.1));
    }
}

/// Polls a future once, with nobody to be woken.
pub(crate) fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// A signal that a sender gives; one that is dropped gives none.
pub(crate) fn signal() -> (oneshot::Sender<()>, impl Future<Output = ()> + Send) {
    let (sender, receiver) = oneshot::channel::<()>();
    (sender, async move {
        if receiver.await.is_err() {
            pending::<()>().await;
        }
    })
}
