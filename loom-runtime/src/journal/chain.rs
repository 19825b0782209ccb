//! What chains the records of a run, so that it is told when one was changed, removed or moved.
//!
//! Here is how a link is made of what is kept; that all links of a run are right is looked at by
//! [`Loom::verify`](crate::Loom::verify).

use super::kept::{Record, RunInfo};
use crate::value::Value as _;
use serde::{Serialize, Serializer};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// How many bytes a link has.
const LENGTH: usize = 16;

/// What chains a record to all before it: a hash over what it says and over the link of the record before it in its run.
///
/// It is `BLAKE2b` (RFC 7693) of 16 bytes. The first record of a run follows the [link of its beginning](Link::beginning), so
/// that a record of another run does not fit either. It displays as 32 hexadecimal digits.
///
/// # What is hashed
///
/// The fields one after the other. A number is written in as few bytes as it needs (LEB128), one that can be negative as the 64
/// bits it has; a text as the number of its bytes and the bytes; what may be missing as 0, or as 1 and itself.
///
/// | of | fields |
/// | --- | --- |
/// | the beginning | `id`, `workflow`, `version`, `fingerprint`, `user`, `session`, `metadata` and `budget` (as JSON) that may be missing, `created_at`, the input |
/// | a record | the 16 bytes of the link before; `seq`, `kind`, `scope`, `node`, `label`, `live`, `value`, `turn`, `attempt`, `began_at`, how long after that `at` is, `after` and `by` that may be missing; of `usage` the calls, tokens in, tokens out and milliseconds |
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Link([u8; LENGTH]);

/// The end of a run's chain at some time: the number of a record and its link, as one writes it down elsewhere.
///
/// It is a text such as `17-9f3ac0e1…`, and [`Verify::expecting`](crate::audit::Verify::expecting) finds with it what a chain
/// cannot tell by itself: that records are missing at its end, or that all of it was written anew.
///
/// ```
/// use loomflow_runtime::journal::Seal;
///
/// let seal: Seal = "17-9f3ac0e155d04c8b9a1f0c3d2e4b5a69".parse().unwrap();
/// assert_eq!(seal.seq, 17);
/// assert_eq!(seal.to_string(), "17-9f3ac0e155d04c8b9a1f0c3d2e4b5a69");
/// assert_eq!(
///     "17-9f3a".parse::<Seal>().unwrap_err().to_string(),
///     "`17-9f3a` is no end of a chain: it is a number, `-` and 32 hexadecimal digits"
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Seal {
    /// The number of the record; 0 of a run that has none.
    pub seq: u64,
    /// Its link.
    pub link: Link,
}

/// A text is not the end of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is no end of a chain: it is a number, `-` and 32 hexadecimal digits")]
pub struct NoSeal {
    /// The text.
    pub text: String,
}

impl Link {
    /// The link that the first record of a run follows, of all that is known when it begins.
    #[must_use]
    pub fn beginning(run: &RunInfo, input: &str) -> Self {
        let mut content = Content(Vec::new());
        content.text(&run.id);
        content.text(&run.workflow);
        content.number(run.version.into());
        content.text(&run.fingerprint);
        // Of numbers, nothing can be refused.
        let budget = run.budget.map(|budget| budget.write().unwrap_or_default());
        for maybe in [&run.user, &run.session, &run.metadata, &budget] {
            content.maybe(maybe.as_deref());
        }
        content.number(run.created_at.cast_unsigned());
        content.text(input);
        content.hash()
    }

    /// The link of the record that follows the one with this link.
    #[must_use]
    pub fn next(&self, record: &Record) -> Self {
        self.next_in(record, &mut Vec::new())
    }

    /// The same with room that is used again.
    pub(crate) fn next_in(&self, record: &Record, room: &mut Vec<u8>) -> Self {
        room.clear();
        let mut content = Content(std::mem::take(room));
        content.0.extend_from_slice(&self.0);
        content.record(record);
        let link = content.hash();
        *room = content.0;
        link
    }

    /// The bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; LENGTH] {
        &self.0
    }

    /// The link of these bytes, as a journal kept it.
    #[must_use]
    pub const fn of(bytes: [u8; LENGTH]) -> Self {
        Link(bytes)
    }
}

/// What is hashed.
struct Content(Vec<u8>);

impl Content {
    /// A number in as few bytes as it needs: seven bits in each, the least first, and a bit that says whether more follow.
    fn number(&mut self, mut number: u64) {
        while number > 0x7f {
            self.0.push(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.0.push(number.to_le_bytes()[0]);
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    fn maybe(&mut self, text: Option<&str>) {
        match text {
            Some(text) => {
                self.number(1);
                self.text(text);
            }
            None => self.number(0),
        }
    }

    fn record(&mut self, record: &Record) {
        let Record {
            seq,
            kind,
            scope,
            turn,
            node,
            label,
            attempt,
            began_at,
            at,
            after,
            live,
            value,
            by,
            usage,
            link: _,
        } = record;
        self.number(*seq);
        for text in [kind.name(), scope, node, label, live, value] {
            self.text(text);
        }
        for number in [*turn, u64::from(*attempt), began_at.cast_unsigned(), at.wrapping_sub(*began_at).cast_unsigned()]
        {
            self.number(number);
        }
        match after {
            Some(after) => {
                self.number(1);
                self.number(*after);
            }
            None => self.number(0),
        }
        self.maybe(by.as_deref());
        for number in [usage.calls, usage.input, usage.output] {
            self.number(number);
        }
        self.number(u64::try_from(usage.time.as_millis()).unwrap_or(u64::MAX));
    }

    fn hash(&self) -> Link {
        let hash = blake2b_simd::Params::new().hash_length(LENGTH).hash(&self.0);
        let mut bytes = [0; LENGTH];
        bytes.copy_from_slice(hash.as_bytes());
        Link(bytes)
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Link {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl Serialize for Seal {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl fmt::Display for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.seq, self.link)
    }
}

impl FromStr for Seal {
    type Err = NoSeal;

    fn from_str(text: &str) -> Result<Self, NoSeal> {
        read(text.trim()).ok_or_else(|| NoSeal { text: text.to_owned() })
    }
}

fn read(text: &str) -> Option<Seal> {
    let (seq, digits) = text.split_once('-')?;
    let seq = seq.parse().ok()?;
    if digits.len() != 2 * LENGTH || !digits.is_ascii() {
        return None;
    }
    let mut bytes = [0; LENGTH];
    for (byte, digits) in bytes.iter_mut().zip(digits.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(Seal { seq, link: Link(bytes) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        journal::{NewRun, RecordKind},
        meter::Usage,
    };
    use std::time::Duration;

    fn run() -> RunInfo {
        let new = NewRun {
            id: "run-1".to_owned(),
            workflow: "Triage".to_owned(),
            version: 1,
            fingerprint: "f1".to_owned(),
            graph: String::new(),
            input: String::new(),
            user: Some("ann".to_owned()),
            session: None,
            metadata: None,
            budget: None,
        };
        RunInfo::of(7, &new, "owner", 1_800_000_000_000)
    }

    fn record() -> Record {
        Record {
            seq: 1,
            kind: RecordKind::Answered,
            scope: "0.1/".to_owned(),
            turn: 2,
            node: "approve".into(),
            label: "Desk::Billing".into(),
            attempt: 0,
            began_at: 1_800_000_000_010,
            at: 1_800_000_000_005,
            after: None,
            live: "{}".to_owned(),
            value: r#""Granted""#.to_owned(),
            by: Some("grace".to_owned()),
            usage: Usage { calls: 1, input: 200, output: 30, time: Duration::from_millis(1500) },
            link: None,
        }
    }

    /// What another implementation of `BLAKE2b` makes of the fields, by what is said at [`Link`].
    #[test]
    fn a_link_is_the_hash_of_what_is_said_to_be_hashed() {
        let beginning = Link::beginning(&run(), r#"{"ticket":"7"}"#);
        assert_eq!(beginning.to_string(), "acc9e802de5ba6f802fa524481d599ca");
        let first = beginning.next(&record());
        assert_eq!(first.to_string(), "6fcd87cbd4ae181710addd247e4b2e52");
        let second = first.next(&Record { seq: 2, after: Some(1), ..record() });
        assert_eq!(second.to_string(), "d4abde50fe5213a69abc96d3fef9536c");
    }

    #[test]
    fn every_field_of_a_record_counts() {
        let link = Link::beginning(&run(), "").next(&record());
        let text = || "x".to_owned();
        let usage = Usage { calls: 2, ..record().usage };
        let others = [
            Record { seq: 2, ..record() },
            Record { kind: RecordKind::Output, ..record() },
            Record { scope: text(), ..record() },
            Record { turn: 3, ..record() },
            Record { node: text().into(), ..record() },
            Record { label: text().into(), ..record() },
            Record { attempt: 1, ..record() },
            Record { began_at: 0, ..record() },
            Record { at: 0, ..record() },
            Record { after: Some(0), ..record() },
            Record { live: text(), ..record() },
            Record { value: text(), ..record() },
            Record { by: None, ..record() },
            Record { by: Some(String::new()), ..record() },
            Record { usage, ..record() },
            // What moves from one text to the next is another record.
            Record { scope: "0.1/a".to_owned(), node: "pprove".into(), ..record() },
        ];
        for other in others {
            assert_ne!(Link::beginning(&run(), "").next(&other), link, "{other:?}");
        }
        let linked = Record { link: Some(link), ..record() };
        assert_eq!(Link::beginning(&run(), "").next(&linked), link);
    }

    #[test]
    fn what_is_no_end_of_a_chain_is_refused() {
        let seal = Seal { seq: 3, link: Link::beginning(&run(), "") };
        assert_eq!(seal.to_string().parse(), Ok(seal));
        assert_eq!(format!(" {seal}\n").parse(), Ok(seal));
        let short = seal.to_string();
        for text in ["", "3", "3-", "x-00", &short[..short.len() - 1], &format!("{short}0"), &short.replace('-', "")] {
            assert!(text.parse::<Seal>().is_err(), "{text}");
        }
    }
}
