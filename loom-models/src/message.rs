//! What is said between a program, a model and its tools.
//!
//! An agent journals messages as they stand here, so their JSON is compact and what is empty is left out; what is read
//! may lack whatever has a default.

use serde::{Deserialize, Deserializer, Serialize};

/// One message of a conversation.
///
/// ```
/// use loomflow_models::Message;
///
/// let json = serde_json::to_string(&Message::user("How far is the moon?")).unwrap();
/// assert_eq!(json, r#"{"role":"user","content":"How far is the moon?"}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "lowercase")]
pub enum Message {
    /// What the model is told before all else.
    #[serde(alias = "developer")]
    System {
        /// The text.
        content: String,
    },
    /// What the program, or a person, says.
    User {
        /// The text.
        content: String,
    },
    /// What the model said.
    Assistant(Assistant),
    /// What a tool gave for one [`ToolCall`] of the message before.
    Tool {
        /// The id of the call.
        tool_call_id: String,
        /// What it gave.
        content: String,
    },
}

impl Message {
    /// What the model is told before all else.
    pub fn system(content: impl Into<String>) -> Self {
        Message::System { content: content.into() }
    }

    /// What the program, or a person, says.
    pub fn user(content: impl Into<String>) -> Self {
        Message::User { content: content.into() }
    }

    /// What the model said, in words.
    pub fn assistant(content: impl Into<String>) -> Self {
        Message::Assistant(Assistant { content: content.into(), ..Assistant::default() })
    }

    /// What a tool gave for the call of that id.
    pub fn tool(call_id: impl Into<String>, content: impl Into<String>) -> Self {
        Message::Tool { tool_call_id: call_id.into(), content: content.into() }
    }

    /// Tells the model something more before all else: in the system message that a conversation begins with, as its last
    /// paragraph, or in one that is put there. Two of them in a row are more than some local servers read.
    pub(crate) fn tell(conversation: &mut Vec<Message>, more: &str) {
        match conversation.first_mut() {
            Some(Message::System { content }) if !content.is_empty() => {
                content.push_str("\n\n");
                content.push_str(more);
            }
            Some(Message::System { content }) => content.push_str(more),
            _ => conversation.insert(0, Message::system(more)),
        }
    }
}

impl From<Assistant> for Message {
    fn from(said: Assistant) -> Self {
        Message::Assistant(said)
    }
}

/// What the model said: words, calls of tools, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assistant {
    /// The words; empty where there are none.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "String::is_empty")]
    pub content: String,
    /// The tools it wants called, in its order.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
    /// Why it will not answer, where it will not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
}

/// A tool the model wants called.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    /// What the tool's message answers to.
    pub id: String,
    /// The name of the tool, as the model wrote it: there may be none of that name.
    pub name: String,
    /// The arguments, as the model wrote them: they should be JSON, and need not be.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "String::is_empty")]
    pub arguments: String,
}

/// `null` is read as what is left out.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(from).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_compact_and_read_back_the_same() {
        let call = ToolCall { id: "c1".into(), name: "add".into(), arguments: r#"{"a":1}"#.into() };
        let said = Assistant { tool_calls: vec![call], ..Assistant::default() };
        let all = [
            Message::system("Be brief."),
            Message::user("1 + 1?"),
            said.into(),
            Message::tool("c1", "2"),
            Message::assistant("2"),
        ];
        let json: Vec<_> = all.iter().map(|message| serde_json::to_string(message).unwrap()).collect();
        assert_eq!(
            json,
            [
                r#"{"role":"system","content":"Be brief."}"#,
                r#"{"role":"user","content":"1 + 1?"}"#,
                r#"{"role":"assistant","tool_calls":[{"id":"c1","name":"add","arguments":"{\"a\":1}"}]}"#,
                r#"{"role":"tool","tool_call_id":"c1","content":"2"}"#,
                r#"{"role":"assistant","content":"2"}"#,
            ]
        );
        for (message, json) in all.iter().zip(&json) {
            assert_eq!(&serde_json::from_str::<Message>(json).unwrap(), message);
        }
    }

    #[test]
    fn what_is_null_missing_or_unknown_is_read() {
        let json = r#"{"role":"assistant","content":null,"tool_calls":null,"refusal":null,"mood":"good"}"#;
        assert_eq!(serde_json::from_str::<Message>(json).unwrap(), Assistant::default().into());
        let json = r#"{"role":"developer","content":"Be brief."}"#;
        assert_eq!(serde_json::from_str::<Message>(json).unwrap(), Message::system("Be brief."));
    }
}
