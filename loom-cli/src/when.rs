//! Times and durations, as people read and write them.

use humantime::{format_rfc3339_seconds, parse_duration};
use std::time::{Duration, SystemTime};

/// A moment that is told in milliseconds since the Unix epoch.
pub(crate) fn moment(ms: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(ms).unwrap_or_default())
}

/// Now, in milliseconds since the Unix epoch.
pub(crate) fn now() -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}

/// A moment as it is written: `2026-11-22T05:15:00Z`.
pub(crate) fn written(ms: i64) -> String {
    format_rfc3339_seconds(moment(ms)).to_string()
}

/// How far off a moment is: `3 min ago`, `in 2 days`.
pub(crate) fn off(ms: i64, now: i64) -> String {
    match roughly(ms.abs_diff(now)) {
        _ if ms.abs_diff(now) < 1_000 => "now".to_owned(),
        far if ms > now => format!("in {far}"),
        far => format!("{far} ago"),
    }
}

/// About how long a duration is, in its largest unit: `420 ms`, `3 min`, `2 days`.
pub(crate) fn roughly(ms: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400_000, "day"), (3_600_000, "h"), (60_000, "min"), (1_000, "s")];
    match UNITS.iter().find(|(unit, _)| ms >= *unit) {
        // A second is long enough for its tenths to count.
        Some((unit, "s")) if ms < 10_000 => format!("{}.{} s", ms / unit, ms % unit / 100),
        Some((unit, "day")) if ms >= unit + unit / 2 => format!("{} days", (ms + unit / 2) / unit),
        Some((unit, name)) => format!("{} {name}", (ms + unit / 2) / unit),
        None => format!("{ms} ms"),
    }
}

/// Reads `30d`, `12h 30m`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).map_err(|error| format!("{error}; write `30d`, `12h` or `1h 30m`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_told_in_its_largest_unit() {
        let told =
            [0, 999, 1_000, 9_999, 10_000, 58_700, 60_000, 3_600_000, 86_400_000, 14 * 86_400_000 - 1].map(roughly);
        assert_eq!(told, ["0 ms", "999 ms", "1.0 s", "9.9 s", "10 s", "59 s", "1 min", "1 h", "1 day", "14 days"]);
        assert_eq!([off(5_000, 0), off(0, 80_000), off(1, 900)], ["in 5.0 s", "1 min ago", "now"]);
    }

    #[test]
    fn what_is_no_duration_is_told_how_it_is_written() {
        assert_eq!(duration("30d"), Ok(Duration::from_secs(30 * 86_400)));
        assert!(duration("soon").unwrap_err().ends_with("write `30d`, `12h` or `1h 30m`"));
    }
}
