//! The conversation of an agent, as its run keeps it.

use crate::{
    memory::Told,
    message::{Assistant, Message, ToolCall},
    tone::{Tone, Toned},
    tool::Tool,
};
use loomflow_runtime::Failure;
use serde::{Deserialize, Serialize};

/// One entry of the conversation of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// What the model is told before its first turn.
    Begin {
        /// The prompt and the inputs.
        messages: Vec<Message>,
        /// The tone of all its turns, where the agent has one of its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tone: Option<Tone>,
    },
    /// What the model was taken to say at one place.
    Turn(Box<TurnSaid>),
    /// What became of the call of the turn before.
    Heard {
        /// The tool.
        tool: String,
        /// The id of the call.
        id: String,
        /// What became of it.
        ended: Ended,
        /// What the model is told of it.
        content: String,
    },
}

/// What the model was taken to say at one place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TurnSaid {
    /// The place.
    pub at: String,
    /// The tool it called and the id of the call, where it made one that holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<(String, String)>,
    /// What stays of it in the conversation; nothing where the model was not asked or said nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Assistant>,
    /// What it is told at once, where its reply was no choice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<Message>,
    /// What was recalled before it: at the first turn with a memory, and all later turns are told the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recalled: Option<Told>,
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The tool gave its output.
    Done,
    /// The tool failed.
    Failed,
    /// A person refused the call, so it was not made.
    Refused,
}

impl Said {
    /// Appends the messages of an entry.
    fn tell(&self, all: &mut Vec<Message>) {
        match self {
            Said::Begin { messages, .. } => all.extend_from_slice(messages),
            Said::Turn(turn) => {
                all.extend(turn.message.clone().map(Message::from));
                all.extend_from_slice(&turn.corrections);
            }
            Said::Heard { id, content, .. } => all.push(Message::tool(id, content)),
        }
    }

    /// Whether a call was made here, and did what it does or failed in it.
    pub(super) fn is_performed(&self) -> bool {
        matches!(self, Said::Heard { ended: Ended::Done | Ended::Failed, .. })
    }
}

/// The whole conversation, as a model is sent it, less what was recalled.
pub(super) fn messages(conversation: &[Said]) -> Vec<Message> {
    // Most entries are one message, and the first one is two.
    let mut all = Vec::with_capacity(conversation.len() + 1);
    for said in conversation {
        said.tell(&mut all);
    }
    all
}

/// What was recalled at an earlier turn.
pub(super) fn recalled(conversation: &[Said]) -> Option<&Told> {
    conversation.iter().find_map(|said| match said {
        Said::Turn(turn) => turn.recalled.as_ref(),
        _ => None,
    })
}

/// What the agent was asked: the inputs, as the model is told them.
pub(super) fn question(conversation: &[Said]) -> &str {
    let begin = conversation.iter().find_map(|said| match said {
        Said::Begin { messages, .. } => messages.last(),
        _ => None,
    });
    match begin {
        Some(Message::User { content }) => content,
        _ => "",
    }
}

/// The tone of the agent, where it has one of its own.
pub(super) fn tone(conversation: &[Said]) -> Option<Tone> {
    conversation.iter().find_map(|said| match said {
        Said::Begin { tone, .. } => tone.clone(),
        _ => None,
    })
}

/// How a conversation begins: with a prompt, and the inputs by their names.
#[must_use]
pub fn begin(prompt: Option<String>, inputs: &[(&str, String)]) -> Vec<Said> {
    let asked = match inputs {
        [(_, one)] => one.clone(),
        several => several.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("\n"),
    };
    let prompt = prompt.filter(|prompt| !prompt.is_empty()).map(Message::system);
    // A conversation in which nobody asks anything is refused by servers.
    let asked = if asked.is_empty() { "Begin.".to_owned() } else { asked };
    vec![Said::Begin { messages: prompt.into_iter().chain([Message::user(asked)]).collect(), tone: None }]
}

/// The same beginning, with the tone that the agent has of its own.
#[must_use]
pub fn in_tone(mut begin: Vec<Said>, of: impl Toned) -> Vec<Said> {
    if let Some(Said::Begin { tone, .. }) = begin.first_mut() {
        *tone = of.toned();
    }
    begin
}

/// A value as a model is told it: a text as it is, all else as JSON.
pub fn told<T: Serialize + ?Sized>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(value) => value.to_string(),
        Err(error) => format!("(it cannot be written as JSON: {error})"),
    }
}

/// What the model is told of the call it made last.
#[must_use]
pub fn heard<T: Tool>(conversation: &[Said], result: &Result<T::Output, Failure>) -> Said {
    match result {
        Ok(output) => done::<T>(conversation, output),
        Err(failure) => ended(conversation, Ended::Failed, format!("The call failed: {}", failure.message())),
    }
}

/// What the model is told of the output of the call it made last.
#[must_use]
pub fn done<T: Tool>(conversation: &[Said], output: &T::Output) -> Said {
    ended(conversation, Ended::Done, T::told(output))
}

/// What the model is told of a call that a person refused.
#[must_use]
pub fn refused(conversation: &[Said], why: &str) -> Said {
    let why = if why.trim().is_empty() { "no reason was given" } else { why };
    ended(conversation, Ended::Refused, format!("A person refused this call, and it was not made: {why}"))
}

fn ended(conversation: &[Said], ended: Ended, content: String) -> Said {
    let call = conversation.iter().rev().find_map(|said| match said {
        Said::Turn(turn) => turn.call.clone(),
        _ => None,
    });
    let (tool, id) = call.unwrap_or_default();
    // An empty message is refused by servers.
    let content = if content.is_empty() { "(nothing)".to_owned() } else { content };
    Said::Heard { tool, id, ended, content }
}

/// Whether each of these tools has been called and has not failed.
#[must_use]
pub fn met(conversation: &[Said], tools: &[&str]) -> bool {
    unmet(conversation, tools).is_none()
}

/// The first of these tools that has not been called, or has failed each time.
pub fn unmet<'t>(conversation: &[Said], tools: &[&'t str]) -> Option<&'t str> {
    let done = |tool: &str| {
        conversation.iter().any(|said| matches!(said, Said::Heard { tool: of, ended: Ended::Done, .. } if of == tool))
    };
    tools.iter().copied().find(|tool| !done(tool))
}

/// A call, with an id, as a message of the model's.
pub(super) fn call(id: String, tool: &str, arguments: String) -> Assistant {
    Assistant { tool_calls: vec![ToolCall { id, name: tool.to_owned(), arguments }], ..Assistant::default() }
}
