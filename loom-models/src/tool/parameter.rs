//! What a tool can take from a model.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// What a tool can take from a model: whatever has a schema, can be read, kept and cloned.
#[diagnostic::on_unimplemented(
    message = "a model cannot fill in `{Self}`",
    label = "no model can fill in a `{Self}`",
    note = "derive `Clone`, `Serialize`, `Deserialize` and `JsonSchema` for it; what is the program's and not the model's is a `#[context]`"
)]
pub trait Parameter: JsonSchema + Serialize + DeserializeOwned + Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: JsonSchema + Serialize + DeserializeOwned + Clone + Send + Sync + 'static> Parameter for T {}

/// A parameter of that type.
///
/// That a model can fill it in is asked for where this is made, once. Behind it there are functions without a bound, so that
/// a type that does not fit is told of once.
#[derive(Debug)]
pub struct ParameterOf<T> {
    schema: fn(&mut SchemaGenerator) -> Schema,
    read: fn(Value) -> Result<T, serde_path_to_error::Error<serde_json::Error>>,
    write: fn(&T) -> Result<Value, serde_json::Error>,
    another: fn(&T) -> T,
}

/// That parameter.
#[must_use]
pub const fn parameter<T: Parameter>() -> ParameterOf<T> {
    ParameterOf {
        schema: SchemaGenerator::subschema_for::<T>,
        read: serde_path_to_error::deserialize::<Value, T>,
        write: |value| serde_json::to_value(value),
        another: T::clone,
    }
}

impl<T> ParameterOf<T> {
    /// Its schema, and whether it can be left out.
    pub fn schema(&self, schemas: &mut SchemaGenerator) -> (Schema, bool) {
        ((self.schema)(schemas), (self.read)(Value::Null).is_ok())
    }

    pub(super) fn read(&self, value: Value) -> Result<T, serde_path_to_error::Error<serde_json::Error>> {
        (self.read)(value)
    }

    pub(super) fn write(&self, value: &T) -> Result<Value, serde_json::Error> {
        (self.write)(value)
    }

    /// Another value like that one.
    pub fn another(&self, value: &T) -> T {
        (self.another)(value)
    }
}
