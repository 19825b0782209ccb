//! A schema of schemars as a strict one.

use super::{
    check::flaws,
    error::{Flaw, Reason},
    words::{demands, labels, with},
};
use serde_json::{Map, Value, json};

/// What says nothing of the answer's shape.
const SILENT: [&str; 11] = [
    "$schema",
    "$id",
    "$comment",
    "title",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "format",
    "contentEncoding",
];

/// What stays as it is.
const KEPT: [&str; 7] =
    ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems"];

/// Makes a schema strict.
///
/// What describes the same values in another way is put in the strict one; what bounds them and has no strict form becomes
/// words in a description. The [table](crate::schema) says what becomes of what.
///
/// ```
/// use loomflow_models::schema;
/// use serde_json::json;
///
/// let schema = json!({ "type": "object", "properties": { "pages": { "type": "integer", "format": "uint32" } } });
/// let strict = schema::strict(schema).unwrap();
/// assert_eq!(strict["required"], json!(["pages"]));
/// assert_eq!(strict["additionalProperties"], json!(false));
/// ```
///
/// # Errors
/// All places that have no strict form.
pub fn strict(schema: Value) -> Result<Value, Vec<Flaw>> {
    let mut found = Vec::new();
    let Value::Object(mut root) = schema else {
        return Err(vec![Flaw { path: String::new(), reason: Reason::Anything }]);
    };
    let definitions = root.remove("$defs");
    let mut strict = whole(root, "", &mut found);
    if let Some(Value::Object(definitions)) = definitions {
        let definitions: Map<String, Value> =
            definitions.into_iter().map(|(name, schema)| (name.clone(), any(schema, &name, &mut found))).collect();
        strict.insert("$defs".to_owned(), Value::Object(definitions));
    }
    let strict = Value::Object(strict);
    if found.is_empty() {
        found = flaws(&strict);
    }
    if found.is_empty() { Ok(strict) } else { Err(found) }
}

fn any(schema: Value, path: &str, found: &mut Vec<Flaw>) -> Value {
    let Value::Object(schema) = schema else {
        found.push(Flaw { path: path.to_owned(), reason: Reason::Anything });
        return schema;
    };
    Value::Object(whole(schema, path, found))
}

fn whole(mut schema: Map<String, Value>, path: &str, found: &mut Vec<Flaw>) -> Map<String, Value> {
    let flawed = found.len();
    combined(&mut schema);
    bounded(&mut schema);
    let demanded = demands(&mut schema);
    let mut about = taken_text(&mut schema, "description");
    let mut out = Map::new();
    if let Some(reference) = schema.remove("$ref") {
        // Nothing may stand beside it.
        if about.is_empty() {
            out.insert("$ref".to_owned(), reference);
        } else {
            out.insert("anyOf".to_owned(), json!([{ "$ref": reference }]));
        }
    }
    one_of(&mut schema, &mut about);
    if let Some(value) = schema.remove("const") {
        schema.insert("enum".to_owned(), json!([value]));
    }
    inferred(&mut schema);
    about = with(&about, &demanded);
    if !about.is_empty() {
        out.insert("description".to_owned(), about.into());
    }
    for key in ["type", "enum"] {
        out.extend(schema.remove(key).map(|value| (key.to_owned(), value)));
    }
    if is(&out, "object") {
        object(&mut schema, &mut out, path, found);
    }
    if is(&out, "array") {
        array(&mut schema, &mut out, path, found);
    }
    if let Some(Value::Array(branches)) = schema.remove("anyOf") {
        let branches: Vec<Value> = branches.into_iter().map(|branch| any(branch, path, found)).collect();
        out.insert("anyOf".to_owned(), branches.into());
    }
    for key in KEPT.into_iter().chain(["format"]) {
        out.extend(schema.remove(key).map(|value| (key.to_owned(), value)));
    }
    // Closed is what every object is made, and this is how schemars closes one that has flattened fields.
    schema.remove("unevaluatedProperties");
    schema.retain(|key, _| !SILENT.contains(&key.as_str()) && !key.starts_with("x-"));
    for key in schema.keys() {
        found.push(Flaw { path: path.to_owned(), reason: Reason::Keyword(key.clone()) });
    }
    let says_nothing = !["type", "anyOf", "$ref"].iter().any(|key| out.contains_key(*key));
    if says_nothing && found.len() == flawed {
        found.push(Flaw { path: path.to_owned(), reason: Reason::Anything });
    }
    out
}

fn object(schema: &mut Map<String, Value>, out: &mut Map<String, Value>, path: &str, found: &mut Vec<Flaw>) {
    let fields = match schema.remove("properties") {
        Some(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let open = schema.remove("additionalProperties").is_some_and(|more| more != Value::Bool(false));
    if open | schema.remove("patternProperties").is_some() {
        schema.remove("propertyNames");
        found.push(Flaw { path: path.to_owned(), reason: Reason::Map });
    }
    schema.remove("required");
    let required: Vec<Value> = fields.keys().map(|name| name.as_str().into()).collect();
    let fields: Map<String, Value> = fields
        .into_iter()
        .map(|(name, schema)| {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            (name, any(schema, &path, found))
        })
        .collect();
    out.insert("properties".to_owned(), Value::Object(fields));
    out.insert("required".to_owned(), required.into());
    out.insert("additionalProperties".to_owned(), false.into());
}

fn array(schema: &mut Map<String, Value>, out: &mut Map<String, Value>, path: &str, found: &mut Vec<Flaw>) {
    if schema.remove("prefixItems").is_some() {
        schema.remove("items");
        found.push(Flaw { path: path.to_owned(), reason: Reason::Tuple });
        return;
    }
    let items = schema.remove("items").unwrap_or(Value::Bool(true));
    out.insert("items".to_owned(), any(items, &format!("{path}[]"), found));
}

/// `allOf` of one is that one; what stands beside it counts more.
fn combined(schema: &mut Map<String, Value>) {
    let Some(Value::Array(all)) = schema.get_mut("allOf") else { return };
    let [Value::Object(one)] = all.as_mut_slice() else { return };
    let one = std::mem::take(one);
    schema.remove("allOf");
    for (key, value) in one {
        schema.entry(key).or_insert(value);
    }
}

/// What a number of that width can be, where nothing narrower is said: schemars says it of the narrowest alone. Wider ones
/// have bounds that servers cannot count to.
fn bounded(schema: &mut Map<String, Value>) {
    let (least, most) = match schema.get("format").and_then(Value::as_str) {
        Some("int8") => (i64::from(i8::MIN), i64::from(i8::MAX)),
        Some("int16") => (i64::from(i16::MIN), i64::from(i16::MAX)),
        Some("int32") => (i64::from(i32::MIN), i64::from(i32::MAX)),
        Some("uint8") => (0, i64::from(u8::MAX)),
        Some("uint16") => (0, i64::from(u16::MAX)),
        Some("uint32") => (0, i64::from(u32::MAX)),
        _ => return,
    };
    for (bound, exclusive, value) in [("minimum", "exclusiveMinimum", least), ("maximum", "exclusiveMaximum", most)] {
        if !schema.contains_key(exclusive) {
            schema.entry(bound).or_insert_with(|| value.into());
        }
    }
}

/// `oneOf` of labels is one `enum` with their meaning in words, any other is `anyOf`: the model follows one branch anyway.
fn one_of(schema: &mut Map<String, Value>, about: &mut String) {
    if schema.contains_key("anyOf") {
        return;
    }
    // Beside fields it is a flattened enum, and that stays what it is: refused.
    if schema.contains_key("properties") {
        return;
    }
    let Some(Value::Array(branches)) = schema.remove("oneOf") else { return };
    let Some(found) = branches.iter().map(of_branch).collect::<Option<Vec<_>>>().map(|all| all.concat()) else {
        schema.insert("anyOf".to_owned(), branches.into());
        return;
    };
    *about = with(about, &labels(found.iter().copied()));
    schema.insert("type".to_owned(), "string".into());
    schema.insert("enum".to_owned(), found.iter().map(|(label, _)| *label).collect());
}

/// The labels of a branch that has nothing but labels, with what they mean.
fn of_branch(branch: &Value) -> Option<Vec<(&str, &str)>> {
    let about = branch.get("description").and_then(Value::as_str).unwrap_or_default();
    if let Some(label) = branch.get("const") {
        return Some(vec![(label.as_str()?, about)]);
    }
    branch.get("enum")?.as_array()?.iter().map(|label| Some((label.as_str()?, about))).collect()
}

/// A type where none is said and all else says it.
fn inferred(schema: &mut Map<String, Value>) {
    if schema.contains_key("type") {
        return;
    }
    let ty = match schema.get("enum") {
        Some(Value::Array(values)) => {
            let mut types: Vec<&str> = values.iter().map(type_of).collect();
            types.sort_unstable();
            types.dedup();
            match types.as_slice() {
                [] => return,
                [one] => json!(one),
                all => json!(all),
            }
        }
        _ if schema.contains_key("properties") => "object".into(),
        _ if schema.contains_key("items") || schema.contains_key("prefixItems") => "array".into(),
        _ => return,
    };
    schema.insert("type".to_owned(), ty);
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn is(schema: &Map<String, Value>, ty: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(text)) => text == ty,
        Some(Value::Array(all)) => all.iter().any(|one| one == ty),
        _ => false,
    }
}

fn taken_text(schema: &mut Map<String, Value>, key: &str) -> String {
    match schema.remove(key) {
        Some(Value::String(text)) => text,
        _ => String::new(),
    }
}
