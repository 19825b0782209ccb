//! What a model is asked.

use crate::{
    message::{Assistant, Message},
    tone::Tone,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

/// One call of a model: the conversation so far, and what its answer may be.
///
/// ```
/// use loomflow_models::ChatRequest;
///
/// let request = ChatRequest::from("How far is the moon?").system("Answer in kilometres.").max_tokens(50);
/// assert_eq!(request.messages.len(), 2);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ChatRequest {
    /// The conversation, oldest message first. Each tool call in it is answered by a tool's message right after it.
    pub messages: Vec<Message>,
    /// Which model answers, where it is not the [`Model`](crate::Model)'s own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The tools the model may call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<ToolSpec>,
    /// Whether it has to call one. Without tools it says nothing.
    #[serde(skip_serializing_if = "ToolChoice::is_auto")]
    pub tool_choice: ToolChoice,
    /// Whether it may call several at once; without it the server decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallel_tool_calls: Option<bool>,
    /// The shape its words must have. Not together with tools: servers then drop one of the two without a word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<AnswerSchema>,
    /// The most tokens the answer may have, where it is not the [`Model`](crate::Model)'s own limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// How freely it chooses its words, from 0 to 2, where it is not the [`Model`](crate::Model)'s own setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f32>,
    /// In what tone it answers, where it is not the run's. [`Model`](crate::Model) says it in the system message, so a
    /// [`ChatModel`](crate::ChatModel) finds none here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tone: Option<Tone>,
}

impl ChatRequest {
    /// A call with these messages.
    #[must_use]
    pub fn new(messages: Vec<Message>) -> Self {
        ChatRequest { messages, ..ChatRequest::default() }
    }

    /// The same, with this said before all else.
    #[must_use]
    pub fn system(mut self, content: impl Into<String>) -> Self {
        self.messages.insert(0, Message::system(content));
        self
    }

    /// The same, asked of another model of the same server.
    #[must_use]
    pub fn model(mut self, name: impl Into<String>) -> Self {
        self.model = Some(name.into());
        self
    }

    /// The same, with these tools to call.
    #[must_use]
    pub fn tools(mut self, tools: Vec<ToolSpec>) -> Self {
        self.tools = tools;
        self
    }

    /// The same, with an answer of this shape.
    #[must_use]
    pub fn answer(mut self, schema: AnswerSchema) -> Self {
        self.answer = Some(schema);
        self
    }

    /// The same, with an answer of so many tokens at the most.
    #[must_use]
    pub fn max_tokens(mut self, tokens: u32) -> Self {
        self.max_tokens = Some(tokens);
        self
    }

    /// The same, with words chosen more freely or less, from 0 to 2.
    #[must_use]
    pub fn temperature(mut self, temperature: f32) -> Self {
        self.temperature = Some(temperature);
        self
    }

    /// The same, answered in this [tone](Tone), whatever that of the run is; with [`Tone::None`] in none.
    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = Some(tone);
        self
    }
}

/// About how many tokens a text has: four bytes each, as is usual for English.
pub(crate) fn reckoned(text: &str) -> u64 {
    u64::try_from(text.len().div_ceil(4)).unwrap_or(u64::MAX)
}

impl ChatRequest {
    /// About how many tokens there are to read.
    pub(crate) fn reckoned(&self) -> u64 {
        let said = self.messages.iter().map(|message| match message {
            Message::System { content } | Message::User { content } | Message::Tool { content, .. } => {
                reckoned(content)
            }
            Message::Assistant(Assistant { content, tool_calls, .. }) => {
                let calls = tool_calls.iter().map(|call| reckoned(&call.name) + reckoned(&call.arguments));
                reckoned(content) + calls.sum::<u64>()
            }
        });
        let tools = self.tools.iter().map(|tool| reckoned(&tool.description) + reckoned(&tool.parameters.to_string()));
        let answer = self.answer.iter().map(|answer| reckoned(&answer.schema.to_string()));
        said.chain(tools).chain(answer).sum()
    }
}

impl From<&str> for ChatRequest {
    fn from(prompt: &str) -> Self {
        ChatRequest::new(vec![Message::user(prompt)])
    }
}

impl From<String> for ChatRequest {
    fn from(prompt: String) -> Self {
        ChatRequest::new(vec![Message::user(prompt)])
    }
}

impl From<&String> for ChatRequest {
    fn from(prompt: &String) -> Self {
        ChatRequest::from(prompt.as_str())
    }
}

impl From<Vec<Message>> for ChatRequest {
    fn from(messages: Vec<Message>) -> Self {
        ChatRequest::new(messages)
    }
}

/// A tool as a model is told of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ToolSpec {
    /// Its name: letters, digits, `_` and `-`, 64 at the most.
    pub name: String,
    /// What it does, for the model to read.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The JSON schema of its arguments, an object. It is shared by all requests that offer the tool.
    pub parameters: Arc<Value>,
    /// Whether the server holds the model to the schema, which must then be a strict one.
    #[serde(default)]
    pub strict: bool,
}

/// Whether a model has to call a tool.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ToolChoice {
    /// It may call tools, or answer.
    #[default]
    Auto,
    /// It must answer.
    None,
    /// It must call at least one. Local servers may let it talk before.
    Required,
    /// It must call this one. Local servers may not know how to hold it to that.
    Named(String),
}

impl ToolChoice {
    /// Whether it is what holds where nothing is said.
    #[must_use]
    pub fn is_auto(&self) -> bool {
        *self == ToolChoice::Auto
    }
}

/// The shape an answer must have.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AnswerSchema {
    /// Its name: letters, digits, `_` and `-`, 64 at the most.
    pub name: String,
    /// What it is, for the model to read.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The JSON schema, an object.
    pub schema: Value,
    /// Whether the server holds the model to the schema, which must then be a strict one.
    #[serde(default)]
    pub strict: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_compact_and_reads_back_the_same() {
        let request = ChatRequest::from("Hello");
        let json = serde_json::to_string(&request).unwrap();
        assert_eq!(json, r#"{"messages":[{"role":"user","content":"Hello"}]}"#);
        assert_eq!(serde_json::from_str::<ChatRequest>(&json).unwrap(), request);
    }
}
