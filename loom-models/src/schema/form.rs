//! The form of an answer of some type: what the server is told, and how the text is read.

use super::{Schemas, error::SchemaError, strict::strict, words};
use crate::{request::AnswerSchema, unfit::Unfit};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Deserializer, Value, json};

/// Where an answer stands that is no object by itself, and what a label carries.
pub(crate) const VALUE: &str = "value";

/// The form of an answer.
pub(crate) struct Form<T> {
    /// What the type is called.
    pub wanted: String,
    /// What the server is told.
    pub schema: AnswerSchema,
    /// How an answer is read.
    pub read: Read<T>,
    /// What the model is told of the form, where the schema itself is not the best way to say it.
    pub words: Option<String>,
}

/// Reads an answer.
type Read<T> = fn(&str) -> Result<T, Unfit>;

impl<T: JsonSchema + DeserializeOwned> Form<T> {
    /// The form of a type: strict, or as schemars makes it.
    pub(crate) fn of(is_strict: bool) -> Result<Self, SchemaError> {
        let mut schemas = Schemas::default();
        let schema = schemas.of::<T>();
        let (schema, read) =
            if is_object(&schema) { (schema, whole as Read<T>) } else { (wrapped(&schema), within as Read<T>) };
        let name = T::schema_name().into_owned();
        let schema = finished(&name, schemas.root(schema), is_strict)?;
        Ok(Form { wanted: name, schema, read, words: None })
    }
}

impl<T> Form<T> {
    /// What the model is told of the form.
    pub(crate) fn told(&self) -> String {
        let schema = || format!("Answer with nothing but JSON of this schema:\n{}", self.schema.schema);
        self.words.clone().unwrap_or_else(schema)
    }
}

/// A whole schema as a server is told it.
pub(crate) fn finished(name: &str, schema: Value, is_strict: bool) -> Result<AnswerSchema, SchemaError> {
    let fails = |flaws| SchemaError { name: name.to_owned(), flaws };
    let schema = if is_strict { strict(schema).map_err(fails)? } else { schema };
    Ok(AnswerSchema { name: words::name(name), schema, strict: is_strict, ..AnswerSchema::default() })
}

/// Whether answers of that type are given as a field of an object.
pub(crate) fn is_wrapped<T: JsonSchema>() -> bool {
    !is_object(&Schemas::default().of::<T>())
}

fn is_object(schema: &Value) -> bool {
    let either = schema.get("oneOf").or_else(|| schema.get("anyOf"));
    schema.get("type").and_then(Value::as_str) == Some("object") && either.is_none()
}

fn wrapped(schema: &Value) -> Value {
    json!({ "type": "object", "properties": { VALUE: schema }, "required": [VALUE], "additionalProperties": false })
}

fn whole<T: DeserializeOwned>(answer: &str) -> Result<T, Unfit> {
    Unfit::deserialized(&mut Deserializer::from_str(Unfit::json_of(answer)?))
}

fn within<T: DeserializeOwned>(answer: &str) -> Result<T, Unfit> {
    let mut object: Value = whole(answer)?;
    let Some(value) = object.get_mut(VALUE).map(Value::take) else {
        return Err(Unfit::Misfit { path: VALUE.to_owned(), why: "it is missing".to_owned() });
    };
    Unfit::value(value, VALUE)
}
