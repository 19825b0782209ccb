//! The tools of a request, and what is said of them.

use super::{
    fields::{bad_name, is_name, known},
    strict,
};
use crate::refusal::Refusal;
use serde_json::Value;

/// The most tools a request may have.
const MOST: usize = 128;

/// What is wrong with the tools, if anything is.
pub(super) fn check(body: &Value) -> Result<(), Refusal> {
    if body["tools"].is_null() {
        for field in ["tool_choice", "parallel_tool_calls"] {
            if !body[field].is_null() {
                let message =
                    format!("Invalid value for '{field}': '{field}' is only allowed when 'tools' are specified.");
                return Err(Refusal::of(field, message));
            }
        }
        return Ok(());
    }
    let tools = body["tools"].as_array().filter(|tools| (1..=MOST).contains(&tools.len()));
    let Some(tools) = tools else {
        return Err(Refusal::of("tools", format!("Invalid 'tools': expected an array of 1 to {MOST} tools.")));
    };
    let mut names = Vec::new();
    for (at, tool) in tools.iter().enumerate() {
        let name = one(tool, &format!("tools[{at}]"))?;
        if names.contains(&name) {
            return Err(Refusal::of(
                format!("tools[{at}]"),
                format!("Invalid 'tools': there is more than one function '{name}'."),
            ));
        }
        names.push(name);
    }
    choice(&body["tool_choice"], &names)
}

/// One tool: its name.
fn one<'a>(tool: &'a Value, at: &str) -> Result<&'a str, Refusal> {
    known(tool, &["type", "function"], at)?;
    if tool["type"] != "function" {
        return Err(Refusal::of(format!("{at}.type"), "this double knows tools of the type 'function' alone"));
    }
    let (function, at) = (&tool["function"], format!("{at}.function"));
    known(function, &["name", "description", "parameters", "strict"], &at)?;
    let name = function["name"].as_str().unwrap_or_default();
    if !is_name(name) {
        return Err(bad_name(&format!("{at}.name")));
    }
    let (told, at) = (format!("function '{name}'"), format!("{at}.parameters"));
    let parameters = &function["parameters"];
    if !parameters.is_null() {
        strict::root(parameters, &told, &at)?;
    }
    if function["strict"] == true {
        strict::check(parameters, &told, &at)?;
    }
    Ok(name)
}

fn choice(choice: &Value, names: &[&str]) -> Result<(), Refusal> {
    let wrong = |message: String| Err(Refusal::of("tool_choice", message));
    match choice {
        Value::Null => Ok(()),
        Value::String(mode) if ["none", "auto", "required"].contains(&mode.as_str()) => Ok(()),
        Value::Object(_) if choice["type"] == "function" => {
            known(choice, &["type", "function"], "tool_choice")?;
            let name = choice["function"]["name"].as_str().unwrap_or_default();
            if names.contains(&name) {
                return Ok(());
            }
            wrong(format!("Invalid value for 'tool_choice': '{name}' is not in 'tools'."))
        }
        _ => wrong(format!("Invalid value for 'tool_choice': {choice}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tool(name: &str) -> Value {
        json!({ "type": "function", "function": { "name": name, "parameters": { "type": "object", "properties": {} } } })
    }

    #[test]
    fn tools_that_fit_are_let_through() {
        let strict = json!({ "type": "object", "properties": {}, "required": [], "additionalProperties": false });
        for fine in [
            json!({}),
            json!({ "tools": [tool("add"), tool("sub-tract_2")] }),
            json!({ "tools": [tool("add")], "tool_choice": "required", "parallel_tool_calls": false }),
            json!({ "tools": [tool("add")], "tool_choice": { "type": "function", "function": { "name": "add" } } }),
            json!({ "tools": [{ "type": "function", "function": { "name": "now" } }] }),
            json!({ "tools": [{ "type": "function", "function": { "name": "now", "strict": true, "parameters": strict } }] }),
        ] {
            assert_eq!(check(&fine), Ok(()), "{fine}");
        }
    }

    #[test]
    fn tools_that_do_not_fit_are_refused() {
        for wrong in [
            json!({ "tools": [] }),
            json!({ "tools": {} }),
            json!({ "tools": [tool("")] }),
            json!({ "tools": [tool("add two")] }),
            json!({ "tools": [tool("ädd")] }),
            json!({ "tools": [tool(&"a".repeat(65))] }),
            json!({ "tools": [tool("add"), tool("add")] }),
            json!({ "tools": [{ "name": "add" }] }),
            json!({ "tools": [{ "type": "function", "function": { "name": "add", "parameters": { "type": "string" } } }] }),
            json!({ "tools": [{ "type": "function", "function": { "name": "add", "parameters": {}, "strict": true } }] }),
            json!({ "tools": [{ "type": "function", "function": { "name": "add", "strict": true, "parameters": { "type": "object", "properties": { "a": { "type": "string" } } } } }] }),
            json!({ "tools": [{ "type": "function", "function": { "name": "add", "mood": "good" } }] }),
            json!({ "tools": [tool("add")], "tool_choice": "always" }),
            json!({ "tools": [tool("add")], "tool_choice": { "type": "function", "function": { "name": "sub" } } }),
            json!({ "tool_choice": "auto" }),
            json!({ "parallel_tool_calls": true }),
        ] {
            assert!(check(&wrong).is_err(), "{wrong}");
        }
    }
}
