//! A reply put together from the pieces of a stream.

use super::reply::{arguments, finish, finished, json, list, made_up_id, refusal, text, tokens};
use crate::{
    error::ModelError,
    message::{Assistant, ToolCall},
    reply::{ChatReply, Finish, TokenCount},
    stream::ChatEvent,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// What has come so far.
#[derive(Debug, Default)]
pub(super) struct Deltas {
    words: String,
    refusal: Option<String>,
    /// By the index the server gives them, which need not be small.
    calls: BTreeMap<u64, ToolCall>,
    finish: Option<Finish>,
    tokens: TokenCount,
    model: String,
}

impl Deltas {
    /// Takes one piece: the words in it, or a sign of life.
    pub(super) fn take(&mut self, data: &str) -> Result<ChatEvent, ModelError> {
        let json = json(data)?;
        if let Some(model) = json["model"].as_str().filter(|_| self.model.is_empty()) {
            model.clone_into(&mut self.model);
        }
        if let Some(tokens) = tokens(&json["usage"]) {
            self.tokens = tokens;
        }
        let choice = &json["choices"][0];
        let delta = &choice["delta"];
        for call in list(&delta["tool_calls"]) {
            self.call(call);
        }
        if let Some(more) = refusal(&delta["refusal"]) {
            self.refusal.get_or_insert_default().push_str(&more);
        }
        if let Some(finish) = finish(&choice["finish_reason"]) {
            self.finish = Some(finish);
        }
        let words = text(&delta["content"]);
        if words.is_empty() {
            return Ok(ChatEvent::Quiet);
        }
        self.words.push_str(&words);
        Ok(ChatEvent::Text(words))
    }

    fn call(&mut self, delta: &Value) {
        let id = delta["id"].as_str().filter(|id| !id.is_empty());
        let last = self.calls.last_key_value();
        // Without an index a new id begins a new call, and what has none goes on with the last one.
        let at = delta["index"].as_u64().unwrap_or_else(|| match (last, id) {
            (None, _) => 0,
            (Some((at, call)), Some(id)) if call.id != id => at.saturating_add(1),
            (Some((at, _)), _) => *at,
        });
        let call = self.calls.entry(at).or_default();
        // Some servers repeat id and name in each piece.
        if let Some(id) = id.filter(|_| call.id.is_empty()) {
            id.clone_into(&mut call.id);
        }
        if let Some(name) = delta["function"]["name"].as_str().filter(|_| call.name.is_empty()) {
            name.clone_into(&mut call.name);
        }
        call.arguments.push_str(&arguments(&delta["function"]["arguments"]));
    }

    /// The reply, where the server has said why it ended; else what there is of it.
    pub(super) fn end(self) -> Result<ChatReply, String> {
        let Some(finish) = self.finish else { return Err(self.words) };
        let mut tool_calls: Vec<_> = self.calls.into_values().collect();
        for (at, call) in tool_calls.iter_mut().enumerate().filter(|(_, call)| call.id.is_empty()) {
            call.id = made_up_id(at);
        }
        let message = Assistant { content: self.words, tool_calls, refusal: self.refusal };
        let finish = finished(finish, &message);
        Ok(ChatReply { message, finish, tokens: self.tokens, model: self.model })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(pieces: &[&str]) -> Result<ChatReply, String> {
        let mut deltas = Deltas::default();
        for piece in pieces {
            deltas.take(piece).unwrap();
        }
        deltas.end()
    }

    #[test]
    fn words_calls_and_tokens_are_put_together() {
        let reply = all(&[
            r#"{"model":"m","choices":[{"delta":{"role":"assistant","content":null}}]}"#,
            r#"{"choices":[{"delta":{"content":"I "}}]}"#,
            r#"{"choices":[{"delta":{"content":"add."}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"x","function":{"name":"add","arguments":""}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\""}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":1,"id":"y","function":{"name":"now"}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}}]}"#,
            r#"{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}"#,
            r#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}"#,
        ])
        .unwrap();
        let call = |id: &str, name: &str, arguments: &str| ToolCall {
            id: id.into(),
            name: name.into(),
            arguments: arguments.into(),
        };
        let tool_calls = vec![call("x", "add", r#"{"a":1}"#), call("y", "now", "")];
        let message = Assistant { content: "I add.".into(), tool_calls, refusal: None };
        let tokens = TokenCount { input: 3, output: 4 };
        assert_eq!(reply, ChatReply { message, finish: Finish::ToolCalls, tokens, model: "m".into() });
    }

    #[test]
    fn calls_without_index_or_id_are_told_apart_as_well_as_can_be() {
        let reply = all(&[
            r#"{"choices":[{"delta":{"tool_calls":[{"id":"x","function":{"name":"a","arguments":"1"}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"id":"x","function":{"name":"a","arguments":"2"}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"id":"y","function":{"name":"b","arguments":{"c":3}}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":18446744073709551615,"function":{"name":"d"}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"id":"z","function":{"arguments":"e"}}]},"finish_reason":"stop"}]}"#,
        ])
        .unwrap();
        let calls: Vec<_> =
            reply.message.tool_calls.iter().map(|call| (&*call.id, &*call.name, &*call.arguments)).collect();
        assert_eq!(calls, [("x", "a", "12"), ("y", "b", r#"{"c":3}"#), ("z", "d", "e")]);
        assert_eq!(reply.finish, Finish::ToolCalls);
    }

    #[test]
    fn without_a_reason_it_has_not_ended() {
        assert_eq!(all(&[]), Err(String::new()));
        let piece = r#"{"choices":[{"delta":{"content":"half"},"finish_reason":""}]}"#;
        assert_eq!(all(&[piece]), Err("half".to_owned()));
    }
}
