//! A reply as servers write it, OpenAI's and others.
//!
//! It is read as a value, field by field, so that no field that nobody asks for can spoil it.

use crate::{
    error::{ModelError, ServerError},
    message::{Assistant, ToolCall},
    reply::{ChatReply, Finish, TokenCount},
};
use serde_json::Value;

/// Reads a whole reply.
pub(super) fn read(body: &str) -> Result<ChatReply, ModelError> {
    let json = json(body)?;
    let choice = &json["choices"][0];
    let Some(message) = choice.get("message").filter(|message| message.is_object()) else {
        return Err(unreadable("it has no `choices[0].message`", body));
    };
    let tool_calls: Vec<_> = list(&message["tool_calls"]).enumerate().map(|(at, call)| tool_call(call, at)).collect();
    let message = Assistant { content: text(&message["content"]), tool_calls, refusal: refusal(&message["refusal"]) };
    Ok(ChatReply {
        finish: finished(finish(&choice["finish_reason"]).unwrap_or_default(), &message),
        tokens: tokens(&json["usage"]).unwrap_or_default(),
        model: json["model"].as_str().unwrap_or_default().to_owned(),
        message,
    })
}

/// Reads a body, or one piece of a stream, that is to be a JSON object, and is not to be an error: some servers give it
/// with a status of success, and in a stream there is no other way.
pub(super) fn json(body: &str) -> Result<Value, ModelError> {
    let json: Value =
        serde_json::from_str(body).map_err(|error| unreadable(&format!("it is not JSON ({error})"), body))?;
    if !json.is_object() {
        return Err(unreadable("it is no JSON object", body));
    }
    match json.get("error") {
        None | Some(Value::Null) => Ok(json),
        Some(error) => {
            let status = error["code"].as_u64().and_then(|code| u16::try_from(code).ok());
            let status = status.filter(|status| (400..600).contains(status)).unwrap_or(500);
            Err(ModelError::Refused(Box::new(ServerError::new(status, body))))
        }
    }
}

pub(super) fn unreadable(why: &str, body: &str) -> ModelError {
    ModelError::Unreadable { why: why.to_owned(), body: body.to_owned() }
}

/// The elements, where it is a list.
pub(super) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Words, as a text or as a list of parts.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        _ => String::new(),
    }
}

/// A refusal. An empty one is none.
pub(super) fn refusal(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Arguments: a text with JSON in it, or the JSON itself.
pub(super) fn arguments(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        json => json.to_string(),
    }
}

/// Why it ended, where that is said.
pub(super) fn finish(value: &Value) -> Option<Finish> {
    value.as_str().filter(|reason| !reason.is_empty()).map(|reason| Finish::from(reason.to_owned()))
}

/// Why it ended, by what it says too: some servers say `stop` where tools are to be called.
pub(super) fn finished(finish: Finish, message: &Assistant) -> Finish {
    if finish == Finish::Stop && !message.tool_calls.is_empty() { Finish::ToolCalls } else { finish }
}

pub(super) fn tokens(value: &Value) -> Option<TokenCount> {
    value
        .is_object()
        .then(|| TokenCount { input: count(&value["prompt_tokens"]), output: count(&value["completion_tokens"]) })
}

fn count(value: &Value) -> u64 {
    // Some servers count in floating point.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    value.as_u64().or_else(|| value.as_f64().map(|tokens| tokens as u64)).unwrap_or_default()
}

/// The id of a call that came without one: it is only compared with itself.
pub(super) fn made_up_id(at: usize) -> String {
    format!("call_{at}")
}

fn tool_call(call: &Value, at: usize) -> ToolCall {
    let id = call["id"].as_str().filter(|id| !id.is_empty());
    ToolCall {
        id: id.map_or_else(|| made_up_id(at), str::to_owned),
        name: text(&call["function"]["name"]),
        arguments: arguments(&call["function"]["arguments"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_read_in_all_dialects() {
        for (body, words, finish) in [
            (r#"{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}]}"#, "a", Finish::Stop),
            (
                r#"{"id":null,"created":1.5,"service_tier":"on_demand","choices":[{"index":0,"message":{"role":"assistant","content":"a","reasoning_content":"hm","tool_calls":null},"finish_reason":"eos_token"}]}"#,
                "a",
                Finish::Other("eos_token".into()),
            ),
            (r#"{"choices":[{"message":{"content":"a"},"finish_reason":""}],"error":null}"#, "a", Finish::Stop),
            (
                r#"{"choices":[{"message":{"content":[{"type":"text","text":"a"},{"type":"image"},{"text":"b"}]},"finish_reason":"length"}]}"#,
                "ab",
                Finish::Length,
            ),
            (r#"{"choices":[{"message":{"content":null}}]}"#, "", Finish::Stop),
        ] {
            let reply = read(body).unwrap();
            assert_eq!((reply.message.content.as_str(), &reply.finish), (words, &finish), "{body}");
        }
    }

    #[test]
    fn calls_are_read_in_all_dialects() {
        let reply = read(
            r#"{"model":"m","choices":[{"finish_reason":"stop","message":{"tool_calls":[
                {"id":"x","type":"function","function":{"name":"add","arguments":"{\"a\":1}"}},
                {"id":null,"function":{"name":"add","arguments":{"a":1}}},
                {"function":{"name":"now"}}]}}],"usage":{"prompt_tokens":5.0,"completion_tokens":2}}"#,
        )
        .unwrap();
        let calls: Vec<_> =
            reply.message.tool_calls.iter().map(|call| (&*call.id, &*call.name, &*call.arguments)).collect();
        assert_eq!(calls, [("x", "add", r#"{"a":1}"#), ("call_1", "add", r#"{"a":1}"#), ("call_2", "now", "")]);
        assert_eq!(
            (reply.finish, reply.tokens, &*reply.model),
            (Finish::ToolCalls, TokenCount { input: 5, output: 2 }, "m")
        );
    }

    #[test]
    fn what_is_no_reply_is_told_with_what_it_is() {
        let deep = "[".repeat(100_000);
        for body in
            ["", "<html>", "{", "null", "[]", "{}", r#"{"choices":[]}"#, r#"{"choices":[{"message":null}]}"#, &deep]
        {
            assert!(matches!(read(body), Err(ModelError::Unreadable { body: kept, .. }) if kept == body), "{body:.20}");
        }
    }

    #[test]
    fn an_error_that_calls_itself_a_success_is_one() {
        let status = |body| match read(body) {
            Err(ModelError::Refused(error)) => error.status,
            other => panic!("{other:?}"),
        };
        assert_eq!(status(r#"{"error":{"code":429,"message":"slow down"}}"#), 429);
        assert_eq!(status(r#"{"error":{"code":"overloaded"}}"#), 500);
        assert_eq!(status(r#"{"error":"down","choices":[]}"#), 500);
    }
}
