//! The one place that tries again, and that bounds the time of a call.
//!
//! Whatever is wrong, and however often it is tried again, a call takes no longer than its limit: a pause that would go
//! over it is not begun.

use crate::error::{Limit, ModelError};
use loomflow_runtime::Backoff;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

/// How long calls may take, and how often they are tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// How long one call may take, with all attempts and pauses.
    pub total: Duration,
    /// How long a stream may stand still.
    pub idle: Duration,
    /// How many attempts there may be after the first.
    pub retries: u32,
    /// The pauses before them.
    pub backoff: Backoff,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            total: Duration::from_secs(300),
            idle: Duration::from_secs(60),
            retries: 3,
            backoff: Backoff { from: Duration::from_millis(500), to: Duration::from_secs(20) },
        }
    }
}

impl Limits {
    /// When a call that begins now has to be over; never, where no clock goes so far.
    pub(crate) fn deadline(&self) -> Instant {
        let now = Instant::now();
        // Tokio's own "far future": thirty years.
        now.checked_add(self.total).unwrap_or_else(|| now + Duration::from_secs(86_400 * 365 * 30))
    }

    /// What a call ends with that goes over its time.
    pub(crate) fn too_long(&self) -> ModelError {
        ModelError::TimedOut { limit: Limit::Total, after: self.total }
    }

    /// Makes attempts until one succeeds, no further one would help, or there is no time left.
    pub(crate) async fn retry<T, F>(&self, deadline: Instant, mut attempt: impl FnMut() -> F) -> Result<T, ModelError>
    where
        F: Future<Output = Result<T, ModelError>>,
    {
        let mut pause = Duration::ZERO;
        let mut left = self.retries;
        loop {
            let error = match timeout_at(deadline, attempt()).await {
                Ok(Ok(done)) => return Ok(done),
                Ok(Err(error)) => error,
                Err(_) => return Err(self.too_long()),
            };
            pause = self.backoff.next(pause);
            let wait = wait(&error, pause);
            if left == 0 || !error.is_transient() || Instant::now() + wait >= deadline {
                return Err(error);
            }
            left -= 1;
            tracing::debug!(pause_ms = wait.as_millis(), left, %error, "the model's server failed, trying again");
            sleep(wait).await;
        }
    }
}

/// How long to wait: what the server says, and up to a tenth more so that not all who heard it come back at once. Where it
/// says nothing, the pause.
fn wait(error: &ModelError, pause: Duration) -> Duration {
    match error.retry_after() {
        // A server that says "a year" is not waited for, and must not overflow a clock.
        Some(asked) => {
            let asked = asked.min(Duration::from_secs(86_400 * 365));
            asked + asked.mul_f64(fastrand::f64() / 10.0)
        }
        None => pause,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Cut, ServerError};
    use std::{cell::RefCell, future::pending};

    const SECOND: Duration = Duration::from_secs(1);

    fn busy() -> ModelError {
        ModelError::refused(503, "")
    }

    fn later(pause: Duration) -> ModelError {
        ModelError::Refused(Box::new(ServerError::new(429, "").retry_after(pause)))
    }

    /// Fails with these errors, then succeeds: what comes out, and when the attempts were made.
    async fn tried(limits: Limits, errors: Vec<ModelError>) -> (Result<usize, ModelError>, Vec<Duration>) {
        let began = Instant::now();
        let at = RefCell::new(Vec::new());
        let mut errors = errors.into_iter();
        let done = limits.retry(limits.deadline(), || {
            at.borrow_mut().push(began.elapsed());
            let (next, number) = (errors.next(), at.borrow().len());
            async move { next.map_or(Ok(number), Err) }
        });
        (done.await, at.take())
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_get_better_is_tried_again_with_growing_jittered_pauses() {
        let limits = Limits::default();
        let (done, at) = tried(limits, vec![busy(), busy(), busy()]).await;
        assert_eq!(done.unwrap(), 4);
        for (one, next) in at.iter().zip(&at[1..]) {
            let pause = next.abs_diff(*one);
            assert!(pause >= limits.backoff.from && pause <= limits.backoff.to, "{at:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn after_so_many_attempts_the_last_error_is_it() {
        let (done, at) = tried(Limits { retries: 2, ..Limits::default() }, vec![busy(), busy(), later(SECOND)]).await;
        assert!(matches!(done, Err(ModelError::Refused(error)) if error.status == 429));
        assert_eq!(at.len(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_get_better_is_tried_once() {
        let quota = r#"{"error":{"code":"insufficient_quota"}}"#;
        let refused = [400, 401, 403, 404].map(|status| ModelError::refused(status, ""));
        let broken = ModelError::CutOff { cut: Cut::Broken("gone".into()), text: "half".into() };
        for error in refused.into_iter().chain([ModelError::refused(429, quota), broken]) {
            let (done, at) = tried(Limits::default(), vec![error]).await;
            assert!(done.is_err());
            assert_eq!(at, [Duration::ZERO]);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_server_says_how_long_it_wants_to_be_left_alone() {
        let (done, at) = tried(Limits::default(), vec![later(30 * SECOND), later(Duration::ZERO)]).await;
        assert_eq!(done.unwrap(), 3);
        assert!(at[1] >= 30 * SECOND && at[1] <= 34 * SECOND, "{at:?}");
        assert!(at[2].abs_diff(at[1]) <= Duration::from_millis(1), "{at:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_would_go_over_the_time_is_not_begun() {
        let limits = Limits { total: 20 * SECOND, ..Limits::default() };
        for asked in [20 * SECOND, Duration::MAX] {
            let (done, at) = tried(limits, vec![later(asked)]).await;
            assert!(matches!(done, Err(ModelError::Refused(error)) if error.retry_after == Some(asked)));
            assert_eq!(at, [Duration::ZERO]);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_call_takes_longer_than_its_time_all_attempts_together() {
        let limits = Limits { total: 5 * SECOND, ..Limits::default() };
        let began = Instant::now();
        let mut first = true;
        let done = limits.retry(limits.deadline(), || {
            let answer = std::mem::take(&mut first);
            async move { if answer { Err::<(), _>(busy()) } else { pending().await } }
        });
        assert!(
            matches!(done.await, Err(ModelError::TimedOut { limit: Limit::Total, after }) if after == limits.total)
        );
        assert!(began.elapsed() >= limits.total && began.elapsed() < limits.total + SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn a_time_beyond_all_clocks_is_no_limit() {
        let (done, _) = tried(Limits { total: Duration::MAX, ..Limits::default() }, vec![busy()]).await;
        assert_eq!(done.unwrap(), 2);
    }
}
