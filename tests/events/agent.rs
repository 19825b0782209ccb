//! The words of an agent's model, as they come.

use crate::watch::{line, rest};
use loomflow::{
    Loom,
    event::{Event, Happened},
    prelude::*,
};
use loomflow_double::{Double, Reply};
use serde_json::json;
use std::time::Duration;

/// Adds two numbers.
#[tool]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

agent! {
    Reckons(question: String) -> String {
        start -> add;
        add -> add max 2 | end;
    }
}

const ANSWER: &str = "They are five in all.";

fn adds() -> Reply {
    Reply::tool("add", json!({ "a": 2, "b": 3 }))
}

fn model(double: &Double) -> Model {
    let ms = Duration::from_millis(1);
    Model::builder().base_url(double.base_url()).name("small").backoff(ms, ms).retries(0).build().unwrap()
}

/// What a model said while the agent stood at a turn, as far as it was told.
fn words(events: &[Event]) -> String {
    let words = events.iter().filter_map(|event| match &event.what {
        Happened::Token { text, .. } => Some(text.as_str()),
        _ => None,
    });
    words.collect()
}

/// Whether the server was asked for each reply word by word.
fn streamed(double: &Double) -> Vec<bool> {
    double.requests().iter().map(|request| request.body["stream"] == true).collect()
}

#[tokio::test]
async fn whoever_watches_an_agent_sees_its_words_come() {
    let double = Double::scripted([adds(), Reply::text(ANSWER)]);
    let loom = Loom::builder(model(&double)).build();
    let run = loom.start::<Reckons>("run", "2 + 3?".to_owned()).await.unwrap();
    let events = rest(run.events()).await;
    let told: Vec<String> = events.iter().map(line).collect();
    assert_eq!(words(&events), ANSWER);
    let first = events.iter().position(|event| matches!(event.what, Happened::Token { .. })).expect("there are some");
    let said = events.iter().rposition(|event| matches!(event.what, Happened::Token { .. })).expect("there are some");
    assert!(told[first - 1].contains(" performing ") && told[said + 1].contains(" output "), "{told:?}");
    assert_eq!(run.output().await.unwrap(), ANSWER);
    assert_eq!(streamed(&double), [true, true]);
}

#[tokio::test]
async fn an_agent_that_nobody_watches_is_answered_as_a_whole() {
    let double = Double::scripted([adds(), Reply::text(ANSWER)]);
    let loom = Loom::builder(model(&double)).build();
    let run = loom.start::<Reckons>("run", "2 + 3?".to_owned()).await.unwrap();
    assert_eq!(run.output().await.unwrap(), ANSWER);
    assert_eq!(streamed(&double), [false, false]);
}

#[tokio::test]
async fn an_agent_whose_words_break_off_while_it_is_watched_is_answered_as_a_whole() {
    let double = Double::scripted([adds(), Reply::CutAfter(2, ANSWER.into()), Reply::text(ANSWER)]);
    let loom = Loom::builder(model(&double)).build();
    let run = loom.start::<Reckons>("run", "2 + 3?".to_owned()).await.unwrap();
    let events = rest(run.events()).await;
    let told: Vec<String> = events.iter().map(line).collect();
    assert!(told.iter().any(|line| line.contains(" broken ")), "{told:?}");
    assert_eq!(run.output().await.unwrap(), ANSWER);
    assert_eq!(streamed(&double), [true, true, false]);
}
