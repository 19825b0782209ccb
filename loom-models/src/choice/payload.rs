//! What a label carries: its schema, and how it is read.

use super::{CHOICE, closed, describe};
use crate::{
    schema::{self, Schemas},
    unfit::Unfit,
};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What a label of a choice can carry: whatever has a schema and can be read.
#[diagnostic::on_unimplemented(
    message = "a model cannot fill in `{Self}`",
    label = "it has no schema, or cannot be read",
    note = "derive `Deserialize` and `JsonSchema` on `{Self}`"
)]
pub trait Carried: JsonSchema + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: JsonSchema + DeserializeOwned> Carried for T {}

/// A type that a label carries.
#[derive(Debug)]
pub struct PayloadOf<T> {
    schema: fn(&mut Schemas) -> Value,
    read: fn(Payload) -> Result<T, Unfit>,
}

/// That type.
#[must_use]
pub const fn payload<T: Carried>() -> PayloadOf<T> {
    PayloadOf { schema: Schemas::of::<T>, read: Payload::read::<T> }
}

impl<T> PayloadOf<T> {
    /// Its schema.
    pub fn schema(&self, schemas: &mut Schemas) -> Value {
        (self.schema)(schemas)
    }

    /// The value that a model filled in.
    ///
    /// # Errors
    /// It does not fit.
    pub fn read(&self, payload: Payload) -> Result<T, Unfit> {
        (self.read)(payload)
    }
}

/// The schema of a label that carries these fields: name, meaning, schema.
#[must_use]
pub fn fields<const N: usize>(fields: [(&str, &str, Value); N]) -> Value {
    closed(fields.map(|(name, about, mut schema)| {
        describe(&mut schema, about);
        (name, schema)
    }))
}

/// What a model filled in with a label, and where in the answer it stands.
#[derive(Debug)]
pub struct Payload {
    value: Option<Value>,
    path: String,
}

impl Payload {
    /// Nothing was filled in.
    pub(super) fn nothing() -> Self {
        Payload::filled(None)
    }

    /// That was filled in.
    pub(super) fn filled(value: Option<Value>) -> Self {
        Payload { value, path: format!("{CHOICE}.{}", schema::VALUE) }
    }

    // What is missing may be an `Option`.
    fn read<T: DeserializeOwned>(self) -> Result<T, Unfit> {
        let Some(value) = self.value else {
            return serde_json::from_value(Value::Null)
                .map_err(|_| Unfit::Misfit { path: self.path, why: "it is missing".to_owned() });
        };
        Unfit::value(value, &self.path)
    }

    /// A field of it.
    ///
    /// # Errors
    /// It has no fields.
    pub fn take(&mut self, field: &str) -> Result<Payload, Unfit> {
        let path = format!("{}.{field}", self.path);
        match self.value.get_or_insert_with(|| Value::Object(Map::new())) {
            Value::Object(fields) => Ok(Payload { value: fields.remove(field), path }),
            _ => Err(Unfit::Misfit { path: self.path.clone(), why: "it is no object".to_owned() }),
        }
    }
}
