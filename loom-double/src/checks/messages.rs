//! The messages of a conversation: what each has, and which follow which.

use super::fields::known;
use crate::refusal::Refusal;
use serde_json::Value;

/// What is wrong with the conversation, if anything is.
pub(super) fn check(messages: &Value) -> Result<(), Refusal> {
    let Some(messages) = messages.as_array() else {
        let refusal = Refusal::of("messages", "Missing required parameter: 'messages'.");
        return Err(Refusal { code: Some("missing_required_parameter"), ..refusal });
    };
    if messages.is_empty() {
        let message =
            "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.";
        return Err(Refusal { code: Some("empty_array"), ..Refusal::of("messages", message) });
    }
    // The calls that no tool has answered yet.
    let mut open: Vec<&str> = Vec::new();
    for (at, message) in messages.iter().enumerate() {
        let path = format!("messages.[{at}]");
        if message["role"] == "tool" {
            known(message, &["role", "content", "tool_call_id"], &path)?;
            content(message, &path)?;
            let id = message["tool_call_id"].as_str().unwrap_or_default();
            let Some(place) = open.iter().position(|open| *open == id) else {
                let message = "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.";
                return Err(Refusal::of(format!("{path}.role"), message));
            };
            open.remove(place);
            continue;
        }
        unanswered(&open, &path)?;
        match message["role"].as_str() {
            Some("system" | "developer" | "user") => {
                known(message, &["role", "content", "name"], &path)?;
                content(message, &path)?;
            }
            Some("assistant") => open = assistant(message, &path)?,
            _ => {
                let message = format!(
                    "Invalid value: '{}'. Supported values are: 'system', 'assistant', 'user', 'tool', and 'developer'.",
                    message["role"]
                );
                return Err(Refusal::of(format!("{path}.role"), message));
            }
        }
    }
    unanswered(&open, "messages")
}

/// What is said is a text, or a list of parts.
fn content(message: &Value, path: &str) -> Result<(), Refusal> {
    match &message["content"] {
        Value::String(_) => Ok(()),
        Value::Array(parts) if !parts.is_empty() && parts.iter().all(|part| part["type"].is_string()) => Ok(()),
        other => {
            let message = format!("Invalid value for 'content': expected a string, got {other}.");
            Err(Refusal::of(format!("{path}.content"), message))
        }
    }
}

/// What the model said: the ids of the calls that are to be answered next.
fn assistant<'a>(message: &'a Value, path: &str) -> Result<Vec<&'a str>, Refusal> {
    known(message, &["role", "content", "name", "refusal", "audio", "tool_calls", "function_call"], path)?;
    let calls = &message["tool_calls"];
    if calls.is_null() {
        return if message["refusal"].is_string() {
            Ok(Vec::new())
        } else {
            content(message, path).map(|()| Vec::new())
        };
    }
    let Some(calls) = calls.as_array().filter(|calls| !calls.is_empty()) else {
        return Err(Refusal::of(format!("{path}.tool_calls"), format!("[] is too short - '{path}.tool_calls'")));
    };
    let mut ids = Vec::new();
    for (at, call) in calls.iter().enumerate() {
        let path = format!("{path}.tool_calls[{at}]");
        known(call, &["id", "type", "function"], &path)?;
        known(&call["function"], &["name", "arguments"], &format!("{path}.function"))?;
        let (id, function) = (call["id"].as_str().unwrap_or_default(), &call["function"]);
        let whole = call["type"] == "function" && function["name"].is_string() && function["arguments"].is_string();
        if id.is_empty() || !whole {
            return Err(Refusal::of(
                path,
                "Invalid tool call: expected an id, the type 'function', and a function with a name and arguments, a string.",
            ));
        }
        if ids.contains(&id) {
            return Err(Refusal::of(path, format!("Duplicate value for 'tool_call_id' of '{id}'.")));
        }
        ids.push(id);
    }
    Ok(ids)
}

fn unanswered(open: &[&str], path: &str) -> Result<(), Refusal> {
    if open.is_empty() {
        return Ok(());
    }
    let message = format!(
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The \
         following tool_call_ids did not have response messages: {}",
        open.join(", ")
    );
    Err(Refusal::of(path, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn calls(ids: &[&str]) -> Value {
        let call =
            |id: &&str| json!({ "id": id, "type": "function", "function": { "name": "add", "arguments": "{}" } });
        json!({ "role": "assistant", "tool_calls": ids.iter().map(call).collect::<Vec<_>>() })
    }

    fn tool(id: &str) -> Value {
        json!({ "role": "tool", "tool_call_id": id, "content": "2" })
    }

    fn user() -> Value {
        json!({ "role": "user", "content": "?" })
    }

    #[test]
    fn conversations_that_fit_are_let_through() {
        for fine in [
            json!([user()]),
            json!([{ "role": "developer", "content": "Be brief." }, user(), { "role": "assistant", "content": "" }]),
            json!([user(), calls(&["a", "b"]), tool("b"), tool("a"), user()]),
            json!([user(), calls(&["a"]), tool("a"), calls(&["a"]), tool("a")]),
            json!([user(), { "role": "assistant", "content": null, "refusal": "no" }]),
            json!([{ "role": "user", "content": [{ "type": "text", "text": "?" }] }]),
        ] {
            assert_eq!(check(&fine), Ok(()), "{fine}");
        }
    }

    #[test]
    fn conversations_that_do_not_fit_are_refused() {
        for wrong in [
            json!(null),
            json!([]),
            json!([{ "role": "user" }]),
            json!([{ "role": "user", "content": null }]),
            json!([{ "role": "user", "content": "?", "mood": "good" }]),
            json!([{ "role": "robot", "content": "?" }]),
            json!([{ "content": "?" }]),
            json!([{ "role": "assistant" }]),
            json!([user(), { "role": "assistant", "tool_calls": [] }]),
            json!([user(), calls(&["a", "a"]), tool("a"), tool("a")]),
            json!([user(), calls(&[""]), tool("")]),
            json!([user(), { "role": "assistant", "tool_calls": [{ "id": "a", "type": "function", "function": { "name": "add", "arguments": {} } }] }, tool("a")]),
            // Tools that nobody called, and calls that nobody answered.
            json!([user(), tool("a")]),
            json!([user(), calls(&["a"])]),
            json!([user(), calls(&["a"]), user()]),
            json!([user(), calls(&["a", "b"]), tool("a")]),
            json!([user(), calls(&["a"]), tool("b")]),
            json!([user(), calls(&["a"]), tool("a"), tool("a")]),
            json!([user(), calls(&["a"]), user(), tool("a")]),
        ] {
            assert!(check(&wrong).is_err(), "{wrong}");
        }
    }
}
