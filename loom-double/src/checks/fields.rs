//! The fields of a request: which there are, of what type, within what bounds, and which need another.

use super::strict;
use crate::refusal::Refusal;
use serde_json::Value;

/// What a request may have.
const FIELDS: &[&str] = &[
    "audio",
    "frequency_penalty",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "messages",
    "metadata",
    "modalities",
    "model",
    "n",
    "parallel_tool_calls",
    "prediction",
    "presence_penalty",
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning_effort",
    "response_format",
    "safety_identifier",
    "seed",
    "service_tier",
    "stop",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "user",
    "verbosity",
    "web_search_options",
];

/// Fields that nobody knows are refused.
pub(crate) fn known(object: &Value, fields: &[&str], at: &str) -> Result<(), Refusal> {
    let unknown = object.as_object().and_then(|object| object.keys().find(|key| !fields.contains(&key.as_str())));
    match unknown {
        None => Ok(()),
        Some(field) if at.is_empty() => {
            Err(Refusal::whole(400, None, format!("Unrecognized request argument supplied: {field}")))
        }
        Some(field) => {
            let path = format!("{at}.{field}");
            let refusal = Refusal::of(path.clone(), format!("Unknown parameter: '{path}'."));
            Err(Refusal { code: Some("unknown_parameter"), ..refusal })
        }
    }
}

/// The model is named.
pub(crate) fn model(body: &Value) -> Result<(), Refusal> {
    match body["model"].as_str() {
        Some(model) if !model.is_empty() => Ok(()),
        _ => Err(Refusal::whole(400, None, "you must provide a model parameter")),
    }
}

/// The fields that say neither what is said, nor what tools there are, nor what the answer is to be.
pub(super) fn check(body: &Value) -> Result<(), Refusal> {
    known(body, FIELDS, "")?;
    model(body)?;
    number(body, "temperature", 0.0, 2.0)?;
    number(body, "top_p", 0.0, 1.0)?;
    for field in ["max_tokens", "max_completion_tokens"] {
        if !(body[field].is_null() || body[field].as_u64().is_some_and(|limit| limit > 0)) {
            return Err(Refusal::of(
                field,
                format!("Invalid '{field}': integer below minimum value. Expected a value >= 1."),
            ));
        }
    }
    if !body["max_tokens"].is_null() && !body["max_completion_tokens"].is_null() {
        let message = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.";
        return Err(Refusal::of("max_tokens", message));
    }
    for field in ["stream", "parallel_tool_calls", "store", "logprobs"] {
        if !(body[field].is_null() || body[field].is_boolean()) {
            return Err(Refusal::of(field, format!("Invalid type for '{field}': expected a boolean.")));
        }
    }
    let options = &body["stream_options"];
    if !options.is_null() {
        known(options, &["include_usage", "include_obfuscation"], "stream_options")?;
        if body["stream"] != true {
            let message = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
            return Err(Refusal::of("stream_options", message));
        }
    }
    Ok(())
}

fn number(body: &Value, field: &str, least: f64, most: f64) -> Result<(), Refusal> {
    let value = &body[field];
    match value.as_f64() {
        Some(number) if number >= least && number <= most => Ok(()),
        None if value.is_null() => Ok(()),
        _ => Err(Refusal::of(
            field,
            format!("Invalid '{field}': expected a number from {least} to {most}, got {value}."),
        )),
    }
}

/// The shape the answer is to have.
pub(super) fn answer(format: &Value) -> Result<(), Refusal> {
    let at = "response_format";
    match format["type"].as_str() {
        None if format.is_null() => Ok(()),
        Some("text" | "json_object") => known(format, &["type"], at),
        Some("json_schema") => {
            known(format, &["type", "json_schema"], at)?;
            let schema = &format["json_schema"];
            let at = "response_format.json_schema";
            known(schema, &["name", "description", "schema", "strict"], at)?;
            let name = schema["name"].as_str().unwrap_or_default();
            if !is_name(name) {
                return Err(bad_name(&format!("{at}.name")));
            }
            let told = format!("response_format '{name}'");
            strict::root(&schema["schema"], &told, at)?;
            if schema["strict"] == true { strict::check(&schema["schema"], &told, at) } else { Ok(()) }
        }
        _ => Err(Refusal::of(
            "response_format.type",
            "Invalid value: supported values are: 'json_object', 'json_schema', and 'text'.",
        )),
    }
}

/// Whether a tool or a schema can be called that.
pub(super) fn is_name(name: &str) -> bool {
    let may = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    (1..=64).contains(&name.len()) && name.chars().all(may)
}

pub(super) fn bad_name(at: &str) -> Refusal {
    let message = format!(
        "Invalid '{at}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$', of 64 characters at most."
    );
    Refusal { code: Some("invalid_value"), ..Refusal::of(at, message) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(field: &str, value: &Value) -> bool {
        let mut body = json!({ "model": "m", "messages": [] });
        body[field] = value.clone();
        check(&body).and_then(|()| answer(&body["response_format"])).is_err()
    }

    #[test]
    fn fields_are_known_and_within_their_bounds() {
        for (field, value) in [
            ("mood", json!("good")),
            ("model", json!("")),
            ("temperature", json!(2.1)),
            ("temperature", json!("hot")),
            ("top_p", json!(-1)),
            ("max_tokens", json!(0)),
            ("max_completion_tokens", json!(1.5)),
            ("stream", json!("yes")),
            ("stream_options", json!({ "include_usage": true })),
            ("response_format", json!("json")),
            ("response_format", json!({ "type": "xml" })),
            (
                "response_format",
                json!({ "type": "json_schema", "json_schema": { "name": "a b", "schema": { "type": "object" } } }),
            ),
            (
                "response_format",
                json!({ "type": "json_schema", "json_schema": { "name": "a", "schema": { "type": "string" } } }),
            ),
            (
                "response_format",
                json!({ "type": "json_schema", "json_schema": { "name": "a", "strict": true, "schema": { "type": "object" } } }),
            ),
            ("response_format", json!({ "type": "json_schema", "schema": {} })),
        ] {
            assert!(refused(field, &value), "{field}: {value}");
        }
        for (field, value) in [
            ("temperature", json!(0)),
            ("max_tokens", json!(1)),
            ("stream", json!(true)),
            (
                "response_format",
                json!({ "type": "json_schema", "json_schema": { "name": "a", "schema": { "type": "object" } } }),
            ),
        ] {
            assert!(!refused(field, &value), "{field}: {value}");
        }
    }

    #[test]
    fn there_is_one_limit_of_tokens() {
        let both = json!({ "model": "m", "max_tokens": 1, "max_completion_tokens": 1 });
        assert!(check(&both).is_err());
    }
}
