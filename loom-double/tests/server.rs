//! The server over a socket: what it answers, refuses, breaks off and notes.

use loomflow_double::{Double, Reply};
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

/// What came back: the status, the headers, and the body as it was sent.
struct Answered {
    status: u16,
    head: String,
    body: String,
}

impl Answered {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("the body is JSON")
    }
}

/// Sends a request, and reads until the server closes the connection or breaks off.
fn send(double: &Double, path: &str, body: &str) -> Answered {
    let url = double.base_url();
    let host = url.trim_start_matches("http://").trim_end_matches("/v1");
    let mut socket = TcpStream::connect(host).expect("the double listens");
    let head = format!("POST /v1/{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\nauthorization: Bearer k\r\n");
    write!(socket, "{head}content-length: {}\r\n\r\n{body}", body.len()).expect("the double reads");
    let mut all = Vec::new();
    // A connection that breaks off may end with an error; what came before counts.
    let _ = socket.read_to_end(&mut all);
    let all = String::from_utf8(all).expect("the double writes text");
    let (head, body) = all.split_once("\r\n\r\n").expect("there is a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("there is a status");
    Answered { status, head: head.to_lowercase(), body: body.to_owned() }
}

fn ask(double: &Double, more: &Value) -> Answered {
    let mut body = json!({ "model": "m", "messages": [{ "role": "user", "content": "How far?" }] });
    for (field, value) in more.as_object().expect("fields are an object") {
        body[field] = value.clone();
    }
    send(double, "chat/completions", &body.to_string())
}

#[test]
fn it_says_what_its_script_says_in_order() {
    let double = Double::scripted([
        Reply::text("Far away."),
        Reply::Json(json!({ "far": true })),
        Reply::Tools(vec![("measure".into(), json!({ "from": 1 })), ("measure".into(), json!("no JSON"))]),
        Reply::Refusal("I will not say.".into()),
        Reply::text("One two three"),
    ]);
    let first = ask(&double, &json!({})).json();
    assert_eq!(first["choices"][0]["message"]["content"], "Far away.");
    assert_eq!(first["choices"][0]["finish_reason"], "stop");
    assert_eq!(first["usage"], json!({ "prompt_tokens": 2, "completion_tokens": 2, "total_tokens": 4 }));
    assert_eq!(ask(&double, &json!({})).json()["choices"][0]["message"]["content"], r#"{"far":true}"#);

    let tools = ask(&double, &json!({})).json();
    assert_eq!(tools["choices"][0]["finish_reason"], "tool_calls");
    let calls = &tools["choices"][0]["message"]["tool_calls"];
    assert_eq!(calls[0]["function"], json!({ "name": "measure", "arguments": r#"{"from":1}"# }));
    assert_eq!(calls[1]["function"]["arguments"], "no JSON");
    assert_ne!(calls[0]["id"], calls[1]["id"]);

    assert_eq!(ask(&double, &json!({})).json()["choices"][0]["message"]["refusal"], "I will not say.");
    let cut = ask(&double, &json!({ "max_tokens": 2 })).json();
    assert_eq!(cut["choices"][0]["message"]["content"], "One two");
    assert_eq!(cut["choices"][0]["finish_reason"], "length");
    double.finish();
}

#[test]
fn a_function_answers_what_it_is_asked() {
    let double = Double::answering(|request| Reply::text(request.last().to_uppercase()));
    assert_eq!(ask(&double, &json!({})).json()["choices"][0]["message"]["content"], "HOW FAR?");
}

#[test]
fn a_stream_comes_word_by_word_and_says_why_it_ends() {
    let double = Double::scripted([Reply::text("Far away."), Reply::tool("measure", json!({ "from": 1 }))]);
    let answered = ask(&double, &json!({ "stream": true, "stream_options": { "include_usage": true } }));
    assert!(answered.head.contains("content-type: text/event-stream"), "{}", answered.head);
    let data = |body: &str| -> Vec<String> {
        body.lines().filter_map(|line| line.strip_prefix("data: ")).map(str::to_owned).collect()
    };
    let events = data(&answered.body);
    assert_eq!(events.last().map(String::as_str), Some("[DONE]"));
    let events: Vec<Value> =
        events[..events.len() - 1].iter().map(|data| serde_json::from_str(data).unwrap()).collect();
    let words: Vec<_> = events.iter().filter_map(|event| event["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!(words, ["", "Far", " away."]);
    assert_eq!(events[3]["choices"][0]["finish_reason"], "stop");
    assert_eq!((&events[4]["choices"], &events[4]["usage"]["completion_tokens"]), (&json!([]), &json!(2)));

    let events = data(&ask(&double, &json!({ "stream": true })).body);
    let events: Vec<Value> =
        events[..events.len() - 1].iter().map(|data| serde_json::from_str(data).unwrap()).collect();
    let parts = events
        .iter()
        .filter_map(|event| event["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"].as_str());
    assert_eq!(parts.collect::<String>(), r#"{"from":1}"#);
    assert!(events.iter().all(|event| event["usage"].is_null()));
}

#[test]
fn a_stream_breaks_off_after_so_many_words_or_never_says_why_it_ends() {
    let double = Double::scripted([
        Reply::CutAfter(1, "Far away.".into()),
        Reply::CutAfter(0, "Far away.".into()),
        Reply::Endless("Far away.".into()),
    ]);
    let stream = json!({ "stream": true });
    let cut = ask(&double, &stream);
    assert!(cut.body.contains("Far") && !cut.body.contains("away") && !cut.body.contains("finish_reason\":\"stop"));
    assert!(!cut.body.ends_with("0\r\n\r\n"), "the body does not say that it is complete");
    // A whole reply that is cut is half a body.
    let cut = ask(&double, &json!({}));
    assert!(cut.body.contains("choices") && !cut.body.ends_with("0\r\n\r\n"));
    let endless = ask(&double, &stream);
    assert!(endless.body.contains("away") && !endless.body.contains("[DONE]") && endless.body.ends_with("0\r\n\r\n"));
}

#[test]
fn errors_say_how_long_to_wait() {
    let pauses = [None, Some(Duration::from_secs(7)), Some(Duration::from_millis(20))];
    let replies = pauses.map(|pause| match pause {
        None => Reply::status(500),
        Some(pause) => Reply::status(429).retry_after(pause),
    });
    let double = Double::scripted(replies);
    let answered = ask(&double, &json!({}));
    assert!(answered.status == 500 && !answered.head.contains("retry-after"));
    let answered = ask(&double, &json!({}));
    assert!(answered.status == 429 && answered.head.contains("retry-after: 7\r\n"), "{}", answered.head);
    assert!(ask(&double, &json!({})).head.contains("retry-after-ms: 20\r\n"));
}

#[test]
fn what_openai_refuses_is_refused_noted_and_takes_no_reply() {
    let double = Double::scripted([Reply::text("Far away.")]);
    let refused = ask(&double, &json!({ "mood": "good" }));
    assert_eq!(refused.status, 400);
    assert_eq!(refused.json()["error"]["type"], "invalid_request_error");
    assert_eq!(send(&double, "chat/completions", "{").status, 400);
    assert_eq!(send(&double, "completions", "{}").status, 404);
    let long = "word ".repeat(9000);
    let refused = ask(&double, &json!({ "messages": [{ "role": "user", "content": long }] }));
    assert_eq!(refused.json()["error"]["code"], "context_length_exceeded");
    assert_eq!((double.left(), double.requests().len()), (1, 4));
    assert!(double.requests().iter().all(|request| request.refused));
    assert_eq!(double.requests()[0].body["mood"], "good");
}

#[test]
fn a_key_that_is_wrong_is_refused_and_repeated() {
    let double = Double::scripted([Reply::text("Far away.")]).requiring("sk-other");
    let refused = ask(&double, &json!({}));
    assert_eq!((refused.status, refused.json()["error"]["code"].as_str()), (401, Some("invalid_api_key")));
    assert!(refused.body.contains("provided: k."));
    let double = double.requiring("k");
    assert_eq!(ask(&double, &json!({})).status, 200);
}

#[test]
fn anything_else_can_be_said() {
    let raw = Reply::Raw { status: 302, content_type: "text/html".into(), body: b"<html>".to_vec() };
    let double = Double::scripted([Reply::Malformed, raw]);
    assert!(serde_json::from_str::<Value>(&ask(&double, &json!({})).body).is_err());
    let answered = ask(&double, &json!({}));
    assert_eq!((answered.status, &*answered.body), (302, "<html>"));
}

#[test]
fn texts_have_vectors() {
    let double = Double::scripted([]);
    let body = json!({ "model": "e", "input": ["a refund", "a refund", "a crash"] }).to_string();
    let answered = send(&double, "embeddings", &body).json();
    assert_eq!(answered["data"][0]["embedding"], answered["data"][1]["embedding"]);
    assert_ne!(answered["data"][0]["embedding"], answered["data"][2]["embedding"]);
    assert_eq!(answered["usage"]["prompt_tokens"], 6);
}

#[test]
#[should_panic(expected = "the script was exhausted: 1 more requests came than it has replies")]
fn a_script_that_is_exhausted_refuses_and_is_told_in_the_end() {
    let double = Double::scripted([]);
    let refused = ask(&double, &json!({}));
    assert_eq!((refused.status, refused.json()["error"]["code"].as_str()), (400, Some("script_exhausted")));
}

#[test]
#[should_panic(expected = "1 replies of the script were not asked for")]
fn a_script_that_is_not_used_up_is_told_when_the_double_is_finished() {
    Double::scripted([Reply::text("Far away.")]).finish();
}
