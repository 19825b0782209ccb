//! The forms that records of a run have told in full, so that others need not: all that a record tells beside where the
//! values stand.

use super::{
    live::{Form, full, short},
    scope::{Flags, Valued},
};
use crate::machine::Place;
use std::{collections::HashMap, ptr, sync::Arc};

/// The form of each position that was told last.
#[derive(Debug, Default)]
pub(super) struct Forms {
    /// What was told here. There are some tens at most, and a place is told from another one by where it is.
    told: Vec<Known>,
    /// What was read of a run that goes on. There is no looking for more: at worst a form is told again.
    read: HashMap<String, (u64, Arc<Form>)>,
}

/// A form, and the number of the record that tells it in full.
#[derive(Debug)]
struct Known {
    place: &'static Place,
    flags: Flags,
    seq: u64,
}

impl Forms {
    /// What the record of a number tells at a place.
    pub(super) fn tell(&mut self, seq: u64, place: Option<&'static Place>, flags: Flags, values: &[Valued]) -> String {
        let Some(place) = place else { return full("", flags, values) };
        // What is set on the way is no part of the form, and what is written nowhere is told by no record.
        let is_whole = values.iter().filter(|value| value.def.is_some()).map(|value| &value.name).eq(place.live);
        let told = if is_whole { self.told(seq, place, flags) } else { seq };
        if told == seq { full(place.position, flags, values) } else { short(told, values) }
    }

    /// The number of the record that tells a form; the one that is given, if none did so before.
    fn told(&mut self, seq: u64, place: &'static Place, flags: Flags) -> u64 {
        let Some(known) = self.told.iter_mut().find(|known| ptr::eq(known.place, place)) else {
            let read = self.read.get(place.position);
            let same = read.filter(|(_, form)| form.names == place.live && form.flags() == flags);
            let told = same.map_or(seq, |(told, _)| *told);
            self.told.push(Known { place, flags, seq: told });
            return told;
        };
        if known.flags != flags {
            (known.flags, known.seq) = (flags, seq);
        }
        known.seq
    }

    /// Notes a form that a record tells in full.
    pub(super) fn read(&mut self, seq: u64, form: Arc<Form>) {
        if self.read.get(&form.at).is_none_or(|(known, _)| *known < seq) {
            self.read.insert(form.at.clone(), (seq, form));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durable::{def::Def, live::Telling};

    const NONE: Flags = (false, 0);

    static SEND: Place =
        Place { workflow: "Letter", node: "send", index: 0, position: "send(draft)", live: &["draft"] };
    /// Of another workflow, which has a position that is called the same.
    static OTHER: Place = Place { workflow: "Note", node: "send", index: 0, position: "send(draft)", live: &["text"] };

    /// One value, which stands in the record of a number.
    fn at(name: &'static str, seq: u64) -> [Valued; 1] {
        [Valued { name, def: Some(Def::Output(seq)), told: None }]
    }

    fn form(json: &str) -> Arc<Form> {
        match Telling::read(json) {
            Ok(Telling::Full(live)) => live.form,
            _ => panic!("`{json}` tells all of a form"),
        }
    }

    #[test]
    fn a_form_is_told_in_full_once_and_again_when_it_is_another() {
        let draft = at("draft", 3);
        let mut forms = Forms::default();
        let mut tell = |seq, place, flags, values: &[Valued]| forms.tell(seq, Some(place), flags, values);
        assert_eq!(tell(5, &SEND, NONE, &draft), r#"{"at":"send(draft)","values":{"draft":3}}"#);
        assert_eq!(tell(6, &SEND, NONE, &at("draft", 4)), "[5,4]");
        assert_eq!(tell(7, &OTHER, NONE, &at("text", 4)), r#"{"at":"send(draft)","values":{"text":4}}"#);
        let retried = r#"{"at":"send(draft)","retried":8,"values":{"draft":3}}"#;
        assert_eq!(tell(9, &SEND, (false, 8), &draft), retried);
        assert_eq!(tell(10, &SEND, (false, 8), &draft), "[9,3]");
        assert_eq!(tell(11, &SEND, (false, 8), &[]), r#"{"at":"send(draft)","retried":8}"#);
        assert_eq!(tell(12, &SEND, (false, 8), &draft), "[9,3]");
        assert_eq!(forms.tell(13, None, NONE, &[]), "{}");
    }

    #[test]
    fn a_run_that_goes_on_tells_in_few_words_what_was_read() {
        let mut forms = Forms::default();
        forms.read(5, form(r#"{"at":"send(draft)","values":{"draft":3}}"#));
        forms.read(2, form(r#"{"at":"send(draft)","values":{"text":1}}"#));
        let mut tell = |seq, place: &'static Place, flags| forms.tell(seq, Some(place), flags, &at(place.live[0], 3));
        assert_eq!(tell(8, &SEND, NONE), "[5,3]");
        assert_eq!(tell(9, &OTHER, NONE), r#"{"at":"send(draft)","values":{"text":3}}"#);
        assert_eq!(tell(10, &SEND, (true, 0)), r#"{"at":"send(draft)","cancelled":true,"values":{"draft":3}}"#);
        assert_eq!(tell(11, &SEND, (true, 0)), "[10,3]");
    }
}
