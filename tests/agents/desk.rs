//! The tools of the agents here, and models that are written ahead.

use loomflow::{
    model::{Assistant, ChatReply, ChatRequest, Message, ScriptedModel, ToolCall},
    prelude::*,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::task::yield_now;

/// What an agent needs: a model, and a list of what was done, in order.
#[derive(Debug, Context)]
pub struct Desk {
    pub model: Model,
    pub done: Done,
}

/// What the tools have done.
#[derive(Debug, Clone, Default)]
pub struct Done(Arc<Mutex<Vec<String>>>);

impl Done {
    pub fn note(&self, what: impl Into<String>) {
        self.0.lock().expect("nothing panics here").push(what.into());
    }

    pub fn all(&self) -> Vec<String> {
        self.0.lock().expect("nothing panics here").clone()
    }
}

impl Desk {
    pub fn of(script: &ScriptedModel) -> Self {
        Desk { model: Model::of(script.clone()), done: Done::default() }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    pub title: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub title: String,
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Trouble(pub String);

/// Searches the web.
#[tool]
pub async fn web_search(#[context] done: &Done, query: String) -> Result<Vec<Hit>, Trouble> {
    yield_now().await;
    done.note(format!("web_search({query})"));
    match query.strip_prefix("broken ") {
        Some(why) => Err(Trouble(why.to_owned())),
        None => Ok(vec![Hit { title: format!("about {query}") }]),
    }
}

/// Sends a mail.
#[tool]
pub async fn send_email(#[context] done: &Done, to: &str, text: &str) -> Report {
    yield_now().await;
    done.note(format!("send_email({to}, {text})"));
    Report { title: format!("mail to {to}") }
}

/// Files a report.
#[tool]
pub async fn create_report(#[context] done: &Done, title: &str) -> Report {
    yield_now().await;
    done.note(format!("create_report({title})"));
    Report { title: title.to_owned() }
}

/// A reply that calls a tool.
pub fn calls(tool: &str, arguments: &Value) -> ChatReply {
    calls_as("", tool, &arguments.to_string())
}

/// The same, with an id and with arguments as the model writes them.
pub fn calls_as(id: &str, tool: &str, arguments: &str) -> ChatReply {
    let call = ToolCall { id: id.to_owned(), name: tool.to_owned(), arguments: arguments.to_owned() };
    ChatReply::new(Assistant { tool_calls: vec![call], ..Assistant::default() })
}

/// How many turns the model has had, as far as it can see.
pub fn turns(request: &ChatRequest) -> usize {
    request.messages.iter().filter(|message| matches!(message, Message::Assistant(_))).count()
}

/// The names of the tools that were offered.
pub fn offered(request: &ChatRequest) -> Vec<&str> {
    request.tools.iter().map(|tool| tool.name.as_str()).collect()
}

/// What the model was told last.
pub fn last(request: &ChatRequest) -> String {
    match request.messages.last() {
        Some(Message::System { content } | Message::User { content } | Message::Tool { content, .. }) => {
            content.clone()
        }
        Some(Message::Assistant(said)) => said.content.clone(),
        None => String::new(),
    }
}

/// A model whose reply is a function of how often it has replied before, as a program that is begun anew needs it.
pub fn scripted(reply: impl Fn(usize) -> ChatReply + Send + Sync + 'static) -> ScriptedModel {
    ScriptedModel::new().always(move |request| Ok(reply(turns(request))))
}

/// A search for that.
pub fn search(query: &str) -> ChatReply {
    calls("web_search", &json!({ "query": query }))
}

/// Where a question belongs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Kind {
    News,
    Private(String),
    Spam,
}

/// Sorts a question.
#[tool]
pub async fn classify(#[context] done: &Done, text: &str) -> Result<Kind, Trouble> {
    yield_now().await;
    done.note(format!("classify({text})"));
    match text.split_once(' ') {
        Some(("broken", why)) => Err(Trouble(why.to_owned())),
        Some(("private", name)) => Ok(Kind::Private(name.to_owned())),
        _ if text.contains("prize") => Ok(Kind::Spam),
        _ => Ok(Kind::News),
    }
}

/// Deletes everything.
#[tool]
pub async fn delete_everything(#[context] done: &Done) -> String {
    yield_now().await;
    done.note("delete_everything()");
    "all is gone".to_owned()
}

/// Adds two numbers.
#[tool]
pub async fn add(#[context] done: &Done, a: i64, b: i64) -> i64 {
    yield_now().await;
    done.note(format!("add({a}, {b})"));
    a.wrapping_add(b)
}

/// A run in memory: where it went, what it ended in, and what its tools did.
pub fn ran<'d, T>(
    desk: &'d Desk,
    run: loomflow::Run<'d, loomflow::Traced<T>>,
) -> (String, Result<T, Failure>, Vec<String>) {
    let (path, outcome) = crate::kept::program(run);
    (path.join(" "), outcome, desk.done.all())
}

/// What servers refuse: calls without an answer, answers without a call, messages without anything, names that are none.
pub fn assert_sound(messages: &[Message]) {
    let mut open: Vec<&str> = Vec::new();
    for message in messages {
        match message {
            Message::Tool { tool_call_id, content } => {
                assert!(!content.is_empty());
                let at = open.iter().position(|id| id == tool_call_id);
                open.remove(at.unwrap_or_else(|| panic!("no call has the id {tool_call_id:?}: {messages:?}")));
            }
            other => {
                assert!(open.is_empty(), "{open:?} have no answer: {messages:?}");
                match other {
                    Message::Assistant(said) => {
                        assert!(!said.content.is_empty() || !said.tool_calls.is_empty(), "{messages:?}");
                        for call in &said.tool_calls {
                            assert!(!call.id.is_empty() && !open.contains(&call.id.as_str()), "{messages:?}");
                            let sound = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
                            assert!(
                                (1..=64).contains(&call.name.len()) && call.name.chars().all(sound),
                                "{messages:?}"
                            );
                            serde_json::from_str::<serde_json::Map<_, _>>(&call.arguments).expect("an object");
                            open.push(&call.id);
                        }
                    }
                    Message::System { content } | Message::User { content } => assert!(!content.is_empty()),
                    Message::Tool { .. } => {}
                }
            }
        }
    }
    assert!(open.is_empty(), "{open:?} have no answer");
}
