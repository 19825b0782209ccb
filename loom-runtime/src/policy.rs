//! How a step is attempted: how often, with what pauses, for how long.

use std::time::Duration;

/// How a step is attempted, as its `#[step(…)]` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// How many attempts there are at the most, the first one counted.
    pub attempts: u32,
    /// The pauses between attempts.
    pub backoff: Backoff,
    /// How long one attempt may take.
    pub timeout: Option<Duration>,
    /// Whether a run that is cut off in it must not run it again by itself.
    pub at_most_once: bool,
    /// For how long what it gave is kept, by what it was given.
    pub cache: Option<Duration>,
}

impl Policy {
    /// One attempt that may take as long as it likes.
    pub const ONCE: Policy =
        Policy { attempts: 1, backoff: Backoff::DEFAULT, timeout: None, at_most_once: false, cache: None };

    /// The same with `retries` more attempts after the first.
    #[must_use]
    pub const fn with_retry(mut self, retries: u32) -> Self {
        self.attempts = retries.saturating_add(1);
        self
    }

    /// The same with pauses of at least `from` and at most `to`.
    #[must_use]
    pub const fn with_backoff(mut self, from: Duration, to: Duration) -> Self {
        self.backoff = Backoff { from, to };
        self
    }

    /// The same with a limit on how long one attempt may take.
    #[must_use]
    pub const fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// The same with an output that is kept so long for the same input.
    #[must_use]
    pub const fn with_cache(mut self, keep: Duration) -> Self {
        self.cache = Some(keep);
        self
    }

    /// The same for what must not happen twice.
    #[must_use]
    pub const fn with_at_most_once(mut self) -> Self {
        self.at_most_once = true;
        self
    }
}

/// The pauses between attempts: growing, jittered, never shorter than `from` and never longer than `to`.
///
/// Each pause is drawn between `from` and three times the one before it ("decorrelated jitter", from Marc Brooker's
/// article on exponential backoff in the AWS Architecture Blog, 2015): many runs that failed at the same moment do not
/// come back at the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The shortest pause.
    pub from: Duration,
    /// The longest pause.
    pub to: Duration,
}

impl Backoff {
    /// What a step with `retry` and without `backoff` gets: 100 ms to 10 s.
    pub const DEFAULT: Backoff = Backoff { from: Duration::from_millis(100), to: Duration::from_secs(10) };

    /// The pause that follows `before`; the first one follows [`Duration::ZERO`].
    #[must_use]
    pub fn next(self, before: Duration) -> Duration {
        let most = before.saturating_mul(3).clamp(self.from, self.to.max(self.from));
        self.from + most.saturating_sub(self.from).mul_f64(fastrand::f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_stay_within_their_bounds_and_reach_the_upper_half() {
        let backoff = Backoff { from: Duration::from_millis(200), to: Duration::from_secs(5) };
        let mut longest = Duration::ZERO;
        for _ in 0..50 {
            let mut pause = Duration::ZERO;
            for _ in 0..40 {
                pause = backoff.next(pause);
                assert!(pause >= backoff.from && pause <= backoff.to, "{pause:?}");
                longest = longest.max(pause);
            }
        }
        assert!(longest > backoff.to / 2, "{longest:?}");
    }

    #[test]
    fn pauses_of_many_runs_differ() {
        let backoff = Backoff::DEFAULT;
        let second: std::collections::HashSet<_> = (0..100).map(|_| backoff.next(backoff.from)).collect();
        assert!(second.len() > 50);
    }

    #[test]
    fn bounds_that_are_turned_round_give_the_first_one() {
        let backoff = Backoff { from: Duration::from_secs(2), to: Duration::from_secs(1) };
        assert_eq!(backoff.next(Duration::from_secs(9)), Duration::from_secs(2));
    }
}
