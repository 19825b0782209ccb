//! What is live at a position, as a record tells it: not the values, but where each stands.
//!
//! A value is written once, where it comes into being. From then on records tell which record has it, so that what is
//! carried through a hundred steps costs its size once, and restoring reads what is live and not what has been.
//!
//! Nor is the rest told again and again. A run comes to a position a hundred times, with the same names: one record tells
//! that in full, and the others that they tell it as that one does, and where the values stand.

use super::{
    def::{Def, Named, Told, number, text},
    scope::{Flags, Valued},
};
use crate::journal::Record;
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{fmt, sync::Arc};

/// How many bytes what is told mostly fits in.
const USUAL: usize = 64;

/// What a record tells beside where the values stand.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Form {
    /// The position.
    pub(super) at: String,
    /// Whether the run was cancelled before, and a node has failed with that.
    pub(super) cancelled: bool,
    /// The number of the record by which the run was tried again; 0 when it never was.
    pub(super) retried: u64,
    /// The names of the values.
    pub(super) names: Vec<String>,
}

/// What is live where a record was written.
#[derive(Debug, Default)]
pub(super) struct Live {
    pub(super) form: Arc<Form>,
    /// Where the values stand, in the order of their names.
    pub(super) defs: Vec<Def>,
}

/// What a record tells.
pub(super) enum Telling {
    /// All of it.
    Full(Live),
    /// The same as the record of this number, but for where the values stand.
    As(u64, Vec<Box<RawValue>>),
}

/// The name under which the record of a failed call of plain Rust tells its error.
pub(super) const ERROR: &str = "error";

/// The error of a failed call of plain Rust, as JSON.
pub(crate) fn error(record: &Record) -> Option<String> {
    match Telling::read(&record.live).ok()? {
        Telling::Full(live) => match live.def(ERROR)? {
            Def::Told(Told::Is(json)) => Some(json.clone()),
            _ => None,
        },
        Telling::As(..) => None,
    }
}

impl Form {
    /// What it tells beside the position and the names.
    pub(super) const fn flags(&self) -> Flags {
        (self.cancelled, self.retried)
    }
}

impl Live {
    /// What is live, of a form that is known.
    pub(super) fn of(form: Arc<Form>, defs: &[Box<RawValue>]) -> Result<Self, serde_json::Error> {
        if form.names.len() != defs.len() {
            return Err(serde_json::Error::invalid_length(defs.len(), &"as many as there are names"));
        }
        let defs = form.names.iter().zip(defs).map(|(name, def)| Def::read(name, def)).collect::<Result<_, _>>()?;
        Ok(Live { form, defs })
    }

    /// Where the value of a name stands.
    pub(super) fn def(&self, name: &str) -> Option<&Def> {
        self.form.names.iter().zip(&self.defs).find(|(of, _)| *of == name).map(|(_, def)| def)
    }

    /// Where all values stand, by their names.
    pub(super) fn named(&self) -> impl Iterator<Item = (&str, &Def)> {
        self.form.names.iter().map(String::as_str).zip(&self.defs)
    }
}

impl Telling {
    /// Reads what a record tells.
    pub(super) fn read(json: &str) -> Result<Self, serde_json::Error> {
        if json.starts_with('[') {
            let mut parts: Vec<Box<RawValue>> = serde_json::from_str(json)?;
            if parts.is_empty() {
                return Err(serde_json::Error::invalid_length(0, &"the number of a record"));
            }
            let seq = serde_json::from_str(parts.remove(0).get())?;
            return Ok(Telling::As(seq, parts));
        }
        let Reading { at, cancelled, retried, values } = serde_json::from_str(json)?;
        let (names, defs): (Vec<_>, Vec<_>) = values.0.into_iter().unzip();
        let form = Form { at, cancelled, retried, names };
        Live::of(Arc::new(form), &defs).map(Telling::Full)
    }
}

/// All that is told, as JSON. Of a value that is written nowhere nothing is, and what says nothing is left out.
pub(super) fn full(at: &str, (cancelled, retried): Flags, values: &[Valued]) -> String {
    let mut told = String::with_capacity(USUAL);
    told.push('{');
    if !at.is_empty() {
        text(at, field("at", &mut told));
    }
    if cancelled {
        field("cancelled", &mut told).push_str("true");
    }
    if retried > 0 {
        number(retried, field("retried", &mut told));
    }
    let mut values = named(values).peekable();
    if values.peek().is_some() {
        field("values", &mut told).push('{');
        for named in values {
            named.write(field(named.0, &mut told));
        }
        told.push('}');
    }
    told.push('}');
    told
}

/// Begins a field of the object that is being written.
fn field<'t>(name: &str, object: &'t mut String) -> &'t mut String {
    if !object.ends_with('{') {
        object.push(',');
    }
    text(name, object);
    object.push(':');
    object
}

/// The same of a form that the record of a number tells, as JSON.
pub(super) fn short(seq: u64, values: &[Valued]) -> String {
    let mut told = String::with_capacity(USUAL);
    told.push('[');
    number(seq, &mut told);
    for named in named(values) {
        told.push(',');
        named.write(&mut told);
    }
    told.push(']');
    told
}

fn named(values: &[Valued]) -> impl Iterator<Item = Named<'_>> {
    values.iter().filter_map(|value| Some(Named(value.name, value.def.as_ref()?)))
}

/// All of it, as it was read.
#[derive(Deserialize)]
struct Reading {
    #[serde(default)]
    at: String,
    #[serde(default)]
    cancelled: bool,
    #[serde(default)]
    retried: u64,
    #[serde(default)]
    values: InOrder,
}

/// What stands in an object, in the order in which it stands there.
#[derive(Default)]
struct InOrder(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for InOrder {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = InOrder;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<InOrder, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(InOrder(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Flags = (false, 0);

    fn at(seq: u64, name: &str) -> Def {
        Def::Told(Told::At(seq, name.to_owned()))
    }

    /// What is read, written again.
    fn again(live: &Live) -> Vec<(String, String)> {
        let json = |def: &Def| {
            let mut json = String::new();
            // Where it has another name, no word is spared.
            Named("", def).write(&mut json);
            json
        };
        live.named().map(|(name, def)| (name.to_owned(), json(def))).collect()
    }

    #[test]
    fn what_is_live_is_written_in_few_words_and_read_back() {
        let value = |name, def| Valued { name, def: Some(def), told: None };
        let text = Def::Told(Told::Input(0, "text".to_owned()));
        let log = Def::list(Some(at(7, "log")), vec![Def::Output(8), Def::is("\"x\"".to_owned())]);
        let other = Def::list(Some(at(7, "log")), vec![Def::Output(8)]);
        let values = [
            value("tried", Def::Told(Told::Tried(5))),
            value("draft", Def::Output(7)),
            Valued { name: "unwritten", def: None, told: None },
            value("n", Def::is("3".to_owned())),
            value("log", log),
            value("other", other),
            value("text", text.clone()),
            value("topic", text),
        ];
        let json = full("send(draft)", NONE, &values);
        assert_eq!(
            json,
            r#"{"at":"send(draft)","values":{"tried":{"tried":5},"draft":7,"n":{"is":3},"log":[7,8,{"is":"x"}],"other":{"list":[{"at":[7,"log"]},[8]]},"text":0,"topic":{"input":[0,"text"]}}}"#
        );
        let Ok(Telling::Full(read)) = Telling::read(&json) else { panic!("it is all there") };
        assert_eq!(read.form.at, "send(draft)");
        assert_eq!(read.form.names, ["tried", "draft", "n", "log", "other", "text", "topic"]);
        assert!(matches!(read.def("draft"), Some(Def::Output(7))));
        assert_eq!(again(&read)[3].1, r#"{"list":[{"at":[7,"log"]},[8,{"is":"x"}]]}"#);

        let json = short(9, &values);
        assert_eq!(
            json,
            r#"[9,{"tried":5},7,{"is":3},[7,8,{"is":"x"}],{"list":[{"at":[7,"log"]},[8]]},0,{"input":[0,"text"]}]"#
        );
        let Ok(Telling::As(9, defs)) = Telling::read(&json) else { panic!("it tells of record 9") };
        let same = Live::of(Arc::clone(&read.form), &defs).expect("it has as many values");
        assert_eq!(again(&same), again(&read));
    }

    #[test]
    fn what_says_nothing_takes_no_room() {
        let nothing = full("", NONE, &[]);
        assert_eq!(nothing, "{}");
        let Ok(Telling::Full(read)) = Telling::read("{}") else { panic!("it is all there") };
        assert_eq!(*read.form, Form::default());
        assert!(read.defs.is_empty());
    }

    #[test]
    fn what_nobody_wrote_is_refused() {
        for damaged in ["", "[", "[]", "[{}]", "7", r#"{"values":{"log":[]}}"#, r#"{"values":{"log":[{"is":1}]}}"#] {
            assert!(Telling::read(damaged).is_err(), "{damaged}");
        }
        let Ok(Telling::As(_, defs)) = Telling::read("[9,7]") else { panic!("it tells of record 9") };
        assert!(Live::of(Arc::default(), &defs).is_err());
    }
}
