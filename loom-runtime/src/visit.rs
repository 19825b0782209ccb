//! What a step may ask to be told of its run: a `#[run]` parameter, and what a driver makes it of.

use loomflow_graph::version::fingerprint;
use std::{
    fmt::Write,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// What a step is told of the run it is performed in: a parameter `#[run] run: &Visit`, which the graph does not pass.
///
/// A step that was cut off is performed again, with the same [`key`](Visit::key) as before. Whoever the step calls can tell
/// by it that it was called twice for one thing:
///
/// ```
/// use loomflow_runtime::Visit;
///
/// fn charge(run: &Visit, cents: u64) -> String {
///     format!("POST /charges, {cents} cents, Idempotency-Key: {}", run.key())
/// }
/// assert!(charge(&Visit::outside(), 500).starts_with("POST /charges, 500 cents, Idempotency-Key: outside~"));
/// ```
#[derive(Debug, Clone)]
pub struct Visit {
    of: Arc<Of>,
    key: Arc<str>,
    attempt: u32,
}

/// The run of a visit.
#[derive(Debug)]
pub(crate) struct Of {
    pub(crate) id: String,
    pub(crate) user: Option<String>,
    pub(crate) session: Option<String>,
}

impl Visit {
    /// What a test passes that calls the step outside of a run. No two have the same key.
    #[must_use]
    pub fn outside() -> Self {
        let key = format!("outside~{:016x}", fastrand::u64(..));
        Self::of(Arc::new(Of { id: "outside".to_owned(), user: None, session: None }), key)
    }

    pub(crate) fn of(of: Arc<Of>, key: String) -> Self {
        Visit { of, key: key.into(), attempt: 1 }
    }

    /// The same at an attempt.
    #[doc(hidden)]
    #[must_use]
    pub fn on(&self, attempt: u32) -> Self {
        Visit { attempt, ..self.clone() }
    }

    /// The id of the run. A run in memory has a random one.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.of.id
    }

    /// What tells this from everything else that is done: the same whenever the same visit of the same node of the same run
    /// is performed again, at another attempt or by another process, and different for all others.
    ///
    /// It consists of letters, digits, `-`, `_`, `.` and `~`, so that it can stand in a URL or a header, and is at most 120
    /// characters long.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Which attempt this is, counted from 1.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Whom the run is for, if that was said.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.of.user.as_deref()
    }

    /// The session the run belongs to, if that was said.
    #[must_use]
    pub fn session(&self) -> Option<&str> {
        self.of.session.as_deref()
    }
}

/// The key of a visit in a run that is kept: the run by its id and its number, which no other run of its journal ever has,
/// and the visit by the scope and the turn, or by whatever tells it from others of its run.
pub(crate) fn key(id: &str, run: u64, visit: &str) -> String {
    format!("{}~{run}~{}", plain(id, 48), plain(&visit.replace('/', "-"), 48))
}

/// A text in letters that are safe everywhere: what is not is written as its bytes, and what is too long cut short, with
/// what tells it from others that begin so.
fn plain(text: &str, most: usize) -> String {
    let mut safe = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            safe.push(char::from(byte));
        } else {
            // Writing to a text does not fail.
            let _ = write!(safe, "~{byte:02x}");
        }
    }
    if safe.len() > most {
        safe.truncate(most - 18);
        safe.push_str("~~");
        safe.push_str(&fingerprint(text));
    }
    safe
}

/// The visits of a run in memory. Each is performed once, so it is enough to count them; a run none of whose steps asks
/// makes no id.
#[derive(Default)]
pub(crate) struct Visits {
    of: OnceLock<Arc<Of>>,
    begun: AtomicU64,
}

impl Visits {
    #[cold]
    pub(crate) fn next(&self) -> Visit {
        let of = self.of.get_or_init(|| {
            let id = format!("{:016x}", fastrand::u64(..));
            Arc::new(Of { id, user: None, session: None })
        });
        let key = format!("{}~{}", of.id, self.begun.fetch_add(1, Ordering::Relaxed));
        Visit::of(Arc::clone(of), key)
    }
}

/// The type of a `#[run]` parameter: [`Visit`], and no other.
#[diagnostic::on_unimplemented(
    message = "what a step is told of its run is a `Visit`, and this is `{Self}`",
    label = "not a `Visit`",
    note = "write `#[run] run: &Visit`, with `use loomflow::Visit;`"
)]
pub trait Visited {
    /// The visit.
    fn visited(visit: &Visit) -> &Self;
}

impl Visited for Visit {
    #[inline]
    fn visited(visit: &Visit) -> &Visit {
        visit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_short_and_safe_and_tells_runs_and_visits_apart() {
        assert_eq!(key("ticket-42", 7, "4.1/3"), "ticket-42~7~4.1-3");
        let long = "a".repeat(1_000);
        let ids = ["a", "a b", "a~20b", "ä", "", "../..", &long, &format!("{long}b"), "a/b"];
        let visits = ["1", "11", "1/1", &"1.1/".repeat(40), &"1.1/".repeat(41)];
        let mut keys = std::collections::HashSet::new();
        for id in ids {
            for run in [1, 11, u64::from(u32::MAX)] {
                for visit in visits {
                    let key = key(id, run, visit);
                    assert!(key.len() <= 120, "{key}");
                    assert!(key.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~".contains(&b)), "{key}");
                    assert!(keys.insert(key));
                }
            }
        }
    }

    #[test]
    fn visits_in_memory_are_of_one_run_and_have_keys_of_their_own() {
        let visits = Visits::default();
        let (one, two) = (visits.next(), visits.next());
        assert_eq!(one.id(), two.id());
        assert_ne!(one.key(), two.key());
        assert_ne!(Visits::default().next().id(), one.id());
        assert_eq!((one.on(3).key(), one.on(3).attempt(), one.attempt()), (one.key(), 3, 1));
        assert_ne!(Visit::outside().key(), Visit::outside().key());
    }
}
