//! One run at work: from where it stands to its end, or to where it can only wait.

use super::{
    def::Def,
    driver::Durable,
    idle::Idle,
    inner::{End, Live},
    keeping::{Halt, ended_as},
    scope::Valued,
    signal::Hearing,
};
use crate::{
    clock::until,
    failure::Failure,
    journal::Status,
    machine::Machine,
    seats::rests_at_waits,
    spans::InRun,
    state::{Fields, GIVEN, Unfit},
    value::Value,
};
use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll, time::Duration};

/// A time that is further away is not waited for at work.
const SOON: Duration = Duration::from_secs(2);

/// What a run comes to, for now.
#[derive(Debug)]
pub(super) enum Came {
    /// It has ended, with this if somebody waits for it.
    Ended(Option<End>),
    /// It waits.
    Aside,
    /// It cannot go on.
    Halted(Halt),
}

enum Turn<T> {
    Done(Result<T, Failure>),
    Halted,
    Aside,
    Signal,
}

/// Carries a run on.
pub(super) async fn carry_on<C: ?Sized + Sync, M: Machine<C>>(
    driver: &Durable,
    context: &C,
    id: &str,
    input: &str,
    live: &Live,
) -> Came {
    let root = driver.root();
    let read = Fields::parse(input).and_then(|mut fields| M::read_input(&mut fields));
    let input = match read {
        Ok(input) => input,
        Err(unfit) => return halted(driver, Halt::Unfit { at: "start".to_owned(), unfit }).await,
    };
    let mut idle = Idle::new(&driver.keeping);
    let mut hearing = Hearing::new(&live.signal);
    let outcome = {
        let drive = pin!(driver.drive::<C, M>(context, &root, input, 0));
        let mut machine = pin!(InRun::new(M::NAME, Some(driver.of()), drive));
        loop {
            let turn = poll_fn(|cx| {
                idle.begins(cx);
                let (polled, waits) = rests_at_waits(|| machine.as_mut().poll(cx));
                let cancelled = driver.settled();
                if driver.keeping.is_halted() {
                    return Poll::Ready(Turn::Halted);
                }
                if let Poll::Ready(outcome) = polled {
                    return Poll::Ready(Turn::Done(outcome));
                }
                if hearing.poll(cx).is_ready() {
                    return Poll::Ready(Turn::Signal);
                }
                if waits && !cancelled && may_be_put_aside(driver) {
                    return Poll::Ready(Turn::Aside);
                }
                idle.poll(cx);
                if driver.keeping.is_halted() { Poll::Ready(Turn::Halted) } else { Poll::Pending }
            })
            .await;
            match turn {
                Turn::Done(outcome) => break outcome,
                Turn::Halted => return stopped(driver).await,
                Turn::Signal => driver.signalled(id).await,
                Turn::Aside => {
                    driver.waiting.put_aside();
                    let due = driver.waiting.next_due();
                    return match driver.keeping.write((Status::Waiting, due)).await {
                        Ok(()) => Came::Aside,
                        Err(()) => stopped(driver).await,
                    };
                }
            }
            if driver.keeping.is_halted() {
                return stopped(driver).await;
            }
        }
    };
    let (status, end, value) = match outcome {
        Ok(output) => {
            let known = root.def(GIVEN);
            let is_written = known.is_some();
            match (!is_written || live.is_watched()).then(|| output.write()).transpose() {
                Ok(value) => {
                    tell_given(&root, known);
                    let end = value.clone().filter(|_| live.is_watched()).map(End::Done);
                    (Status::Done, end, value.filter(|_| !is_written).unwrap_or_default())
                }
                Err(error) => {
                    let unfit = Unfit::shape("the output", &error);
                    return halted(driver, Halt::Unfit { at: "end".to_owned(), unfit }).await;
                }
            }
        }
        Err(failure) => {
            tell_given(&root, None);
            let value = failure.write().unwrap_or_default();
            (ended_as(&failure), live.is_watched().then(|| End::Failed(value.clone())), value)
        }
    };
    match driver.keeping.end(&root, status, value).await {
        Ok(()) => Came::Ended(end),
        Err(()) => stopped(driver).await,
    }
}

/// What the record of the end tells: where the output stands, and nothing of what was live before.
fn tell_given(root: &Arc<super::scope::Scope>, def: Option<Def>) {
    let mut here = root.here();
    here.place = None;
    here.tells(def.into_iter().map(|def| Valued { name: GIVEN, def: Some(def), told: None }).collect());
    let mut way = std::mem::take(&mut here.way);
    if std::mem::take(&mut here.is_told) {
        here.labels.clear();
    }
    here.labels.append(&mut way);
}

fn may_be_put_aside(driver: &Durable) -> bool {
    !driver.waiting.has_answer() && driver.waiting.next_due().is_none_or(|due| until(due) > SOON)
}

/// A run that cannot go on stays as it is, and nobody is at it.
async fn stopped(driver: &Durable) -> Came {
    // What is dropped from here on goes on when the run does.
    driver.waiting.put_aside();
    let halt = driver.keeping.take_halt();
    if let Some(Halt::Unfit { .. }) = halt {
        driver.keeping.release().await;
    }
    halt.map_or(Came::Aside, Came::Halted)
}

async fn halted(driver: &Durable, halt: Halt) -> Came {
    driver.keeping.halt(halt);
    stopped(driver).await
}
