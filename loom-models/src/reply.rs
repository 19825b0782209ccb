//! What a model replied, and what that took.

use crate::{
    error::{Cut, ModelError},
    message::Assistant,
};
use serde::{Deserialize, Serialize};
use std::{
    iter::Sum,
    ops::{Add, AddAssign},
};

/// What a model replied to one [`ChatRequest`](crate::ChatRequest), as it stands: an answer that was cut off is one too.
/// [`ChatReply::answer`] tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ChatReply {
    /// What it said.
    pub message: Assistant,
    /// Why it ended.
    pub finish: Finish,
    /// How many tokens it took. Servers need not tell; then it is 0. What calls took in a run is its
    /// [`Usage`](loomflow_runtime::meter::Usage).
    #[serde(skip_serializing_if = "TokenCount::is_zero")]
    pub tokens: TokenCount,
    /// Which model replied, in the server's words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub model: String,
}

impl ChatReply {
    /// A reply with that message, which ended by itself.
    #[must_use]
    pub fn new(message: Assistant) -> Self {
        let finish = if message.tool_calls.is_empty() { Finish::Stop } else { Finish::ToolCalls };
        ChatReply { message, finish, ..ChatReply::default() }
    }

    /// A reply of words, which ended by itself.
    #[must_use]
    pub fn text(content: impl Into<String>) -> Self {
        ChatReply::new(Assistant { content: content.into(), ..Assistant::default() })
    }

    /// The words of an answer that is whole.
    ///
    /// # Errors
    /// [`ModelError::CutOff`] when it ended at the limit of tokens, and [`ModelError::Declined`] when the model refused or a
    /// filter of the server took the answer away.
    pub fn answer(self) -> Result<String, ModelError> {
        if let Some(refusal) = self.message.refusal {
            return Err(ModelError::Declined { text: refusal });
        }
        match self.finish {
            Finish::Length => Err(ModelError::CutOff { cut: Cut::Length, text: self.message.content }),
            Finish::ContentFilter => Err(ModelError::Declined { text: self.message.content }),
            Finish::Stop | Finish::ToolCalls | Finish::Other(_) => Ok(self.message.content),
        }
    }
}

/// Why a reply ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Finish {
    /// It was complete.
    #[default]
    Stop,
    /// It came to the limit of tokens: what there is, is not the whole.
    Length,
    /// The model waits for its tools.
    ToolCalls,
    /// A filter of the server took the rest away.
    ContentFilter,
    /// What the server says and OpenAI does not.
    Other(String),
}

impl From<String> for Finish {
    fn from(reason: String) -> Self {
        match reason.as_str() {
            "stop" => Finish::Stop,
            "length" => Finish::Length,
            "tool_calls" | "function_call" => Finish::ToolCalls,
            "content_filter" => Finish::ContentFilter,
            _ => Finish::Other(reason),
        }
    }
}

impl From<Finish> for String {
    fn from(finish: Finish) -> Self {
        match finish {
            Finish::Stop => "stop".to_owned(),
            Finish::Length => "length".to_owned(),
            Finish::ToolCalls => "tool_calls".to_owned(),
            Finish::ContentFilter => "content_filter".to_owned(),
            Finish::Other(reason) => reason,
        }
    }
}

/// How many tokens a model read and wrote.
///
/// ```
/// use loomflow_models::TokenCount;
///
/// let run: TokenCount = [TokenCount { input: 20, output: 5 }, TokenCount { input: 30, output: 1 }].into_iter().sum();
/// assert_eq!(run.total(), 56);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenCount {
    /// Tokens the model read.
    pub input: u64,
    /// Tokens it wrote.
    pub output: u64,
}

impl TokenCount {
    /// All tokens, read and written.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.input.saturating_add(self.output)
    }

    /// Whether nothing was used, or nothing told.
    #[must_use]
    pub const fn is_zero(&self) -> bool {
        self.input == 0 && self.output == 0
    }
}

impl Add for TokenCount {
    type Output = TokenCount;
    fn add(self, other: TokenCount) -> TokenCount {
        TokenCount { input: self.input.saturating_add(other.input), output: self.output.saturating_add(other.output) }
    }
}

impl AddAssign for TokenCount {
    fn add_assign(&mut self, other: TokenCount) {
        *self = *self + other;
    }
}

impl Sum for TokenCount {
    fn sum<I: Iterator<Item = TokenCount>>(all: I) -> TokenCount {
        all.fold(TokenCount::default(), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_compact_and_reads_back_the_same() {
        let mut reply = ChatReply::text("42");
        assert_eq!(serde_json::to_string(&reply).unwrap(), r#"{"message":{"content":"42"},"finish":"stop"}"#);
        reply.tokens = TokenCount { input: 7, output: 1 };
        reply.model = "m".into();
        reply.finish = Finish::Other("eos_token".into());
        let json = serde_json::to_string(&reply).unwrap();
        assert!(json.ends_with(r#""finish":"eos_token","tokens":{"input":7,"output":1},"model":"m"}"#), "{json}");
        assert_eq!(serde_json::from_str::<ChatReply>(&json).unwrap(), reply);
        assert_eq!(serde_json::from_str::<ChatReply>("{}").unwrap(), ChatReply::default());
    }

    #[test]
    fn only_a_whole_answer_is_one() {
        assert_eq!(ChatReply::text("42").answer().unwrap(), "42");
        let cut = ChatReply { finish: Finish::Length, ..ChatReply::text("4") };
        assert!(matches!(cut.answer(), Err(ModelError::CutOff { cut: Cut::Length, text }) if text == "4"));
        let filtered = ChatReply { finish: Finish::ContentFilter, ..ChatReply::text("4") };
        assert!(matches!(filtered.answer(), Err(ModelError::Declined { .. })));
        let refused = Assistant { refusal: Some("no".into()), ..Assistant::default() };
        assert!(matches!(ChatReply::new(refused).answer(), Err(ModelError::Declined { text }) if text == "no"));
    }
}
