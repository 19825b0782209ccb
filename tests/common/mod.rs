//! What the tests of the language share: an executor, and runs with the way they took.

#![allow(dead_code, reason = "each file of tests uses its own part")]

use loomflow::{Failure, Run, Traced};
use serde::{Deserialize, Serialize};
use std::fmt::Debug;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

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
