//! What a collector on loopback gets of a run.

use serde_json::Value;
use std::{
    fmt::Write as _,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    thread,
};

/// Takes one request, and gives its body.
fn taken(stream: TcpStream) -> Value {
    let mut reader = BufReader::new(stream);
    let (mut line, mut length) = (String::new(), 0);
    while reader.read_line(&mut line).expect("a line of a request") > 2 {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().expect("a length");
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    let reply = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
    reader.get_mut().write_all(reply.as_bytes()).expect("it waits for a reply");
    serde_json::from_slice(&body).expect("spans, as JSON")
}

/// All spans of a request.
fn spans(request: &Value) -> Vec<&Value> {
    array(&request["resourceSpans"])
        .flat_map(|of| array(&of["scopeSpans"]))
        .flat_map(|of| array(&of["spans"]))
        .collect()
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text<'v>(span: &'v Value, field: &str) -> &'v str {
    span[field].as_str().unwrap_or_default()
}

/// An attribute that is a text.
fn attribute<'v>(span: &'v Value, key: &str) -> Option<&'v str> {
    array(&span["attributes"]).find(|attribute| attribute["key"] == key)?["value"]["stringValue"].as_str()
}

/// The spans within one, in the order they began.
fn write(spans: &[&Value], parent: &str, depth: usize, tree: &mut String) {
    let mut within: Vec<&&Value> = spans.iter().filter(|span| text(span, "parentSpanId") == parent).collect();
    within.sort_by_key(|span| text(span, "startTimeUnixNano").parse::<u64>().expect("a time"));
    for span in within {
        let pattern = attribute(span, "pattern").map(|pattern| format!(" ({pattern})")).unwrap_or_default();
        writeln!(tree, "{}{}{pattern}", "  ".repeat(depth), text(span, "name")).expect("a text can be written to");
        write(spans, text(span, "spanId"), depth + 1, tree);
    }
}

#[test]
fn a_collector_gets_the_tree_of_a_run() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("it has an address"));
    let collector = thread::spawn(move || taken(listener.accept().expect("a request").0));

    let provider = traces::provider(&endpoint).expect("an exporter");
    tracing::subscriber::with_default(traces::subscriber(&provider), || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let answer = runtime.block_on(async { traces::Clerk::run(&traces::model(), "How is tea?".to_owned()).await });
        assert_eq!(answer.expect("it ends"), "It is hot.");
    });
    provider.shutdown().expect("all is sent");

    let request = collector.join().expect("the collector ends");
    let spans = spans(&request);
    let mut tree = String::new();
    write(&spans, "", 0, &mut tree);
    assert_eq!(
        tree,
        "\
invoke_workflow Clerk
  think (agent)
    attempt
      chat scripted
  execute_tool look_up (agent)
    look_up (workflow)
      attempt
  think_after_look_up (agent)
    attempt
      chat scripted
  remember_answer (workflow)
    attempt
"
    );
    let chat = spans.iter().find(|span| text(span, "name") == "chat scripted").expect("a call of the model");
    assert_eq!(attribute(chat, "gen_ai.operation.name"), Some("chat"));
    assert_eq!(attribute(chat, "gen_ai.request.model"), Some("scripted"));
    let all = request.to_string();
    assert!(!all.contains("How is tea?") && !all.contains("It is hot.") && !all.contains("all about"), "{all}");
}
