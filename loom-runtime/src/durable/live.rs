//! What is live at a position, as a record tells it: not the values, but where each stands.
//!
//! A value is written once, where it comes into being. From then on records tell which record has it, so that what is
//! carried through a hundred steps costs its size once, and restoring reads what is live and not what has been.

use crate::journal::Record;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Where a value stands. One that is in the value of a record is written as the record's number.
#[derive(Debug, Clone)]
pub(super) enum Def {
    /// In the value of a record.
    Output(u64),
    /// Elsewhere.
    Told(Told),
}

/// Where a value stands that is not in the value of a record as it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Told {
    /// In the value of a record, which may be a failure: what was tried.
    Tried(u64),
    /// Here.
    Is(Box<RawValue>),
    /// In the inputs that a record has; those of the run itself are in none, and are told as 0.
    Input(u64, String),
    /// Where a record tells that what it calls so stands.
    At(u64, String),
    /// A list: what it was before, and what was appended to that.
    List(Option<Box<Def>>, Vec<Def>),
}

/// The name under which the record of a failed call of plain Rust tells its error.
pub(super) const ERROR: &str = "error";

/// The error of a failed call of plain Rust, as JSON.
pub(crate) fn error(record: &Record) -> Option<String> {
    let live: Live = serde_json::from_str(&record.live).ok()?;
    match live.values.get(ERROR)? {
        Def::Told(Told::Is(json)) => Some(json.get().to_owned()),
        _ => None,
    }
}

impl Def {
    /// A value that stands here.
    pub(super) fn is(json: Box<RawValue>) -> Self {
        Def::Told(Told::Is(json))
    }

    /// Whether it is the run's own input of this name, which goes without saying.
    pub(super) fn is_run_input(&self, name: &str) -> bool {
        matches!(self, Def::Told(Told::Input(0, input)) if input == name)
    }

    /// A list that was something else before.
    pub(super) fn list(of: Option<Def>, items: Vec<Def>) -> Self {
        Def::Told(Told::List(of.map(Box::new), items))
    }
}

impl Serialize for Def {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Def::Output(seq) => seq.serialize(serializer),
            Def::Told(told) => told.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Def {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let read = if raw.get().starts_with(|first: char| first.is_ascii_digit()) {
            serde_json::from_str(raw.get()).map(Def::Output)
        } else {
            serde_json::from_str(raw.get()).map(Def::Told)
        };
        read.map_err(D::Error::custom)
    }
}

/// What is live at a position.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Live {
    /// The position.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) at: String,
    /// Whether the run was cancelled before, and a node has failed with that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) cancelled: bool,
    /// The number of the record by which the run was tried again; 0 when it never was.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) retried: u64,
    /// The values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) values: BTreeMap<String, Def>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// The same, to be written without being put together first.
#[derive(Serialize)]
pub(super) struct Writing<'w> {
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) at: &'w str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) cancelled: bool,
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) retried: u64,
    #[serde(skip_serializing_if = "Values::is_empty")]
    pub(super) values: Values<'w>,
}

/// Values by their names, in their order.
pub(super) struct Values<'w>(pub(super) &'w [(&'static str, Def)]);

impl Values<'_> {
    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, def)| (name, def)))
    }
}

impl Writing<'_> {
    /// As JSON.
    pub(super) fn json(&self) -> String {
        // Of texts, numbers and what was written as JSON before, nothing can be refused.
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> Box<RawValue> {
        RawValue::from_string(json.to_owned()).expect("the case is JSON")
    }

    #[test]
    fn what_is_live_is_written_in_few_words_and_read_back() {
        let tried = ("tried", Def::Told(Told::Tried(5)));
        let list =
            Def::list(Some(Def::Told(Told::At(7, "log".to_owned()))), vec![Def::Output(8), Def::is(raw("\"x\""))]);
        let values = [("draft", Def::Output(7)), ("n", Def::is(raw("3"))), tried, ("log", list)];
        let json = Writing { at: "send(draft)", cancelled: false, retried: 0, values: Values(&values) }.json();
        assert_eq!(
            json,
            r#"{"at":"send(draft)","values":{"draft":7,"n":{"is":3},"tried":{"tried":5},"log":{"list":[{"at":[7,"log"]},[8,{"is":"x"}]]}}}"#
        );
        let read: Live = serde_json::from_str(&json).expect("it is read back");
        assert_eq!((read.at.as_str(), read.values.len()), ("send(draft)", 4));
        assert!(matches!(read.values["draft"], Def::Output(7)));
        let again = serde_json::to_string(&read).expect("it can be written");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&again).ok(), serde_json::from_str(&json).ok());
    }

    #[test]
    fn what_says_nothing_takes_no_room() {
        let nothing = Writing { at: "", cancelled: false, retried: 0, values: Values(&[]) }.json();
        assert_eq!(nothing, "{}");
        let read: Live = serde_json::from_str("{}").expect("it is read");
        assert!(!read.cancelled && read.retried == 0 && read.values.is_empty());
    }
}
