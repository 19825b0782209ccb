//! JSON schemas that a model can be held to.
//!
//! A server holds a model to a schema only where it is a *strict* one: an object at the root, every field of every object
//! required, and nothing in it that cannot be written as a grammar. schemars makes schemas that describe what serde reads,
//! and those are not strict. [`strict`] makes one of the other, or says which fields have no strict form; [`flaws`] looks
//! at a finished schema, whoever made it.
//!
//! # What becomes of a type
//!
//! | in Rust | in a strict schema |
//! | --- | --- |
//! | struct | an object; all of its fields are required |
//! | `Option<T>` | the field is required, and may be `null` |
//! | `#[serde(default)]` | the field is required: the model is not told of the default |
//! | enum of unit variants | a string with one `enum`; the doc comments become its description |
//! | enum with data | `anyOf` of its variants |
//! | `Vec<T>`, `[T; N]` | an array |
//! | numbers | widths up to 32 bits become bounds, and bounds stay |
//! | lengths, patterns, unknown formats | words in the description |
//! | types that hold themselves | `$ref` |
//! | maps, tuples, `serde_json::Value`, flattened enums | [refused](SchemaError), with the path of the field |
//!
//! A schema is what a server is told. What holds for certain is what the type reads: a rule of one's own belongs into its
//! `Deserialize` (`#[serde(try_from = "…")]`), and the model is told of that error like of any other.

mod check;
mod error;
mod form;
mod strict;
mod words;

pub use check::flaws;
pub use error::{Flaw, Reason, SchemaError};
pub(crate) use form::{Form, VALUE, finished, is_wrapped};
pub use strict::strict;
pub(crate) use words::{labels, list, with};

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value};

/// The schema of a type as schemars makes it, with nothing left elsewhere that can stand in its place.
#[must_use]
pub fn of<T: JsonSchema>() -> Value {
    let mut schemas = Schemas::default();
    let schema = schemas.of::<T>();
    schemas.root(schema)
}

/// Makes the schemas of types that stand in one schema.
#[derive(Debug)]
pub struct Schemas(SchemaGenerator);

impl Default for Schemas {
    fn default() -> Self {
        let mut settings = SchemaSettings::draft2020_12();
        // What is said beside a `$ref` is refused by servers, and a type that is used once is read more easily in its place.
        settings.inline_subschemas = true;
        settings.meta_schema = None;
        Schemas(settings.into_generator())
    }
}

impl Schemas {
    /// The schema of a type. What holds itself refers to what stands at the root.
    pub(crate) fn of<T: JsonSchema>(&mut self) -> Value {
        self.0.subschema_for::<T>().to_value()
    }

    /// The whole schema, with what is referred to.
    pub(crate) fn root(mut self, mut schema: Value) -> Value {
        let definitions: Map<String, Value> = self.0.take_definitions(true);
        if let (Value::Object(schema), false) = (&mut schema, definitions.is_empty()) {
            schema.insert("$defs".to_owned(), Value::Object(definitions));
        }
        schema
    }
}
