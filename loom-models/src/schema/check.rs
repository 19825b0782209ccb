//! Whether a schema is strict, by the rules that OpenAI has written down.
//!
//! It knows nothing of how schemas are made, so that it can be held against what [`strict`](super::strict()) makes.

use super::error::{Flaw, Reason};
use serde_json::{Map, Value};

/// The formats of texts that servers know.
const FORMATS: [&str; 9] = ["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];

/// What may stand in a strict schema.
const KNOWN: [&str; 18] = [
    "$defs",
    "$ref",
    "additionalProperties",
    "anyOf",
    "const",
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
    "properties",
    "type",
];

const MOST_FIELDS: usize = 5000;
const MOST_LEVELS: usize = 10;
const MOST_LABELS: usize = 1000;
const MOST_LETTERS: usize = 120_000;

/// All that keeps a finished schema from being strict; nothing where it is.
///
/// ```
/// use loomflow_models::schema::{Reason, flaws};
/// use serde_json::json;
///
/// let flaws = flaws(&json!({ "type": "object", "properties": { "name": { "type": "string" } } }));
/// assert_eq!(flaws[0].reason, Reason::Open);
/// assert_eq!(flaws[1].to_string(), "`name` may be left out: list it in `required`, and let it be `null`");
/// ```
#[must_use]
pub fn flaws(schema: &Value) -> Vec<Flaw> {
    let mut check = Check { root: schema, found: Vec::new(), fields: 0, labels: 0, letters: 0 };
    if schema.get("type").and_then(Value::as_str) != Some("object") || schema.get("anyOf").is_some() {
        check.flaw("", Reason::Root);
        return check.found;
    }
    check.schema(schema, "", 1);
    for (name, schema) in schema.get("$defs").and_then(Value::as_object).into_iter().flatten() {
        check.letters += name.chars().count();
        check.schema(schema, name, 1);
    }
    check.sizes();
    check.found
}

/// Whether servers know the format.
pub(super) fn is_known_format(format: &Value) -> bool {
    format.as_str().is_some_and(|format| FORMATS.contains(&format))
}

struct Check<'a> {
    root: &'a Value,
    found: Vec<Flaw>,
    fields: usize,
    labels: usize,
    letters: usize,
}

impl Check<'_> {
    fn flaw(&mut self, path: &str, reason: Reason) {
        self.found.push(Flaw { path: path.to_owned(), reason });
    }

    fn schema(&mut self, schema: &Value, path: &str, level: usize) {
        let Some(schema) = schema.as_object() else { return self.flaw(path, Reason::Anything) };
        if level > MOST_LEVELS {
            return self.flaw(path, Reason::TooLarge(format!("it lies deeper than {MOST_LEVELS} levels")));
        }
        self.keywords(schema, path);
        if let Some(reference) = schema.get("$ref") {
            return self.reference(reference, path);
        }
        let says_something = ["type", "anyOf"].iter().any(|key| schema.contains_key(*key));
        if !says_something {
            self.flaw(path, Reason::Anything);
        }
        let types: Vec<&str> = match schema.get("type") {
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
            Some(one) => one.as_str().into_iter().collect(),
            None => Vec::new(),
        };
        if types.contains(&"object") || schema.contains_key("properties") {
            self.object(schema, path, level);
        }
        if types.contains(&"array") {
            let items = schema.get("items").unwrap_or(&Value::Null);
            self.schema(items, &format!("{path}[]"), level + 1);
        }
        for label in schema.get("enum").and_then(Value::as_array).into_iter().flatten() {
            self.labels += 1;
            self.letters += label.as_str().map_or(0, |label| label.chars().count());
        }
        for branch in schema.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
            self.schema(branch, path, level);
        }
    }

    fn keywords(&mut self, schema: &Map<String, Value>, path: &str) {
        for (key, value) in schema {
            let known = KNOWN.contains(&key.as_str()) || key == "required";
            let alone = !schema.contains_key("$ref") || key == "$ref";
            let placed = key != "$defs" || path.is_empty();
            if !known || !alone || !placed || (key == "format" && !is_known_format(value)) {
                self.flaw(path, Reason::Keyword(key.clone()));
            }
        }
    }

    fn reference(&mut self, reference: &Value, path: &str) {
        let text = reference.as_str().unwrap_or_default();
        let there = text.strip_prefix('#').is_some_and(|pointer| self.root.pointer(pointer).is_some());
        if !there {
            self.flaw(path, Reason::Lost(text.to_owned()));
        }
    }

    fn object(&mut self, schema: &Map<String, Value>, path: &str, level: usize) {
        if schema.get("additionalProperties") != Some(&Value::Bool(false)) {
            self.flaw(path, Reason::Open);
        }
        let required: Vec<&Value> = schema.get("required").and_then(Value::as_array).into_iter().flatten().collect();
        let fields = schema.get("properties").and_then(Value::as_object);
        for (name, schema) in fields.into_iter().flatten() {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            self.fields += 1;
            self.letters += name.chars().count();
            if !required.contains(&&Value::from(name.as_str())) {
                self.flaw(&path, Reason::Optional);
            }
            self.schema(schema, &path, level + 1);
        }
        for name in required.into_iter().filter_map(Value::as_str) {
            if fields.is_none_or(|fields| !fields.contains_key(name)) {
                self.flaw(path, Reason::Lost(name.to_owned()));
            }
        }
    }

    fn sizes(&mut self) {
        let sizes = [
            (self.fields, MOST_FIELDS, "fields"),
            (self.labels, MOST_LABELS, "values of `enum`s"),
            (self.letters, MOST_LETTERS, "characters of names and labels"),
        ];
        for (size, most, what) in sizes {
            if size > most {
                self.flaw("", Reason::TooLarge(format!("it has {size} {what}, and {most} is the most")));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(schema: &Value) -> Vec<(String, Reason)> {
        flaws(schema).into_iter().map(|flaw| (flaw.path, flaw.reason)).collect()
    }

    fn with_field(schema: &Value) -> Value {
        json!({ "type": "object", "properties": { "a": schema }, "required": ["a"], "additionalProperties": false })
    }

    #[test]
    fn an_answer_is_an_object() {
        assert_eq!(told(&json!({ "type": "string" })), [(String::new(), Reason::Root)]);
        assert_eq!(told(&json!({ "anyOf": [] })), [(String::new(), Reason::Root)]);
        assert_eq!(told(&json!(true)), [(String::new(), Reason::Root)]);
        assert_eq!(told(&with_field(&json!({ "type": "string" }))), []);
    }

    #[test]
    fn every_rule_is_held_at_every_depth() {
        for (schema, path, reason) in [
            (json!(true), "a", Reason::Anything),
            (json!({}), "a", Reason::Anything),
            (json!({ "enum": ["b"] }), "a", Reason::Anything),
            (json!({ "type": "array" }), "a[]", Reason::Anything),
            (json!({ "type": "object" }), "a", Reason::Open),
            (
                json!({ "type": "array", "items": { "type": ["object", "null"], "additionalProperties": true } }),
                "a[]",
                Reason::Open,
            ),
            (
                json!({ "anyOf": [{ "type": "object", "properties": { "b": { "type": "null" } }, "additionalProperties": false }] }),
                "a.b",
                Reason::Optional,
            ),
            (
                json!({ "type": "object", "required": ["b"], "additionalProperties": false }),
                "a",
                Reason::Lost("b".into()),
            ),
            (json!({ "$ref": "#/$defs/Other" }), "a", Reason::Lost("#/$defs/Other".into())),
            (json!({ "$ref": "#", "description": "self" }), "a", Reason::Keyword("description".into())),
            (json!({ "type": "integer", "format": "uint8" }), "a", Reason::Keyword("format".into())),
            (json!({ "type": "string", "minLength": 1 }), "a", Reason::Keyword("minLength".into())),
            (json!({ "type": "string", "oneOf": [] }), "a", Reason::Keyword("oneOf".into())),
            (json!({ "type": "string", "$defs": {} }), "a", Reason::Keyword("$defs".into())),
        ] {
            assert_eq!(told(&with_field(&schema)), [(path.to_owned(), reason)], "{schema}");
        }
    }

    #[test]
    fn what_is_too_large_is_told_with_its_size() {
        let labels: Vec<String> = (0..1001).map(|label| label.to_string()).collect();
        let told_of = told(&with_field(&json!({ "type": "string", "enum": labels })));
        assert!(matches!(&told_of[..], [(_, Reason::TooLarge(what))] if what.contains("1001")), "{told_of:?}");
        let deep = (0..10).fold(json!({ "type": "null" }), |schema, _| with_field(&schema));
        let told_of = told(&deep);
        assert!(matches!(&told_of[..], [(_, Reason::TooLarge(what))] if what.contains("10 levels")), "{told_of:?}");
    }
}
