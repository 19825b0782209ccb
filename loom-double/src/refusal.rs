//! What a request is refused with.

use serde_json::{Value, json};

/// A request that is refused, as OpenAI refuses it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    pub status: u16,
    pub code: Option<&'static str>,
    /// The field that is wrong.
    pub param: Option<String>,
    pub message: String,
}

impl Refusal {
    /// A field is wrong.
    pub(crate) fn of(param: impl Into<String>, message: impl Into<String>) -> Self {
        Refusal { status: 400, code: None, param: Some(param.into()), message: message.into() }
    }

    /// The request as a whole is wrong.
    pub(crate) fn whole(status: u16, code: Option<&'static str>, message: impl Into<String>) -> Self {
        Refusal { status, code, param: None, message: message.into() }
    }

    /// The body of the answer.
    pub(crate) fn body(&self) -> Value {
        let Refusal { code, param, message, .. } = self;
        json!({ "error": { "message": message, "type": "invalid_request_error", "param": param, "code": code } })
    }
}
