//! What time it is.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What time it is by Tokio's clock: the system's time, and what a clock that was paused has skipped, so that a run waits
/// for a moment by the same clock by which it sleeps.
pub(crate) fn now() -> SystemTime {
    let (tokio, steady) = (tokio::time::Instant::now().into_std(), Instant::now());
    SystemTime::now() + tokio.saturating_duration_since(steady) - steady.saturating_duration_since(tokio)
}

/// The same in milliseconds since the Unix epoch, as a journal is told it.
pub(crate) fn now_ms() -> i64 {
    to_ms(now())
}

/// A moment in milliseconds since the Unix epoch; 0 for all before.
pub(crate) fn to_ms(moment: SystemTime) -> i64 {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// So long after now, in milliseconds since the Unix epoch; what no clock can tell is as late as one can be told.
pub(crate) fn after(pause: Duration) -> i64 {
    now().checked_add(pause).map_or(i64::MAX, to_ms)
}

/// So long before now, in milliseconds since the Unix epoch.
pub(crate) fn before(age: Duration) -> i64 {
    now().checked_sub(age).map_or(0, to_ms)
}

/// How long it is until a time in milliseconds since the Unix epoch.
pub(crate) fn until(ms: i64) -> Duration {
    let moment = UNIX_EPOCH + Duration::from_millis(u64::try_from(ms).unwrap_or_default());
    moment.duration_since(now()).unwrap_or_default()
}
