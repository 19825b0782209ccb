//! What time it is.

use std::{
    cell::Cell,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// For how long it is taken to be known how the system's time and Tokio's clock stand to each other. A run that keeps many
/// short steps would else read three clocks for each time that it tells, and a clock takes as long to read as a step does
/// to be called. So long, at most, is it not seen that the system's time was set.
const FRESH: Duration = Duration::from_millis(10);

thread_local! {
    /// What time it was at a moment of Tokio's clock.
    static READ: Cell<Option<(Instant, SystemTime)>> = const { Cell::new(None) };
}

/// What time it is by Tokio's clock: the system's time, and what a clock that was paused has skipped, so that a run waits
/// for a moment by the same clock by which it sleeps.
pub(crate) fn now() -> SystemTime {
    let tokio = tokio::time::Instant::now().into_std();
    if let Some((moment, time)) = READ.get()
        && let Some(since) = tokio.checked_duration_since(moment).filter(|since| *since < FRESH)
    {
        return time + since;
    }
    let steady = Instant::now();
    let time = SystemTime::now() + tokio.saturating_duration_since(steady) - steady.saturating_duration_since(tokio);
    READ.set(Some((tokio, time)));
    time
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
