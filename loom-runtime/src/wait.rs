//! What a graph waits for: a span of time, or a moment.

use std::{
    ops::Range,
    time::{Duration, SystemTime},
};

/// How long a graph waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Until so much time has passed.
    After(Duration),
    /// Until this moment, which may be past.
    At(SystemTime),
}

/// What can stand in the `sleep(…)` of a graph.
#[diagnostic::on_unimplemented(
    message = "`sleep` takes a `Duration` or a `SystemTime`, and this is `{Self}`",
    label = "neither a span of time nor a moment",
    note = "write a duration as `30s` or `2d`, compute one as `Duration::from_secs(n)`, or give the `SystemTime` to wait for"
)]
pub trait Wait {
    /// How long to wait.
    fn until(self) -> Until;
}

#[diagnostic::do_not_recommend]
impl Wait for Duration {
    #[inline]
    fn until(self) -> Until {
        Until::After(self)
    }
}

#[diagnostic::do_not_recommend]
impl Wait for SystemTime {
    #[inline]
    fn until(self) -> Until {
        Until::At(self)
    }
}

/// A pause that doubles with every try: `pauses.start` after the first (`tries` is 1), and never more than `pauses.end`.
///
/// For a `sleep(…)` in a loop of a graph. It draws no lots, other than the pauses of `#[step(retry = …)]`: expressions of
/// a graph are pure, so that a resumed run comes to the same pause.
///
/// ```
/// use loomflow_runtime::backoff;
/// use std::time::Duration;
///
/// let pauses = Duration::from_secs(1)..Duration::from_secs(60);
/// assert_eq!(backoff(pauses.clone(), 1), Duration::from_secs(1));
/// assert_eq!(backoff(pauses.clone(), 4), Duration::from_secs(8));
/// assert_eq!(backoff(pauses, 30), Duration::from_secs(60));
/// ```
#[must_use]
pub fn backoff(pauses: Range<Duration>, tries: u32) -> Duration {
    let mut pause = pauses.start;
    for _ in 1..tries {
        // Nothing grows out of zero, and what has reached the end stays there.
        if pause.is_zero() || pause >= pauses.end {
            break;
        }
        pause = pause.saturating_mul(2);
    }
    pause.min(pauses.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_doubles_with_every_try() {
        let pauses = Duration::from_millis(200)..Duration::from_secs(3600);
        let found: Vec<_> = (1..=5).map(|tries| backoff(pauses.clone(), tries).as_millis()).collect();
        assert_eq!(found, [200, 400, 800, 1_600, 3_200]);
    }

    #[test]
    fn a_pause_is_at_most_the_end_of_its_range() {
        let pauses = Duration::from_secs(1)..Duration::from_secs(5);
        assert_eq!(backoff(pauses.clone(), 3), Duration::from_secs(4));
        assert_eq!(backoff(pauses.clone(), 4), Duration::from_secs(5));
        assert_eq!(backoff(pauses, u32::MAX), Duration::from_secs(5));
        assert_eq!(backoff(Duration::from_secs(5)..Duration::from_secs(1), 0), Duration::from_secs(1));
    }

    #[test]
    fn a_pause_neither_overflows_nor_grows_out_of_nothing() {
        assert_eq!(backoff(Duration::MAX / 3..Duration::MAX, u32::MAX), Duration::MAX);
        assert_eq!(backoff(Duration::ZERO..Duration::MAX, u32::MAX), Duration::ZERO);
        // Far more than 32 doublings before the end is reached.
        assert_eq!(backoff(Duration::from_nanos(1)..Duration::MAX, 41), Duration::from_nanos(1 << 40));
    }
}
