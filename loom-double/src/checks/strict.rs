//! What a strict schema has to be.
//!
//! By OpenAI's guide to structured outputs: every object closed and all its fields required, few keywords, no shape that
//! the grammar behind it cannot hold a model to.

use crate::refusal::Refusal;
use serde_json::{Map, Value};

/// What a schema may say.
const KEYWORDS: &[&str] = &[
    "$defs",
    "$ref",
    "$schema",
    "additionalProperties",
    "anyOf",
    "const",
    "definitions",
    "description",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "items",
    "maxItems",
    "maximum",
    "minItems",
    "minimum",
    "multipleOf",
    "pattern",
    "properties",
    "required",
    "title",
    "type",
];

/// The formats of strings that can be held to.
const FORMATS: &[&str] = &["date", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "time", "uuid"];

const TYPES: &[&str] = &["array", "boolean", "integer", "null", "number", "object", "string"];

/// How deep objects and lists may stand in each other.
const DEEPEST: usize = 10;
/// How many fields there may be, all objects together.
const MOST_FIELDS: usize = 5000;
/// How many values of enums, all enums together.
const MOST_VALUES: usize = 1000;

/// The root of a schema, strict or not, is an object.
pub(super) fn root(schema: &Value, told: &str, at: &str) -> Result<(), Refusal> {
    if schema["type"] == "object" && schema.get("anyOf").is_none() {
        return Ok(());
    }
    let found = schema["type"].as_str().unwrap_or("None");
    Err(invalid(told, at, &format!("schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{found}\"'.")))
}

/// What is wrong with a schema that is to be strict, if anything is.
pub(super) fn check(schema: &Value, told: &str, at: &str) -> Result<(), Refusal> {
    let mut walk = Walk { root: schema, fields: 0, values: 0 };
    walk.schema(schema, &mut Vec::new(), 0).map_err(|(path, wrong)| {
        let path: Vec<_> = path.iter().map(|part| format!("'{part}'")).collect();
        invalid(told, at, &format!("In context=({}), {wrong}.", path.join(", ")))
    })
}

fn invalid(told: &str, at: &str, wrong: &str) -> Refusal {
    let refusal = Refusal::of(at, format!("Invalid schema for {told}: {wrong}"));
    Refusal { code: Some("invalid_json_schema"), ..refusal }
}

/// Where in the schema, and what is wrong there.
type Wrong = (Vec<String>, String);

struct Walk<'a> {
    root: &'a Value,
    fields: usize,
    values: usize,
}

impl Walk<'_> {
    fn schema(&mut self, schema: &Value, path: &mut Vec<String>, depth: usize) -> Result<(), Wrong> {
        let wrong = |path: &[String], what: String| (path.to_vec(), what);
        let Some(object) = schema.as_object() else {
            return Err(wrong(path, format!("{schema} is not of type 'object'")));
        };
        if depth > DEEPEST {
            return Err(wrong(path, format!("the schema is nested more than {DEEPEST} levels deep")));
        }
        let unknown = |key: &&String| !KEYWORDS.contains(&key.as_str());
        if let Some(keyword) = object.keys().find(unknown) {
            return Err(wrong(path, format!("'{keyword}' is not permitted")));
        }
        if let Some(name) = object.get("$ref") {
            return self.reference(object, name).map_err(|what| wrong(path, what));
        }
        let types = types(object).map_err(|what| wrong(path, what))?;
        if let Some(format) = object.get("format").filter(|format| !FORMATS.iter().any(|known| *format == known)) {
            return Err(wrong(path, format!("{format} is not a valid format")));
        }
        self.values += object.get("enum").and_then(Value::as_array).map_or(0, Vec::len);
        if self.values > MOST_VALUES {
            return Err(wrong(path, format!("there are more than {MOST_VALUES} values of enums")));
        }
        if types.contains(&"object") || object.contains_key("properties") {
            self.object(object, path, depth)?;
        }
        if types.contains(&"array") {
            let Some(items) = object.get("items") else {
                return Err(wrong(path, "array schema missing items".to_owned()));
            };
            self.within(items, path, &["items"], depth + 1)?;
        }
        if let Some(any) = object.get("anyOf") {
            let Some(any) = any.as_array().filter(|any| !any.is_empty()) else {
                return Err(wrong(path, "'anyOf' is to be a list of schemas".to_owned()));
            };
            for (at, one) in any.iter().enumerate() {
                self.within(one, path, &["anyOf", &at.to_string()], depth)?;
            }
        }
        for definitions in ["$defs", "definitions"] {
            for (name, one) in object.get(definitions).and_then(Value::as_object).into_iter().flatten() {
                self.within(one, path, &[definitions, name], 0)?;
            }
        }
        Ok(())
    }

    fn within(&mut self, schema: &Value, path: &mut Vec<String>, parts: &[&str], depth: usize) -> Result<(), Wrong> {
        path.extend(parts.iter().map(|part| (*part).to_owned()));
        self.schema(schema, path, depth)?;
        path.truncate(path.len() - parts.len());
        Ok(())
    }

    /// A reference stands alone, and leads somewhere.
    fn reference(&self, object: &Map<String, Value>, name: &Value) -> Result<(), String> {
        if let Some(beside) = object.keys().find(|key| *key != "$ref") {
            return Err(format!("$ref cannot have keywords {{'{beside}'}}"));
        }
        let name = name.as_str().unwrap_or_default();
        let target = name.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
        target
            .map(|_| ())
            .ok_or_else(|| format!("reference can only point to definitions of this schema, not to '{name}'"))
    }

    /// An object is closed, and has all its fields.
    fn object(&mut self, object: &Map<String, Value>, path: &mut Vec<String>, depth: usize) -> Result<(), Wrong> {
        if object.get("additionalProperties") != Some(&Value::Bool(false)) {
            return Err((path.clone(), "'additionalProperties' is required to be supplied and to be false".to_owned()));
        }
        let empty = Map::new();
        let fields = object.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        let required: Vec<_> =
            object.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let supplied = "'required' is required to be supplied and to be an array including every key in properties.";
        if let Some(missing) = fields.keys().find(|field| !required.contains(&field.as_str())) {
            return Err((path.clone(), format!("{supplied} Missing '{missing}'")));
        }
        if let Some(extra) = required.iter().find(|field| !fields.contains_key(**field)) {
            return Err((path.clone(), format!("{supplied} Extra required key '{extra}' supplied")));
        }
        self.fields += fields.len();
        if self.fields > MOST_FIELDS {
            return Err((path.clone(), format!("there are more than {MOST_FIELDS} fields")));
        }
        for (name, field) in fields {
            self.within(field, path, &["properties", name], depth + 1)?;
        }
        Ok(())
    }
}

/// The types a value may have.
fn types(object: &Map<String, Value>) -> Result<Vec<&str>, String> {
    let types: Vec<_> = match object.get("type") {
        None if object.contains_key("anyOf") => return Ok(Vec::new()),
        None => return Err("schema must have a 'type' key".to_owned()),
        Some(Value::Array(types)) if !types.is_empty() => types.iter().map(Value::as_str).collect(),
        Some(one) => vec![one.as_str()],
    };
    let known = types.iter().map(|one| one.filter(|one| TYPES.contains(one)));
    known.collect::<Option<_>>().ok_or_else(|| format!("{types:?} is not a type"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// An object with that one field.
    fn with(field: &Value) -> Value {
        json!({ "type": "object", "properties": { "a": field }, "required": ["a"], "additionalProperties": false })
    }

    fn wrong(schema: &Value) -> Option<String> {
        root(schema, "test", "at").and_then(|()| check(schema, "test", "at")).err().map(|refusal| refusal.message)
    }

    #[test]
    fn strict_schemas_are_let_through() {
        let mut referring = with(&json!({ "$ref": "#/$defs/b" }));
        referring["$defs"] = json!({ "b": { "anyOf": [{ "type": "null" }, { "$ref": "#" }] } });
        for fine in [
            json!({ "type": "object", "additionalProperties": false }),
            with(&json!({ "type": "string", "enum": ["a", "b"], "description": "which", "title": "T" })),
            with(&json!({ "type": ["integer", "null"], "minimum": 0, "exclusiveMaximum": 9 })),
            with(&json!({ "type": "array", "items": { "type": "number" }, "minItems": 1 })),
            with(&json!({ "type": "string", "format": "date-time", "pattern": "^a" })),
            with(&json!({ "anyOf": [{ "type": "string", "const": "x" }, with(&json!({ "type": "boolean" }))] })),
            with(&with(&with(&json!({ "type": "string" })))),
            referring,
        ] {
            assert_eq!(wrong(&fine), None, "{fine}");
        }
    }

    #[test]
    fn schemas_that_are_not_strict_are_refused() {
        let text = json!({ "type": "string" });
        let mut open = with(&text);
        open["additionalProperties"] = json!({ "type": "string" });
        let mut optional = with(&text);
        optional["required"] = json!([]);
        let mut extra = with(&text);
        extra["required"] = json!(["a", "b"]);
        let deep = (0..11).fold(text.clone(), |inner, _| with(&inner));
        let many: Vec<_> = (0..1001).map(|at| format!("v{at}")).collect();
        for (schema, told) in [
            (text.clone(), "got 'type: \"string\"'"),
            (json!({ "anyOf": [with(&text)] }), "got 'type: \"None\"'"),
            (json!({ "type": "object", "properties": {}, "required": [] }), "'additionalProperties' is required"),
            (open, "'additionalProperties' is required"),
            (optional, "Missing 'a'"),
            (extra, "Extra required key 'b'"),
            (with(&json!({ "oneOf": [text] })), "'oneOf' is not permitted"),
            (with(&json!({ "allOf": [text] })), "'allOf' is not permitted"),
            (with(&json!({ "type": "string", "default": "a" })), "'default' is not permitted"),
            (with(&json!({ "type": "string", "minLength": 1 })), "'minLength' is not permitted"),
            (with(&json!({ "type": "array", "prefixItems": [text] })), "'prefixItems' is not permitted"),
            (with(&json!({ "type": "integer", "format": "uint32" })), "\"uint32\" is not a valid format"),
            (with(&json!({ "type": "array" })), "array schema missing items"),
            (with(&json!({ "type": "array", "items": { "type": "object" } })), "'properties', 'a', 'items'"),
            (with(&json!({ "type": "text" })), "is not a type"),
            (with(&json!({ "enum": ["a"] })), "must have a 'type' key"),
            (with(&json!({})), "must have a 'type' key"),
            (with(&json!(true)), "not of type 'object'"),
            (with(&json!({ "anyOf": [] })), "'anyOf' is to be a list"),
            (with(&json!({ "anyOf": [{ "type": "object" }] })), "'anyOf', '0'"),
            (with(&json!({ "$ref": "#/$defs/b" })), "not to '#/$defs/b'"),
            (with(&json!({ "$ref": "#", "description": "again" })), "$ref cannot have keywords {'description'}"),
            (with(&json!({ "type": "string", "enum": many })), "more than 1000 values"),
            (deep, "more than 10 levels"),
        ] {
            let found = wrong(&schema).unwrap_or_default();
            assert!(found.contains(told), "{schema}: {found}");
        }
    }
}
