//! What the server is told to answer.

use serde_json::Value;
use std::time::Duration;

/// What the server answers to one request, whether as a whole or as a stream.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Reply {
    /// Words. If the request has a limit of tokens, a word counts as one, and what goes over it is cut off.
    Text(String),
    /// JSON, as words.
    Json(Value),
    /// Tools to call: names and arguments. The arguments are JSON, or a text that is to be taken for it.
    Tools(Vec<(String, Value)>),
    /// Words by which it declines to answer.
    Refusal(String),
    /// A reply whose rest a filter took away.
    Filtered(String),
    /// An error.
    Status {
        /// The HTTP status.
        code: u16,
        /// The body.
        body: String,
        /// How long it wants to be left alone: in seconds, or in milliseconds where it is no whole number of them.
        retry_after: Option<Duration>,
    },
    /// Words of which so many come, then the connection breaks.
    CutAfter(usize, String),
    /// Words of which so many come, then nothing more, and the connection stays.
    HangAfter(usize, String),
    /// Words that all come, and nothing that says why they end.
    Endless(String),
    /// Nothing, and the connection stays.
    Hang,
    /// What calls itself JSON and is none.
    Malformed,
    /// Anything.
    Raw {
        /// The HTTP status.
        status: u16,
        /// The type it calls itself.
        content_type: String,
        /// The body.
        body: Vec<u8>,
    },
}

impl Reply {
    /// Words.
    pub fn text(words: impl Into<String>) -> Self {
        Reply::Text(words.into())
    }

    /// One tool to call.
    pub fn tool(name: impl Into<String>, arguments: Value) -> Self {
        Reply::Tools(vec![(name.into(), arguments)])
    }

    /// An error with a body as OpenAI's.
    #[must_use]
    pub fn status(code: u16) -> Self {
        let body =
            format!(r#"{{"error":{{"message":"told to answer {code}","type":"test","param":null,"code":null}}}}"#);
        Reply::Status { code, body, retry_after: None }
    }

    /// The same error, of a server that wants to be left alone for so long; other replies stay what they are.
    #[must_use]
    pub fn retry_after(mut self, pause: Duration) -> Self {
        if let Reply::Status { retry_after, .. } = &mut self {
            *retry_after = Some(pause);
        }
        self
    }
}
