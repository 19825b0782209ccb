//! A model and its tools in a loop, written out.

use crate::Trouble as ModelError;
use crate::Trouble as ToolError;
use crate::common::{ended, failed, way};
use crate::drawn;
use crate::kept::case;
use loomflow::prelude::*;
use serde::{Deserialize, Serialize};
use tokio::task::yield_now;

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum By {
    User,
    Model,
    Tool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    by: By,
    text: String,
}

/// What a model says in its turn; in the list of all that was said it is a message.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Turn {
    text: String,
    calls: Vec<ToolCall>,
}

impl Turn {
    fn calls(&self) -> &[ToolCall] {
        &self.calls
    }

    fn text(&self) -> String {
        self.text.clone()
    }
}

impl From<Turn> for Message {
    fn from(turn: Turn) -> Self {
        Message { by: By::Model, text: turn.text }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    tool: String,
}

impl Message {
    fn new(by: By, text: impl Into<String>) -> Message {
        Message { by, text: text.into() }
    }
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("no answer after ten rounds of tools")]
pub struct GaveUp;

/// Calls the tools that the question names, a line of them a turn, and then tells what it heard.
#[step]
async fn think(messages: &[Message]) -> Result<Turn, ModelError> {
    yield_now().await;
    let said_by = |by| messages.iter().filter(move |message| message.by == by).map(|message| message.text.as_str());
    let question = said_by(By::User).next().ok_or(ModelError("no question"))?;
    let calls = match question.lines().nth(said_by(By::Model).count()) {
        Some(line) => line.split(' ').map(|tool| ToolCall { tool: tool.to_owned() }).collect(),
        None => Vec::new(),
    };
    Ok(Turn { calls, text: said_by(By::Tool).collect::<Vec<_>>().join(", ") })
}

#[step]
async fn use_tool(call: &ToolCall) -> Result<Message, ToolError> {
    yield_now().await;
    match call.tool.as_str() {
        "broken" => Err(ToolError("out of order")),
        tool => Ok(Message::new(By::Tool, format!("{tool} done"))),
    }
}

workflow! { pub Tools(question: Message) -> Result<String, GaveUp> {
    let log: Vec<Message> = vec![question];
    start -> log += think(log) -> if think.calls().is_empty() { end(think.text()) }
          -> log += [for call in think.calls() => use_tool(call)] -> log += think(log) max 10 else fail(GaveUp);
} }

fn question(lines: &str) -> Message {
    Message::new(By::User, lines)
}

#[test]
fn a_model_that_calls_no_tool_answers_at_once() {
    assert_eq!(ended(Tools::trace(&(), question(""))), way("think", ""));
}

#[test]
fn all_tools_of_a_turn_are_used_and_heard_in_the_order_they_were_called() {
    let used = ended(Tools::trace(&(), question("clock map\nphone")));
    assert_eq!(used, way("think use_tool use_tool think use_tool think", "clock done, map done, phone done"));
}

#[test]
fn ten_rounds_of_tools_are_enough() {
    let (path, answer) = ended(Tools::trace(&(), question("clock\n".repeat(10).trim_end())));
    assert_eq!((path.split(' ').count(), answer), (21, ["clock done"; 10].join(", ")));
}

#[test]
fn the_eleventh_round_gives_up() {
    let (path, failure) = failed(Tools::trace(&(), question("clock\n".repeat(11).trim_end())));
    assert_eq!(path.split(' ').count(), 22);
    assert_eq!((failure.kind(), failure.downcast_ref()), (FailureKind::Failed, Some(&GaveUp)));
}

#[test]
fn a_tool_that_fails_fails_the_run() {
    let (path, failure) = failed(Tools::trace(&(), question("clock broken")));
    assert_eq!((path.as_str(), failure.node()), ("think use_tool use_tool", "use_tool"));
    assert_eq!(failure.downcast_ref(), Some(&ToolError("out of order")));
}

#[test]
fn a_model_without_a_question_fails() {
    let (path, failure) = failed(Tools::trace(&(), Message::new(By::Tool, "")));
    assert_eq!((path.as_str(), failure.node()), ("think", "think"));
}

#[test]
fn it_takes_as_many_steps_as_tools_are_called() {
    assert_eq!(Tools::GRAPH.max_steps().to_string(), "1 + think.calls().len() + 10 * (1 + think.calls().len())");
}

#[test]
fn it_is_drawn() {
    drawn(
        &Tools::GRAPH,
        r#"
        flowchart TD
            n0(["start"])
            n1["think"]
            n2["use_tool"]
            n3(["end"])
            n4{{"fail"}}
            n5[/"for call in think.calls()"\]
            n6[\"join"/]
            n0 --> n1
            n1 -->|"think.calls().is_empty()"| n3
            n1 -->|"else"| n5
            n2 --> n6
            n5 --> n2
            n6 -->|"max 10"| n1
            n6 -.->|"spent"| n4
        "#,
    );
}

#[test]
fn it_is_carried_on_from_every_write() {
    for lines in ["", "clock map\nphone", "clock\nmap\nphone clock\nmap"] {
        assert!(case::<Tools, _>(question(lines)).at_every_write().is_ok());
    }
    assert!(case::<Tools, _>(question("clock broken map")).races().at_every_write().is_err());
}

#[cfg(feature = "test")]
#[test]
fn tools_are_used_along_every_edge() {
    use loomflow::test::covered;
    covered::<Tools>(|| {
        Tools::test()
            .run(question("clock map\nphone"))
            .assert_path(["think", "use_tool", "use_tool", "think", "use_tool", "think"]);
        Tools::test().run(question("clock\n".repeat(20).trim_end())).assert_took("join", "spent");
    })
    .at_least(100);
}
