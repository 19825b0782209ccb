//! How generated code reads and writes the arguments of a tool.

use super::{
    misuse::{ArgumentFault, ToolMisuse},
    parameter::ParameterOf,
};
use crate::schema::with;
use schemars::Schema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::Error as _};
use serde_json::{Map, Value, json};
use std::fmt;

/// The arguments of a tool, for generated code.
pub trait Arguments: Sized {
    /// The tool.
    const TOOL: &'static str;

    /// The arguments that are filled in, where all of them are and fit.
    fn read(filled: &mut Filled) -> Option<Self>;

    /// Writes them down.
    fn write(&self, to: &mut Written);
}

/// What a model filled in, less what was read already.
#[derive(Debug)]
pub struct Filled {
    left: Map<String, Value>,
    known: Vec<&'static str>,
    faults: Vec<ArgumentFault>,
}

impl Filled {
    /// The argument for a parameter, where it is there and fits. One that is missing is read as `null`.
    pub fn take<T>(&mut self, name: &'static str, parameter: &ParameterOf<T>) -> Option<T> {
        self.known.push(name);
        let Some(value) = self.left.remove(name) else {
            let read = parameter.read(Value::Null).ok();
            self.faults.extend(read.is_none().then_some(ArgumentFault::Missing { name }));
            return read;
        };
        match parameter.read(value) {
            Ok(value) => Some(value),
            Err(error) => {
                let path = match error.path().to_string() {
                    path if path == "." => name.to_owned(),
                    path if path.starts_with('[') => format!("{name}{path}"),
                    path => format!("{name}.{path}"),
                };
                self.faults.push(ArgumentFault::Misfit { path, why: error.into_inner().to_string() });
                None
            }
        }
    }
}

/// The arguments that are filled in.
///
/// # Errors
/// All that is wrong with them.
pub fn filled<A: Arguments>(fields: Map<String, Value>) -> Result<A, ToolMisuse> {
    let mut filled = Filled { left: fields, known: Vec::new(), faults: Vec::new() };
    let args = A::read(&mut filled);
    let Filled { left, known, mut faults } = filled;
    faults.extend(left.into_iter().map(|(name, _)| unknown(name, &known)));
    args.filter(|_| faults.is_empty()).ok_or(ToolMisuse { tool: A::TOOL, faults })
}

fn unknown(name: String, known: &[&'static str]) -> ArgumentFault {
    let near = known.iter().map(|known| (strsim::jaro_winkler(known, &name.to_lowercase()), *known));
    let near = near.filter(|(score, _)| *score > 0.8).max_by(|one, other| one.0.total_cmp(&other.0));
    ArgumentFault::Unknown { name, near: near.map(|(_, known)| known), known: known.to_vec() }
}

/// Arguments as they are written down.
#[derive(Debug, Default)]
pub struct Written {
    fields: Map<String, Value>,
    error: Option<serde_json::Error>,
}

impl Written {
    /// Adds one.
    pub fn put<T>(&mut self, name: &'static str, parameter: &ParameterOf<T>, value: &T) {
        match parameter.write(value) {
            Ok(value) => {
                self.fields.insert(name.to_owned(), value);
            }
            Err(error) => self.error = Some(error),
        }
    }
}

fn written(args: &impl Arguments) -> Result<Map<String, Value>, serde_json::Error> {
    let mut written = Written::default();
    args.write(&mut written);
    written.error.map_or(Ok(written.fields), Err)
}

/// `Serialize` of arguments.
///
/// # Errors
/// When one of them cannot be written as JSON.
pub fn serialized<A: Arguments, S: Serializer>(args: &A, to: S) -> Result<S::Ok, S::Error> {
    written(args).map_err(S::Error::custom)?.serialize(to)
}

/// `Deserialize` of arguments.
///
/// # Errors
/// When they do not fit.
pub fn deserialized<'de, A: Arguments, D: Deserializer<'de>>(from: D) -> Result<A, D::Error> {
    filled(Map::deserialize(from)?).map_err(D::Error::custom)
}

/// `Debug` of arguments: their JSON.
///
/// # Errors
/// When it cannot be written.
pub fn debugged<A: Arguments>(args: &A, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match written(args) {
        Ok(fields) => write!(f, "{}({})", A::TOOL, Value::Object(fields)),
        Err(error) => write!(f, "{}({error})", A::TOOL),
    }
}

/// The schema of arguments: of each its name, what a model is told of it, its schema and whether it can be left out.
#[must_use]
pub fn schema<const N: usize>(fields: [(&str, &str, (Schema, bool)); N]) -> Schema {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for (name, about, (schema, optional)) in fields {
        if !optional {
            required.push(name);
        }
        properties.insert(name.to_owned(), described(schema, about));
    }
    let schema = json!({
        "type": "object", "properties": properties, "required": required, "additionalProperties": false,
    });
    match schema {
        Value::Object(schema) => schema.into(),
        _ => Schema::default(),
    }
}

/// A description before all else; what a type says of itself stands below what the parameter says of it.
fn described(schema: Schema, about: &str) -> Value {
    let schema = schema.to_value();
    if about.is_empty() {
        return schema;
    }
    let mut described = Map::from_iter([("description".to_owned(), about.into())]);
    if let Value::Object(mut schema) = schema {
        if let Some(Value::String(of_type)) = schema.remove("description") {
            described.insert("description".to_owned(), with(about, &of_type).into());
        }
        described.append(&mut schema);
    }
    Value::Object(described)
}

/// The arguments of a call, as the model wrote them.
pub(super) fn object(tool: &'static str, arguments: &str) -> Result<Map<String, Value>, ToolMisuse> {
    let text = arguments.trim();
    if text.is_empty() {
        return Ok(Map::new());
    }
    let fault = match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => return Ok(fields),
        Ok(Value::Null) => return Ok(Map::new()),
        Ok(other) => ArgumentFault::NoObject { found: kind(&other) },
        Err(error) => ArgumentFault::NotJson { why: error.to_string() },
    };
    Err(ToolMisuse { tool, faults: vec![fault] })
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
