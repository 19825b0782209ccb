//! Where a value stands, as a record tells it.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::value::RawValue;

/// How it is written that a value is the input of the run which has its name.
const INPUT: &str = "0";

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

impl Def {
    /// A value that stands here.
    pub(super) fn is(json: Box<RawValue>) -> Self {
        Def::Told(Told::Is(json))
    }

    /// A list that was something else before.
    pub(super) fn list(of: Option<Def>, items: Vec<Def>) -> Self {
        Def::Told(Told::List(of.map(Box::new), items))
    }

    /// Where a value of this name stands, which was written as [`Named`].
    pub(super) fn read(name: &str, json: &RawValue) -> Result<Self, serde_json::Error> {
        if json.get() == INPUT {
            return Ok(Def::Told(Told::Input(0, name.to_owned())));
        }
        if !json.get().starts_with('[') {
            return serde_json::from_str(json.get());
        }
        let mut items: Vec<Def> = serde_json::from_str(json.get())?;
        match items.first() {
            Some(&Def::Output(before)) => {
                items.remove(0);
                Ok(Def::list(Some(Def::Told(Told::At(before, name.to_owned()))), items))
            }
            _ => Err(serde_json::Error::custom("a list begins with the number of a record")),
        }
    }
}

/// Where a value stands that has this name, in fewer words where the name says more. An input of the run most often has its own
/// name still: that is written as 0. A list that grows most often is one that a record tells of by the same name, and what was
/// appended: that is written as an array which begins with the record's number.
pub(super) struct Named<'d>(pub(super) &'d str, pub(super) &'d Def);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Named(name, def) = self;
        match def {
            Def::Told(Told::Input(0, input)) if input == name => 0.serialize(serializer),
            Def::Told(Told::List(Some(before), items)) => match &**before {
                Def::Told(Told::At(seq, of)) if of == name => {
                    serializer.collect_seq(std::iter::once(&Def::Output(*seq)).chain(items))
                }
                _ => def.serialize(serializer),
            },
            _ => def.serialize(serializer),
        }
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
