//! Where a value stands, as a record tells it.
//!
//! It is read by serde, and written by hand: every step tells where its values stand, and that is most of what it writes.

use serde::{Deserialize, Deserializer, de::Error as _};
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
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Told {
    /// In the value of a record, which may be a failure: what was tried.
    Tried(u64),
    /// Here, as JSON.
    Is(#[serde(deserialize_with = "as_it_is")] String),
    /// In the inputs that a record has; those of the run itself are in none, and are told as 0.
    Input(u64, String),
    /// Where a record tells that what it calls so stands.
    At(u64, String),
    /// A list: what it was before, and what was appended to that.
    List(Option<Box<Def>>, Vec<Def>),
}

impl Def {
    /// A value that stands here, as JSON.
    pub(super) const fn is(json: String) -> Self {
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

impl Named<'_> {
    /// Writes it behind what is there.
    pub(super) fn write(&self, to: &mut String) {
        let Named(name, def) = self;
        match def {
            Def::Told(Told::Input(0, input)) if input == name => to.push_str(INPUT),
            Def::Told(Told::List(Some(before), items)) => match &**before {
                Def::Told(Told::At(seq, of)) if of == name => {
                    to.push('[');
                    number(*seq, to);
                    for item in items {
                        to.push(',');
                        item.write(to);
                    }
                    to.push(']');
                }
                _ => def.write(to),
            },
            _ => def.write(to),
        }
    }
}

impl Def {
    /// Writes it behind what is there.
    fn write(&self, to: &mut String) {
        match self {
            Def::Output(seq) => number(*seq, to),
            Def::Told(told) => told.write(to),
        }
    }
}

impl Told {
    fn write(&self, to: &mut String) {
        match self {
            Told::Tried(seq) => {
                to.push_str(r#"{"tried":"#);
                number(*seq, to);
            }
            Told::Is(json) => {
                to.push_str(r#"{"is":"#);
                to.push_str(json);
            }
            Told::Input(seq, name) => {
                to.push_str(r#"{"input":"#);
                pair(*seq, name, to);
            }
            Told::At(seq, name) => {
                to.push_str(r#"{"at":"#);
                pair(*seq, name, to);
            }
            Told::List(of, items) => {
                to.push_str(r#"{"list":["#);
                match of {
                    Some(of) => of.write(to),
                    None => to.push_str("null"),
                }
                to.push_str(",[");
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        to.push(',');
                    }
                    item.write(to);
                }
                to.push_str("]]");
            }
        }
        to.push('}');
    }
}

/// Writes a number as JSON.
pub(super) fn number(number: u64, to: &mut String) {
    to.push_str(itoa::Buffer::new().format(number));
}

/// Writes a text as JSON.
pub(super) fn text(text: &str, to: &mut String) {
    if text.bytes().any(|byte| matches!(byte, b'"' | b'\\' | ..b' ')) {
        // Of a text, nothing can be refused.
        return to.push_str(&serde_json::to_string(text).unwrap_or_default());
    }
    // Nearly all are names, in which nothing needs another word.
    to.push('"');
    to.push_str(text);
    to.push('"');
}

fn pair(seq: u64, name: &str, to: &mut String) {
    to.push('[');
    number(seq, to);
    to.push(',');
    text(name, to);
    to.push(']');
}

/// JSON as it stands there.
fn as_it_is<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(|json| Box::<str>::from(json).into())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_is_written_as_json() {
        for given in ["", "draft", "naïve 🧵", "say \"yes\"", "a\\b", "two\nlines", "\u{1}\u{7f}"] {
            let mut written = String::new();
            text(given, &mut written);
            assert_eq!(serde_json::from_str::<String>(&written).ok().as_deref(), Some(given));
        }
    }
}
