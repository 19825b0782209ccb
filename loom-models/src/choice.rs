//! Enums whose labels a model chooses from.
//!
//! An all-plain choice is asked for as `{"choice": "<label>"}`; where labels carry something, as
//! `{"choice": {"label": "<label>", "value": …}}`. Both are read alike.

mod payload;

pub use payload::{Carried, Payload, PayloadOf, fields, payload};

use crate::{
    request::AnswerSchema,
    schema::{self, Form, SchemaError, Schemas},
    unfit::Unfit,
};
use serde_json::{Map, Value, json};
use std::fmt;

/// An enum whose labels a model chooses from: made by `#[derive(Choice)]`.
///
/// The labels are those that serde writes. What a model is told of them is in their doc comments.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a choice",
    label = "not a choice",
    note = "put `#[derive(Choice)]` on the enum"
)]
pub trait Choice: Sized {
    /// The name of the enum.
    const NAME: &'static str;
    /// What is chosen: the enum's doc comment.
    const ABOUT: &'static str;
    /// The labels that a model may answer with, in the order they are declared.
    const LABELS: &'static [Label];

    /// The label of this value.
    fn label(&self) -> &'static str;

    /// The value of that label, with what a model filled in.
    ///
    /// # Errors
    /// There is no such label, or what is filled in does not fit.
    #[doc(hidden)]
    fn read(label: &str, payload: Payload) -> Result<Self, Unfit>;

    /// The value that an answer names: JSON, with blanks or a code fence around it, as models write it. A label may be
    /// written in other letters, large for small, where that leaves no doubt.
    ///
    /// # Errors
    /// What is wrong with the answer.
    fn parse(answer: &str) -> Result<Self, Unfit> {
        let text = Unfit::json_of(answer)?;
        let mut answer: Value = Unfit::deserialized(&mut serde_json::Deserializer::from_str(text))?;
        let (label, payload) = match answer.get_mut(CHOICE).map(Value::take) {
            Some(Value::String(label)) => (label, Payload::nothing()),
            Some(Value::Object(mut chosen)) => match chosen.remove(LABEL) {
                Some(Value::String(label)) => (label, Payload::filled(chosen.remove(schema::VALUE))),
                _ => return Err(Unfit::Misfit { path: format!("{CHOICE}.{LABEL}"), why: "it is no text".to_owned() }),
            },
            _ => return Err(Unfit::Misfit { path: CHOICE.to_owned(), why: "it is missing".to_owned() }),
        };
        Self::read(known::<Self>(&label).unwrap_or(&label), payload)
    }

    /// The schema that a model is held to.
    ///
    /// # Errors
    /// What a label carries has no strict schema.
    fn schema() -> Result<AnswerSchema, SchemaError> {
        Ok(form::<Self>(true)?.schema)
    }
}

/// A [`Choice`] whose labels carry nothing, so that a label is all there is to know.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no choice of plain labels",
    label = "a label of it carries something, which only a model can fill in",
    note = "derive `Choice` on an enum of unit variants, or ask a model with `choose`"
)]
pub trait PlainChoice: Choice {
    /// The value of that label.
    fn named(label: &str) -> Option<Self>;

    /// All values that a model may choose, in the order they are declared.
    #[must_use]
    fn all() -> impl Iterator<Item = Self> {
        Self::LABELS.iter().filter_map(|label| Self::named(label.name))
    }
}

/// A label of a [`Choice`].
#[derive(Clone, Copy)]
pub struct Label {
    /// What a model answers with.
    pub name: &'static str,
    /// What it means: the variant's doc comment.
    pub about: &'static str,
    carries: Option<fn(&mut Schemas) -> Value>,
}

impl Label {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, about: &'static str) -> Self {
        Label { name, about, carries: None }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn carrying(mut self, schema: fn(&mut Schemas) -> Value) -> Self {
        self.carries = Some(schema);
        self
    }

    /// Whether a model fills something in with it.
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        self.carries.is_none()
    }

    /// What it means, in words: the doc comment, and the name spelt apart where there is none.
    #[must_use]
    pub fn meaning(&self) -> String {
        if !self.about.is_empty() {
            return self.about.to_owned();
        }
        let mut words = String::new();
        let mut small = false;
        for letter in self.name.chars() {
            if letter.is_alphanumeric() {
                words.extend((small && letter.is_uppercase()).then_some(' '));
                words.extend(letter.to_lowercase());
            } else {
                words.push(' ');
            }
            small = letter.is_lowercase();
        }
        words
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Label").field("name", &self.name).field("about", &self.about).finish_non_exhaustive()
    }
}

/// Where the choice stands in an answer.
const CHOICE: &str = "choice";
/// Where its label stands, when it carries something.
const LABEL: &str = "label";

fn is_plain<E: Choice>() -> bool {
    E::LABELS.iter().all(Label::is_plain)
}

/// The label that is meant: that one, or the only one that differs in the size of letters alone.
fn known<E: Choice>(label: &str) -> Option<&'static str> {
    let label = label.trim();
    let mut names = E::LABELS.iter().map(|known| known.name);
    if let Some(name) = names.clone().find(|name| *name == label) {
        return Some(name);
    }
    let name = names.find(|name| name.to_lowercase() == label.to_lowercase())?;
    names.all(|other| other.to_lowercase() != label.to_lowercase()).then_some(name)
}

/// The form of an answer that chooses.
pub(crate) fn form<E: Choice>(strict: bool) -> Result<Form<E>, SchemaError> {
    let mut schemas = Schemas::default();
    let choice = if is_plain::<E>() { plain::<E>() } else { labelled::<E>(&mut schemas) };
    let schema = schema::finished(E::NAME, schemas.root(closed([(CHOICE, choice)])), strict)?;
    Ok(Form { wanted: E::NAME.to_owned(), schema, read: E::parse, words: Some(told::<E>()) })
}

/// One `enum`, and what its labels mean in words.
fn plain<E: Choice>() -> Value {
    let names: Vec<&str> = E::LABELS.iter().map(|label| label.name).collect();
    let mut schema = json!({ "type": "string", "enum": names });
    let meanings = schema::labels(E::LABELS.iter().map(|label| (label.name, label.about)));
    describe(&mut schema, &schema::with(E::ABOUT, &meanings));
    schema
}

/// One object for each label, told apart by a field that has just that value.
fn labelled<E: Choice>(schemas: &mut Schemas) -> Value {
    let branches = E::LABELS.iter().map(|label| {
        let name = json!({ "type": "string", "enum": [label.name] });
        let mut branch = match label.carries {
            Some(carries) => closed([(LABEL, name), (schema::VALUE, carries(schemas))]),
            None => closed([(LABEL, name)]),
        };
        describe(&mut branch, label.about);
        branch
    });
    let mut schema = json!({ "anyOf": branches.collect::<Vec<_>>() });
    describe(&mut schema, E::ABOUT);
    schema
}

/// What a model is told of the labels in words.
fn told<E: Choice>() -> String {
    let labels = schema::list(E::LABELS.iter().map(|label| (label.name, label.about)));
    let form = if is_plain::<E>() {
        r#"{"choice": "<label>"}"#
    } else {
        r#"{"choice": {"label": "<label>", "value": <what the label asks for>}}"#
    };
    schema::with(E::ABOUT, &format!("Choose one of these labels:\n{labels}\nAnswer with JSON: {form}"))
}

/// The answer that chooses a value, of its label and what serde makes of it.
pub(crate) fn answer(label: &str, written: Value) -> String {
    let carried = match written {
        Value::Object(mut object) => object.remove(label),
        _ => None,
    };
    let chosen = match carried {
        Some(value) => json!({ LABEL: label, schema::VALUE: value }),
        None => json!(label),
    };
    json!({ CHOICE: chosen }).to_string()
}

/// An object of these fields and no others.
fn closed<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let required: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    let required = json!(required);
    let properties: Map<String, Value> = fields.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// Puts a description first, where there is something to say and an object to say it of.
fn describe(schema: &mut Value, about: &str) {
    let (Value::Object(from), false) = (&mut *schema, about.is_empty()) else { return };
    // What the field says of a value counts more than what its type says.
    let mut described = Map::from_iter([("description".to_owned(), Value::from(about))]);
    from.remove("description");
    described.append(from);
    *schema = Value::Object(described);
}
