//! What the model replies: so many calls, a search and a reading in turn, and a report.

use serde_json::{Value, json};

/// The tool and the arguments of the call of that number, where so many are made before the report.
pub(crate) fn call(number: usize, calls: usize) -> (&'static str, Value) {
    if number == calls {
        ("report", json!({ "title": "Leases", "body": "Another process takes the run: durability.md, line 4." }))
    } else if number.is_multiple_of(2) {
        ("search", json!({ "words": format!("lease over {number}") }))
    } else {
        ("read", json!({ "file": "durability.md", "line": number }))
    }
}

/// All replies of a run, as a server writes them.
pub(crate) fn replies(calls: usize) -> Vec<Vec<u8>> {
    let reply = |number| {
        let (tool, arguments) = call(number, calls);
        let function = json!({ "name": tool, "arguments": arguments.to_string() });
        let call = json!({ "id": format!("call_{number}"), "type": "function", "function": function });
        let reply = json!({
            "id": format!("chatcmpl-{number}"),
            "object": "chat.completion",
            "created": 1_750_000_000,
            "model": "scripted",
            "choices": [{
                "index": 0,
                "message": { "role": "assistant", "content": null, "tool_calls": [call] },
                "finish_reason": "tool_calls",
            }],
            "usage": { "prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120 },
        });
        reply.to_string().into_bytes()
    };
    (0..=calls).map(reply).collect()
}
