//! What a model is told of a tool.

#![expect(clippy::too_many_arguments, reason = "one tool shows all kinds of parameters")]

use loomflow::{
    Step, Visit,
    model::{Use, schema::flaws},
    prelude::*,
    schemars::{self, JsonSchema},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{collections::BTreeMap, ptr};

/// Where to look.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Place {
    /// The whole of the web.
    Web,
    Library,
}

/// A span of years.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize, Deserialize)]
struct Years {
    /// The first of them.
    from: u16,
    to: Option<u16>,
}

/// A subject with what belongs to it.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize, Deserialize)]
struct Subject {
    name: String,
    parts: Vec<Subject>,
}

struct Index;

/// Searches for sources,
/// the newest first.
///
/// Costs a cent.
#[tool]
fn search(
    #[context] _index: &Index,
    /** what to look for */
    query: &str,
    /// Where.
    place: &Place,
    /** only from these */
    years: Option<&Years>,
    #[run] _run: &Visit,
    words: &[String],
    r#type: Option<&str>,
    most: u8,
) -> Vec<String> {
    vec![format!("{query} {place:?} {years:?} {words:?} {type:?} {most}")]
}

/// Knows the time.
#[tool(retry = 2, cache = 1m)]
fn now() -> u64 {
    0
}

/// Outlines a subject.
#[tool]
fn outline(
    /** what it is about */
    subject: &Subject,
) -> String {
    subject.name.clone()
}

/// Counts words.
#[tool]
fn count(words: &BTreeMap<String, u32>, note: Option<String>) -> usize {
    words.len() + note.map_or(0, |note| note.len())
}

/// Sends anything anywhere.
#[tool]
fn send(body: &Value, to: (f64, f64)) -> bool {
    body.is_null() && to.0 > to.1
}

#[test]
fn a_model_is_told_the_name_the_doc_comment_and_the_parameters_that_are_its_own() {
    let spec = search::spec();
    assert_eq!(spec.name, "search");
    assert_eq!(spec.description, "Searches for sources, the newest first.\n\nCosts a cent.");
    let properties = json!({
        "query": { "description": "what to look for", "type": "string" },
        "place": {
            "description": "Where.\nWhere to look.\n- library\n- web: The whole of the web.",
            "type": "string",
            "enum": ["library", "web"],
        },
        "years": {
            "description": "only from these\nA span of years.",
            "type": ["object", "null"],
            "properties": {
                "from": { "description": "The first of them.", "type": "integer", "minimum": 0, "maximum": 65535 },
                "to": { "type": ["integer", "null"], "minimum": 0, "maximum": 65535 },
            },
            "required": ["from", "to"],
            "additionalProperties": false,
        },
        "words": { "type": "array", "items": { "type": "string" } },
        "type": { "type": ["string", "null"] },
        "most": { "type": "integer", "minimum": 0, "maximum": 255 },
    });
    let parameters = json!({
        "type": "object",
        "properties": properties,
        "required": ["query", "place", "years", "words", "type", "most"],
        "additionalProperties": false,
    });
    assert_eq!(*spec.parameters, parameters);
    assert!(spec.strict);
    let order: Vec<_> = spec.parameters["properties"].as_object().expect("an object").keys().collect();
    assert_eq!(order, ["query", "place", "years", "words", "type", "most"]);
}

#[test]
fn what_a_server_can_hold_a_model_to_is_strict() {
    for spec in [search::spec(), now::spec(), outline::spec()] {
        assert!(spec.strict, "{}", spec.name);
        assert_eq!(flaws(&spec.parameters), [], "{}", spec.name);
    }
    let nothing = json!({ "type": "object", "properties": {}, "required": [], "additionalProperties": false });
    assert_eq!(*now::spec().parameters, nothing);
}

#[test]
fn what_no_server_can_hold_a_model_to_is_told_all_the_same() {
    let spec = count::spec();
    assert!(!spec.strict);
    let parameters = &spec.parameters;
    assert_eq!(parameters["properties"]["words"]["additionalProperties"]["type"], "integer");
    assert_eq!(parameters["required"], json!(["words"]), "what may be left out is not required");
    assert_eq!(parameters["additionalProperties"], json!(false), "and what it does not take is refused as ever");
    assert!(!send::spec().strict);
    assert_eq!(send::spec().parameters["properties"]["to"]["prefixItems"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_spec_is_made_once() {
    assert!(ptr::eq(search::spec(), search::spec()));
}

#[test]
fn parameters_that_a_model_does_not_choose_are_taken_out() {
    let spec = search::spec_without(&["query", "most", "no parameter"]);
    assert_eq!(spec.parameters["required"], json!(["place", "years", "words", "type"]));
    assert_eq!(spec.parameters["properties"]["query"], Value::Null);
    assert!(spec.strict);
    assert_eq!(flaws(&spec.parameters), []);
    assert_eq!(search::spec_without(&[]), *search::spec());
}

#[test]
fn a_tool_performed_as_a_whole_has_the_name_and_the_policy_of_the_tool() {
    assert_eq!((Use::<now>::NAME, <now as Tool>::NAME), ("now", "now"));
    assert_eq!(Use::<now>::DOC, "Knows the time.");
    assert_eq!(Use::<now>::POLICY, <now as Step>::POLICY);
    assert_eq!(Use::<now>::POLICY.attempts, 3);
}
