//! A reply as a whole.

use crate::reply::Reply;
use serde_json::{Value, json};

/// What is said, and why it ends.
pub(crate) struct Words {
    pub content: Option<String>,
    pub refusal: Option<String>,
    pub calls: Vec<Value>,
    pub finish: &'static str,
}

/// What the reply says to the request.
pub(crate) fn words(reply: &Reply, request: &Value) -> Words {
    let said = |content: String, finish| Words { content: Some(content), refusal: None, calls: Vec::new(), finish };
    match reply {
        Reply::Text(text) => limited(text, request),
        Reply::Json(json) => limited(&json.to_string(), request),
        Reply::CutAfter(_, text) | Reply::HangAfter(_, text) | Reply::Endless(text) => said(text.clone(), "stop"),
        Reply::Filtered(text) => said(text.clone(), "content_filter"),
        Reply::Refusal(text) => Words { content: None, refusal: Some(text.clone()), ..said(String::new(), "stop") },
        Reply::Tools(tools) => {
            // Ids differ from those of the calls before in the same conversation.
            let before = request["messages"].as_array().map_or(0, Vec::len);
            let calls = tools.iter().enumerate().map(|(at, (name, arguments))| {
                let arguments = arguments.as_str().map_or_else(|| arguments.to_string(), str::to_owned);
                let function = json!({ "name": name, "arguments": arguments });
                json!({ "id": format!("call_{before}_{at}"), "type": "function", "function": function })
            });
            Words { content: None, refusal: None, calls: calls.collect(), finish: "tool_calls" }
        }
        Reply::Status { .. } | Reply::Hang | Reply::Malformed | Reply::Raw { .. } => said(String::new(), "stop"),
    }
}

/// The text up to the limit of tokens.
fn limited(text: &str, request: &Value) -> Words {
    let limit = ["max_tokens", "max_completion_tokens"].iter().find_map(|field| request[field].as_u64());
    let limit = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    let pieces = pieces(text);
    let finish = if pieces.len() > limit { "length" } else { "stop" };
    let content = pieces.into_iter().take(limit).collect();
    Words { content: Some(content), refusal: None, calls: Vec::new(), finish }
}

/// A text word by word; the space stands before the word.
pub(crate) fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut from = 0;
    for (at, _) in text.match_indices(' ').filter(|(at, _)| *at > 0) {
        pieces.push(&text[from..at]);
        from = at;
    }
    if from < text.len() {
        pieces.push(&text[from..]);
    }
    pieces
}

/// What the request and the reply take, a word for a token.
pub(crate) fn usage(words: &Words, request: &Value) -> Value {
    let count = |text: &str| text.split_whitespace().count();
    let read: usize = prompt(request);
    let content = words.content.iter().chain(&words.refusal).map(|text| count(text)).sum::<usize>();
    let called: usize =
        words.calls.iter().map(|call| 1 + count(call["function"]["arguments"].as_str().unwrap_or(""))).sum();
    let wrote = content + called;
    json!({ "prompt_tokens": read, "completion_tokens": wrote, "total_tokens": read + wrote })
}

/// How many tokens there are to read, a word for a token.
pub(crate) fn prompt(request: &Value) -> usize {
    let messages = request["messages"].as_array().into_iter().flatten();
    messages.filter_map(|message| message["content"].as_str()).map(|text| text.split_whitespace().count()).sum()
}

/// The body that answers the request.
pub(crate) fn completion(reply: &Reply, request: &Value) -> Value {
    let words = words(reply, request);
    let mut message = json!({ "role": "assistant", "content": words.content, "refusal": words.refusal });
    if !words.calls.is_empty() {
        message["tool_calls"] = Value::from(words.calls.clone());
    }
    json!({
        "id": "chatcmpl-double",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": request["model"],
        "choices": [{ "index": 0, "message": message, "logprobs": null, "finish_reason": words.finish }],
        "usage": usage(&words, request),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_its_pieces() {
        for (text, parts) in
            [("", vec![]), ("a", vec!["a"]), ("a b  c ", vec!["a", " b", " ", " c", " "]), (" a", vec![" a"])]
        {
            assert_eq!(pieces(text), parts, "{text:?}");
            assert_eq!(pieces(text).concat(), text);
        }
    }
}
