//! A conversation; the log grows by one record a turn.

use crate::Trouble as ModelError;
use crate::kept::case;
use crate::{drawn, ended, failed};
use loomflow::OpenQuestion;
use loomflow::prelude::*;
use loomflow::{Run, Traced};
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::task::yield_now;
use tokio::time::Instant;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    text: String,
}

impl Message {
    fn is_bye(&self) -> bool {
        self.text == "bye"
    }
}

#[step]
async fn answer(history: &[Message]) -> Result<Message, ModelError> {
    yield_now().await;
    let last = history.last().filter(|last| !last.text.is_empty()).ok_or(ModelError("nobody said anything"))?;
    Ok(Message { text: format!("{}?", last.text) })
}

#[ask(Message, inbox)]
fn hear(answer: &Message) -> Question {
    Question::new(&answer.text)
}

workflow! { pub Chat(opening: Message) -> Vec<Message> {
    let log: Vec<Message> = vec![opening];
    start -> log += answer(log) -> log += hear(answer) within 1d else end(log)
          -> if hear.is_bye() { end(log) } -> log += answer(log) max 500 else end(log);
} }

fn message(text: &str) -> Message {
    Message { text: text.to_owned() }
}

/// A run with someone who says these in turn, and then nothing.
fn with(texts: &[&'static str]) -> Run<'static, Traced<Vec<Message>>> {
    let texts = texts.to_vec();
    let heard = AtomicUsize::new(0);
    Chat::trace(&(), message("hello"))
        .answering::<hear>(move |_| texts.get(heard.fetch_add(1, Ordering::Relaxed)).map(|text| message(text)))
}

#[tokio::test(start_paused = true)]
async fn it_ends_with_bye_and_keeps_what_was_said_in_order() {
    let (path, log) = ended(with(&["fine", "bye"])).await;
    assert_eq!(path, "answer hear answer hear");
    assert_eq!(log, ["hello", "hello?", "fine", "fine?", "bye"].map(message));
}

#[tokio::test(start_paused = true)]
async fn who_asks_is_told_the_last_answer() {
    let run = Chat::trace(&(), message("hello"))
        .answering::<hear>(|question| Some(message(if question.text() == "so?" { "bye" } else { "so" })));
    assert_eq!(ended(run).await.1, ["hello", "hello?", "so", "so?", "bye"].map(message));
}

#[tokio::test(start_paused = true)]
async fn after_a_day_of_silence_it_ends_with_what_was_said() {
    let begun = Instant::now();
    let (path, log) = ended(with(&["fine"])).await;
    assert_eq!(
        (path.as_str(), log),
        ("answer hear answer hear", ["hello", "hello?", "fine", "fine?"].map(message).to_vec())
    );
    assert_eq!(begun.elapsed().as_secs(), 24 * 60 * 60);
}

#[tokio::test(start_paused = true)]
async fn it_ends_after_five_hundred_turns() {
    let run = Chat::trace(&(), message("hello")).answering::<hear>(|_| Some(message("on")));
    let (path, log) = ended(run).await;
    assert_eq!((path.split(' ').count(), log.len()), (2 * 501, 1 + 2 * 501));
}

#[tokio::test(start_paused = true)]
async fn a_model_that_has_nothing_to_answer_fails() {
    let (path, failure) = failed(with(&[""])).await;
    assert_eq!((path.as_str(), failure.node()), ("answer hear answer", "answer"));
}

#[test]
fn it_takes_at_most_one_thousand_and_two_steps() {
    assert_eq!(Chat::GRAPH.max_steps().to_string(), "1002");
}

#[test]
fn it_is_drawn() {
    drawn(
        &Chat::GRAPH,
        r#"
        flowchart TD
            n0(["start"])
            n1["answer"]
            n2["hear"]
            n3(["end"])
            n0 --> n1
            n1 --> n2
            n2 -->|"hear.is_bye()"| n3
            n2 -->|"else: max 500"| n1
            n2 -.->|"else: spent"| n3
            n2 -->|"after 1d"| n3
        "#,
    );
}

#[test]
fn it_is_carried_on_from_every_write() {
    // Each answer has a question mark more, and so has what is said to it.
    let says = |open: &OpenQuestion| {
        let text = open.question.text();
        let says = if text.len() > 8 { "bye".to_owned() } else { format!("{text}!") };
        serde_json::to_string(&message(&says)).ok()
    };
    let ended = case::<Chat, _>(message("hello")).answered(says).at_every_write();
    assert!(ended.is_ok_and(|log| log.contains("bye")));
    let silent = case::<Chat, _>(message("hello")).answered(|_| None).at_every_write();
    assert_eq!(silent, Ok(r#"[{"text":"hello"},{"text":"hello?"}]"#.to_owned()));
}

#[cfg(feature = "test")]
#[test]
fn a_talk_takes_every_edge() {
    use loomflow::test::covered;
    covered::<Chat>(|| {
        let bye = Chat::test().answer::<hear>(message("fine")).answer::<hear>(message("bye")).run(message("hello"));
        assert_eq!(bye.visits("hear"), 2);
        let silent = Chat::test().unanswered::<hear>().run(message("hello"));
        assert_eq!(silent.elapsed().as_secs(), 24 * 60 * 60);
        let long = Chat::test().answer::<hear>(message("fine")).run(message("hello"));
        assert_eq!(long.visits("answer"), 501);
    })
    .at_least(100);
}
