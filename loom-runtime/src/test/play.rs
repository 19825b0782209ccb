//! A step under test: performed as it is, or what was said of it in its place, with the retries and limits it has.

use super::session::{Bad, Mock, Session};
use crate::{
    attempt::{Attempt, limited, timed_out},
    driver::{At, Driver},
    failure::Failure,
    step::{Call, Step},
};
use std::time::Duration;

/// What does the work of a step.
enum Work<'a, S: Step, F> {
    Real(F),
    Mock(Mock<S>, S::Args<'a>),
}

/// Performs a step of a run under test; `visit` tells this visit from all others of the run.
pub(crate) fn perform<'a, D: Driver, C: ?Sized, S: Call<C>>(
    session: Option<&'a Session>,
    visit: impl FnOnce() -> String,
    driver: &'a D,
    context: &'a C,
    at: &'a At<D::Scope>,
    args: S::Args<'a>,
) -> impl Future<Output = Result<S::Output, Failure>> + Send {
    let tested = session.map(|session| (session, visit()));
    let mock = tested.as_ref().and_then(|(session, _)| {
        session.begins::<S>(at.place.node, &args);
        session.stand::<S>(at.place.node)
    });
    let mut work = match mock {
        Some(mock) => Work::Mock(mock, args),
        None => Work::Real(S::perform(driver, context, at, args)),
    };
    async move {
        let Some((session, visit)) = tested else {
            return match work {
                Work::Real(real) => real.await,
                Work::Mock(..) => Err(crate::failure::lost()),
            };
        };
        session.works::<S>(&visit);
        let mut pause = Duration::ZERO;
        let mut number = driver.attempted(at).min(S::POLICY.attempts - 1) + 1;
        let outcome = loop {
            let bad = session.goes_wrong::<S>(at.place.node, &visit, number);
            let takes = session.takes::<S>(at.place.node);
            let attempt = match (&mut work, bad) {
                (Work::Real(_), None) if !is_too_slow::<S>(takes) => {
                    let Work::Real(real) = work else { break Err(crate::failure::lost()) };
                    if let Some(time) = takes {
                        driver.sleep(time).await;
                    }
                    break real.await;
                }
                (Work::Mock(mock, args), None) => {
                    let asked = Asked { session, visit: &visit, at: at.place.node, number };
                    attempt(driver, at, number, takes, S::POLICY.timeout, move || mock.call(&asked, args)).await
                }
                (_, Some(bad)) => {
                    attempt(driver, at, number, takes, S::POLICY.timeout, move || match bad {
                        Bad::Fails(failure) => Err(failure),
                        Bad::Panics(text) => panic!("{text}"),
                    })
                    .await
                }
                // It begins, and does nothing before its time is up.
                (Work::Real(_), None) => {
                    let limit = S::POLICY.timeout.unwrap_or_default();
                    driver.sleep(limit).await;
                    Err(timed_out(limit))
                }
            };
            let last = number >= S::POLICY.attempts;
            match attempt {
                Ok(output) => break Ok(output),
                Err(failure) if last || failure.is_permanent() => {
                    break Err(failure.at(at.place.workflow, at.place.node).on_attempt(number, S::POLICY.attempts));
                }
                Err(failure) => {
                    pause = S::POLICY.backoff.next(pause);
                    driver.failed(at, number, &failure).await;
                    driver.sleep(pause).await;
                }
            }
            number += 1;
        };
        session.ends::<S>(&visit, &outcome);
        outcome
    }
}

/// Whether a step that takes so long before it does anything never comes to do it.
fn is_too_slow<S: Step>(takes: Option<Duration>) -> bool {
    takes.zip(S::POLICY.timeout).is_some_and(|(takes, limit)| takes >= limit)
}

/// Which attempt a mock is asked for.
struct Asked<'s> {
    session: &'s Session,
    visit: &'s str,
    at: &'static str,
    number: u32,
}

impl<S: Step> Mock<S> {
    fn call(&self, asked: &Asked<'_>, args: &S::Args<'_>) -> Result<S::Output, Failure> {
        let given = match self {
            Mock::Stand(stand) => stand(args),
            Mock::Either(outputs) => asked.session.chooses::<S>(outputs),
            Mock::Gives(rule, outputs) => asked.session.gives::<S>(*rule, outputs, asked.at, asked.visit, asked.number),
        };
        given.map_err(super::plan::failed)
    }
}

/// One attempt: in its span, with its panic as a failure, no longer than it may take.
async fn attempt<D: Driver, T: Send>(
    driver: &D,
    at: &At<D::Scope>,
    number: u32,
    takes: Option<Duration>,
    limit: Option<Duration>,
    work: impl FnOnce() -> Result<T, Failure> + Send,
) -> Result<T, Failure> {
    let work = async move {
        if let Some(time) = takes {
            driver.sleep(time).await;
        }
        work()
    };
    match limit {
        Some(limit) => Attempt::new(at.place, number, limited(driver, limit, work)).await,
        None => Attempt::new(at.place, number, work).await,
    }
}
