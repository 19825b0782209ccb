//! A call of a step's function in a run of plain Rust.

use super::{
    here::{Outside, outside},
    replay::{Replay, Turn},
    returns::{Broken, Returns},
};
use crate::{
    attempt::{Attempt, panicked, timed_out},
    cancel::Cancellable,
    clock::now_ms,
    driver::At,
    durable::{Doubt, Durable, Scope, doubt, entry, failed_as},
    failure::Failure,
    journal::{Record, RecordKind},
    locked::locked,
    machine::Place,
    policy::Policy,
    spans::InNode,
    step::Step,
    value::Value,
    visit::{Visit, key},
};
use futures_util::future::join;
use std::{
    any::Any,
    future::{pending, poll_fn},
    marker::PhantomData,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{Arc, Mutex},
    task::Poll,
    time::Duration,
};

/// What the records of such a run name as its workflow.
pub(crate) const PLAIN: &str = "plain";

/// The calls of one run.
pub struct Calls {
    pub(crate) driver: Durable,
    root: Arc<Scope>,
    replay: Mutex<Replay>,
    stop: Mutex<Option<Stop>>,
}

/// Why a program is not gone on with.
#[derive(Debug)]
pub(crate) enum Stop {
    /// It is not the program that was recorded: what is different.
    Changed(String),
    /// A call failed with what its function cannot return.
    Failed(Failure),
}

/// What a call was stopped with that cannot wait.
struct Stopped;

/// The place of a step.
struct Of<S>(PhantomData<fn() -> S>);

impl<S: Step> Of<S> {
    const PLACE: &'static Place = &Place { workflow: PLAIN, node: S::NAME, index: 0, position: "", live: &[] };
}

/// What an attempt came to: an output, or what is known of its error.
type Tried<R, T> = Result<T, (Failure, Option<Broken<R>>)>;

impl std::fmt::Debug for Calls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Calls")
    }
}

/// Calls a step's function in a run: the record is recalled, or it is performed as its `#[step(…)]` says and recorded.
/// `work` makes the work of one attempt and is told whether it is the last; `input` is what its output is cached by.
pub async fn called<S: Step, R, F: Future<Output = R>>(
    run: Arc<Calls>,
    returns: impl Returns<R, Output = S::Output>,
    input: Option<Result<String, serde_json::Error>>,
    work: impl FnMut(&Visit, bool) -> F,
) -> R {
    let at = run.at::<S>();
    let earlier = match run.admitted(&at).await {
        Turn::Recalled(record) => match run.recalled::<S, R>(&at, &returns, &record).await {
            Some(returned) => return returned,
            None => Vec::new(),
        },
        Turn::Performed(earlier) => earlier,
        Turn::Held => pending().await,
    };
    run.performed::<S, R, F>(&at, &returns, input, &earlier, work).await
}

/// The same for a function that is not async. It cannot wait: not for what was recorded before to be on disk, nor between
/// two attempts, nor for a call that comes later in the record.
pub fn called_at_once<S: Step, R>(
    run: &Arc<Calls>,
    returns: &impl Returns<R, Output = S::Output>,
    mut work: impl FnMut(&Visit, bool) -> R,
) -> R {
    let at = run.at::<S>();
    let turn = locked(&run.replay).turn(S::NAME, at.turn);
    let earlier = match turn {
        Turn::Recalled(record) => match recall::<S, R>(returns, &record) {
            Ok(Some(returned)) => return returned,
            Ok(None) => Vec::new(),
            Err(stop) => run.stopped(stop),
        },
        Turn::Performed(earlier) => earlier,
        Turn::Held => {
            let difference = locked(&run.replay).difference(Some((S::NAME, at.turn))).unwrap_or_default();
            run.stopped(Stop::Changed(difference))
        }
    };
    if S::POLICY.at_most_once {
        let text = "that it begins cannot be on disk before it does, as it is not `async`: make it an `async fn`";
        run.stopped(Stop::Failed(Failure::new(text).at(PLAIN, S::NAME)));
    }
    let (began_at, visit) = (now_ms(), run.visit(&at));
    let mut number = attempted(&earlier, S::POLICY) + 1;
    loop {
        let last = number >= S::POLICY.attempts;
        let tried = outside(|| catch_unwind(AssertUnwindSafe(|| work(&visit.on(number), last))));
        let (tried, panic) = match tried {
            Ok(returned) => (apart(returns, returned), None),
            Err(payload) => (Err((panicked(&*payload), None)), Some(payload)),
        };
        match (tried, panic) {
            (Err((failure, _)), _) if !last => run.failed(&at, number, &failure),
            (tried, panic) => match run.settle::<S, R, _>(&at, returns, began_at, number, tried) {
                Ok(returned) => return returned,
                Err(failure) => match panic {
                    Some(payload) => resume_unwind(payload),
                    None => run.stopped(Stop::Failed(failure)),
                },
            },
        }
        number += 1;
    }
}

impl Calls {
    pub(crate) fn new(driver: Durable, replay: Replay) -> Self {
        let root = driver.root();
        Calls { driver, root, replay: Mutex::new(replay), stop: Mutex::default() }
    }

    /// Why the program is not gone on with, if it is not.
    pub(crate) fn take_stop(&self) -> Option<Stop> {
        locked(&self.stop).take()
    }

    /// Whether calls are held back, and nothing can be handed over.
    pub(crate) fn is_stuck(&self) -> bool {
        locked(&self.replay).is_stuck()
    }

    /// What the program does otherwise than what was recorded, once it does nothing more.
    pub(crate) fn difference(&self) -> Option<String> {
        locked(&self.replay).difference(None)
    }

    /// The scope of the run.
    pub(crate) fn root(&self) -> &Scope {
        &self.root
    }

    fn at<S: Step>(&self) -> At<Arc<Scope>> {
        let turn = locked(&self.replay).number(S::NAME);
        At { scope: Arc::clone(&self.root), turn, place: Of::<S>::PLACE }
    }

    fn visit(&self, at: &At<Arc<Scope>>) -> Visit {
        let of = self.driver.of();
        let visit = format!("{}.{}", at.place.node, at.turn);
        Visit::of(Arc::clone(of), key(&of.id, self.driver.run(), &visit))
    }

    /// The program is not gone on with.
    fn stop(&self, stop: Stop) {
        locked(&self.stop).get_or_insert(stop);
    }

    /// The same for a call that cannot wait until that is seen: it is unwound.
    fn stopped(&self, stop: Stop) -> ! {
        self.stop(stop);
        // Without the hook that prints a panic: this is none.
        resume_unwind(Box::new(Stopped) as Box<dyn Any + Send>)
    }

    /// Waits until it is known what is to become of a call.
    async fn admitted(&self, at: &At<Arc<Scope>>) -> Turn {
        struct Held<'c>(&'c Calls, &'static str, u64);
        impl Drop for Held<'_> {
            fn drop(&mut self) {
                locked(&self.0.replay).let_go(self.1, self.2);
            }
        }
        let (step, number) = (at.place.node, at.turn);
        let _held = Held(self, step, number);
        poll_fn(|cx| {
            let mut replay = locked(&self.replay);
            match replay.turn(step, number) {
                Turn::Held => {
                    replay.hold(step, number, cx.waker());
                    Poll::Pending
                }
                turn => Poll::Ready(turn),
            }
        })
        .await
    }

    async fn recalled<S: Step, R>(
        &self,
        at: &At<Arc<Scope>>,
        returns: &impl Returns<R, Output = S::Output>,
        record: &Record,
    ) -> Option<R> {
        tracing::debug!(workflow = PLAIN, node = at.place.node, call = at.turn, "recalled");
        match recall::<S, R>(returns, record) {
            Ok(returned) => returned,
            Err(stop) => {
                self.stop(stop);
                pending().await
            }
        }
    }

    /// Performs a call and records what it came to.
    async fn performed<S: Step, R, F: Future<Output = R>>(
        &self,
        at: &At<Arc<Scope>>,
        returns: &impl Returns<R, Output = S::Output>,
        input: Option<Result<String, serde_json::Error>>,
        earlier: &[Arc<Record>],
        mut work: impl FnMut(&Visit, bool) -> F,
    ) -> R {
        let (began_at, visit, keeping) = (now_ms(), self.visit(at), &self.driver.keeping);
        if let Some(returned) = self.happened::<S, R>(at, returns, earlier).await {
            return returned;
        }
        let cached = S::POLICY.cache.zip(input.and_then(Result::ok));
        if let Some((_, input)) = &cached
            && let Some((output, json)) = self.driver.find::<S>(input, began_at).await
        {
            keeping.record(&at.scope, entry(at, RecordKind::Output, began_at, json));
            return returns.whole(output);
        }
        let mut number = attempted(earlier, S::POLICY) + 1;
        let first = number;
        let attempts = async {
            let mut pause = Duration::ZERO;
            loop {
                let last = number >= S::POLICY.attempts;
                let tried = Outside::new(work(&visit.on(number), last));
                let tried = Attempt::new(at.place, number, limited(S::POLICY.timeout, tried)).await;
                let tried = tried.map_err(|failure| (failure, None)).and_then(|returned| apart(returns, returned));
                match tried {
                    Err((failure, _)) if !last => {
                        self.failed(at, number, &failure);
                        Durable::attempts(at, number + 1);
                        keeping.flush().await;
                        pause = S::POLICY.backoff.next(pause);
                        tokio::time::sleep(pause).await;
                    }
                    tried => return tried,
                }
                number += 1;
            }
        };
        let node = InNode::new(at.place, attempts);
        let attempts = self.driver.performed(at, Some(first), async { Ok(node.await) });
        let tried = Cancellable::new(Some(&keeping.cancel), at.place, false, attempts).await;
        let tried = tried.unwrap_or_else(|cancelled| Err((cancelled, None)));
        let kept = match (&tried, &cached) {
            (Ok(output), Some((keep, input))) => output.write().ok().map(|json| (*keep, input, json)),
            _ => None,
        };
        let settled = self.settle::<S, R, _>(at, returns, began_at, number, tried);
        if let Some((keep, input, json)) = kept {
            self.driver.keep::<S>(input, &json, keep).await;
        }
        match settled {
            Ok(returned) => returned,
            Err(failure) => self.fails(failure).await,
        }
    }

    /// Sees to it that a step that must not happen twice does not. Gives what it returned where somebody knows it did.
    async fn happened<S: Step, R>(
        &self,
        at: &At<Arc<Scope>>,
        returns: &impl Returns<R, Output = S::Output>,
        earlier: &[Arc<Record>],
    ) -> Option<R> {
        use crate::Settled;
        if !S::POLICY.at_most_once {
            return None;
        }
        let began_at = now_ms();
        let Some(doubt) = doubt(earlier) else {
            self.driver.begins(at);
            return None;
        };
        let asked = self.asked::<S>(at, doubt);
        match Cancellable::new(Some(&self.driver.keeping.cancel), at.place, true, asked).await {
            Ok(Settled::DidNot) => None,
            Ok(Settled::Happened(output)) => {
                let settled = self.record(at, RecordKind::Answered, began_at, 0, &output);
                if settled { Some(returns.whole(output)) } else { pending().await }
            }
            Err(failure) => match self.settle::<S, R, _>(at, returns, began_at, 0, Err((failure, None))) {
                Ok(returned) => Some(returned),
                Err(failure) => self.fails(failure).await,
            },
        }
    }

    async fn asked<S: Step>(&self, at: &At<Arc<Scope>>, doubt: Doubt) -> Result<crate::Settled<S::Output>, Failure> {
        // Such a run is not put aside while it waits, so nothing else would write the question.
        let (settled, ()) = join(self.driver.happened::<S>(at, doubt), self.driver.keeping.flush()).await;
        settled
    }

    /// The run ends with a failure that the function cannot return.
    async fn fails<R>(&self, failure: Failure) -> R {
        self.stop(Stop::Failed(failure));
        pending().await
    }

    fn failed(&self, at: &At<Arc<Scope>>, number: u32, failure: &Failure) {
        tracing::debug!(workflow = PLAIN, node = at.place.node, attempt = number, error = %failure, "attempt failed, trying again");
        let entry = entry(at, RecordKind::Attempt, now_ms(), failure.write().unwrap_or_default());
        self.driver.keeping.record(&at.scope, entry.number(number));
    }

    /// Records an output. Gives whether it could be written.
    fn record(&self, at: &At<Arc<Scope>>, kind: RecordKind, began_at: i64, number: u32, output: &impl Value) -> bool {
        match output.write() {
            Ok(json) => {
                self.driver.keeping.record(&at.scope, entry(at, kind, began_at, json).number(number));
                true
            }
            Err(error) => {
                let text = format!("what it gave cannot be written as JSON: {error}");
                self.stop(Stop::Failed(Failure::new(text).at(PLAIN, at.place.node)));
                false
            }
        }
    }

    /// Records what a call came to, and gives what it returns. A failure that the function cannot return is left.
    fn settle<S: Step, R, G: Returns<R, Output = S::Output>>(
        &self,
        at: &At<Arc<Scope>>,
        returns: &G,
        began_at: i64,
        number: u32,
        tried: Tried<R, S::Output>,
    ) -> Result<R, Failure> {
        let (failure, broken) = match tried {
            Ok(output) if self.record(at, RecordKind::Output, began_at, number, &output) => {
                return Ok(returns.whole(output));
            }
            Ok(_) => return Err(crate::failure::lost()),
            Err(broken) => broken,
        };
        let failure =
            if failure.is_cancelled() { failure } else { failure.at(PLAIN, at.place.node).on_attempt(number, number) };
        let entry = entry(at, failed_as(&failure), began_at, failure.write().unwrap_or_default()).number(number);
        let error = broken.as_ref().and_then(|broken| broken.error.as_deref());
        self.driver.keeping.broken(&at.scope, entry, error);
        // A run that goes on at once is to see the same error as one that is carried on.
        let again = returns.again(&failure, error);
        again.or_else(|| broken.map(|broken| broken.returned)).ok_or(failure)
    }
}

/// What a call returns by its record; nothing when its error cannot be given again.
fn recall<S: Step, R>(returns: &impl Returns<R, Output = S::Output>, record: &Record) -> Result<Option<R>, Stop> {
    let unread = |error: serde_json::Error| {
        let Record { turn, node, .. } = record;
        Stop::Changed(format!("what call {turn} of `{node}` gave cannot be read: {error}"))
    };
    if matches!(record.kind, RecordKind::Output | RecordKind::Answered) {
        return S::Output::read(&record.value).map(|output| Some(returns.whole(output))).map_err(unread);
    }
    let failure = Failure::read(&record.value).map_err(unread)?;
    match returns.again(&failure, crate::durable::error(record).as_deref()) {
        Some(returned) => Ok(Some(returned)),
        None if failure.kind() == crate::FailureKind::Step => Ok(None),
        None => Err(Stop::Failed(failure)),
    }
}

fn apart<R, G: Returns<R>>(returns: &G, returned: R) -> Tried<R, G::Output> {
    returns.apart(returned).map_err(|broken| (broken.failure.clone(), Some(broken)))
}

/// How many attempts were used up before the run was cut off.
fn attempted(earlier: &[Arc<Record>], policy: Policy) -> u32 {
    let attempts = earlier.iter().filter(|record| record.kind == RecordKind::Attempt).map(|record| record.attempt);
    attempts.max().unwrap_or(0).min(policy.attempts - 1)
}

async fn limited<R>(limit: Option<Duration>, work: impl Future<Output = R>) -> Result<R, Failure> {
    match limit {
        Some(limit) => tokio::time::timeout(limit, work).await.map_err(|_| timed_out(limit)),
        None => Ok(work.await),
    }
}
