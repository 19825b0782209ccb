//! A reply as a stream.

use crate::{
    completion::{pieces, usage, words},
    reply::Reply,
};
use serde_json::{Value, json};

/// What comes after the last event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The end.
    Complete,
    /// The connection breaks.
    Broken,
    /// Nothing, and the connection stays.
    Standing,
}

/// The events of the stream that answers the request, and how it ends.
pub(crate) fn events(reply: &Reply, request: &Value) -> (Vec<String>, Ending) {
    let words = words(reply, request);
    let piece = |delta: Value, finish: Option<&str>| {
        json!({
            "id": "chatcmpl-double",
            "object": "chat.completion.chunk",
            "created": 1_700_000_000,
            "model": request["model"],
            "choices": [{ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish }],
        })
    };
    let mut all = vec![piece(json!({ "role": "assistant", "content": "" }), None)];
    let told = pieces(words.content.as_deref().unwrap_or_default());
    let (count, ending) = match reply {
        Reply::CutAfter(count, _) => (*count, Ending::Broken),
        Reply::HangAfter(count, _) => (*count, Ending::Standing),
        _ => (told.len(), Ending::Complete),
    };
    all.extend(told.into_iter().take(count).map(|word| piece(json!({ "content": word }), None)));
    if let Reply::Malformed = reply {
        return (vec![event(&all[0]), "data: {\"choices\":[{\"del\n\n".to_owned()], Ending::Complete);
    }
    if ending != Ending::Complete || matches!(reply, Reply::Endless(_)) {
        return (all.iter().map(event).collect(), ending);
    }
    for word in pieces(words.refusal.as_deref().unwrap_or_default()) {
        all.push(piece(json!({ "refusal": word }), None));
    }
    for (at, call) in words.calls.iter().enumerate() {
        // As OpenAI does: the name first, then the arguments in pieces.
        let name = json!({ "name": call["function"]["name"], "arguments": "" });
        let first = json!({ "index": at, "id": call["id"], "type": "function", "function": name });
        all.push(piece(json!({ "tool_calls": [first] }), None));
        let arguments: Vec<char> = call["function"]["arguments"].as_str().unwrap_or_default().chars().collect();
        for part in arguments.chunks(4) {
            let part = json!({ "index": at, "function": { "arguments": String::from_iter(part) } });
            all.push(piece(json!({ "tool_calls": [part] }), None));
        }
    }
    all.push(piece(json!({}), Some(words.finish)));
    if request["stream_options"]["include_usage"] == true {
        let mut last = piece(json!({}), None);
        last["choices"] = json!([]);
        last["usage"] = usage(&words, request);
        all.push(last);
    }
    let done = "data: [DONE]\n\n".to_owned();
    (all.iter().map(event).chain([done]).collect(), Ending::Complete)
}

fn event(data: &Value) -> String {
    format!("data: {data}\n\n")
}
