//! What a server says when it refuses, in whatever dialect.

use super::Clipped;
use serde_json::Value;
use std::{fmt, time::Duration};

/// What a server refused a call with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerError {
    /// The HTTP status.
    pub status: u16,
    /// The error's code, where the body has one; a number is written out.
    pub code: Option<String>,
    /// The error's type, where the body has one.
    pub kind: Option<String>,
    /// What the body says in words; empty where it says nothing that can be read.
    pub message: String,
    /// The whole body.
    pub body: String,
    /// How long the server wants to be left alone, where it says so.
    pub retry_after: Option<Duration>,
}

/// Codes and types of a 429 that no waiting mends.
const QUOTA: [&str; 3] = ["insufficient_quota", "billing_hard_limit_reached", "billing_not_active"];

/// Codes and types by which servers say that the conversation is too long for the model.
const OVERFLOW: [&str; 2] = ["context_length_exceeded", "exceed_context_size_error"];

impl ServerError {
    /// Reads the body as OpenAI, and servers that are not OpenAI, write it.
    #[must_use]
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        let body = body.into();
        let json = serde_json::from_str::<Value>(&body).unwrap_or_default();
        // `{"error": {…}}`, `{"error": "…"}`, `{"detail": …}`, `{"message": "…"}`, or the object itself.
        let error = json.get("error").unwrap_or(&json);
        let message = error.as_str().map(str::to_owned);
        let message = message.or_else(|| ["message", "detail"].iter().find_map(|key| text(error.get(key)?)));
        let message = message.or_else(|| text(json.get("message")?)).unwrap_or_default();
        let of = |key| error.get(key).and_then(text);
        ServerError { status, code: of("code"), kind: of("type"), message, body, retry_after: None }
    }

    /// The same, from a server that wants to be left alone for so long.
    #[must_use]
    pub fn retry_after(mut self, pause: Duration) -> Self {
        self.retry_after = Some(pause);
        self
    }

    /// Whether the same call may do better after a pause.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self.status {
            408 | 409 => true,
            429 => !self.says(&QUOTA),
            // 501: what is not implemented will not be after a pause.
            500.. => self.status != 501 && !self.is_overflow(),
            _ => false,
        }
    }

    /// Whether the conversation is too long for the model.
    #[must_use]
    pub fn is_overflow(&self) -> bool {
        self.says(&OVERFLOW)
    }

    fn says(&self, any: &[&str]) -> bool {
        [&self.code, &self.kind].into_iter().flatten().any(|said| any.contains(&said.as_str()))
    }
}

/// A value as a text; what is null, or nothing, is none.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        value => Some(value.to_string()),
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the model's server answered {}", self.status)?;
        if let Some(said) = self.code.as_ref().or(self.kind.as_ref()) {
            write!(f, " ({})", Clipped(said))?;
        }
        match (self.message.is_empty(), self.body.is_empty()) {
            (false, _) => write!(f, ": {}", Clipped(&self.message)),
            (true, false) => write!(f, ": {}", Clipped(&self.body)),
            (true, true) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_read_in_all_dialects() {
        let dialects = [
            (
                r#"{"error":{"message":"too long","type":"invalid_request_error","param":null,"code":"context_length_exceeded"}}"#,
                Some("context_length_exceeded"),
                Some("invalid_request_error"),
                "too long",
            ),
            (
                r#"{"error":{"code":400,"message":"too long","type":"exceed_context_size_error","n_ctx":4096}}"#,
                Some("400"),
                Some("exceed_context_size_error"),
                "too long",
            ),
            (r#"{"error":"model not found"}"#, None, None, "model not found"),
            (r#"{"detail":"Not Found"}"#, None, None, "Not Found"),
            (
                r#"{"detail":[{"loc":["body"],"msg":"field required"}]}"#,
                None,
                None,
                r#"[{"loc":["body"],"msg":"field required"}]"#,
            ),
            (
                r#"{"object":"error","message":"bad","type":"BadRequestError","code":400}"#,
                Some("400"),
                Some("BadRequestError"),
                "bad",
            ),
            (r#"{"error":null,"message":"bad"}"#, None, None, "bad"),
            ("<html>Bad Gateway</html>", None, None, ""),
            ("[]", None, None, ""),
            ("", None, None, ""),
        ];
        for (body, code, kind, message) in dialects {
            let error = ServerError::new(400, body);
            let found = (error.code.as_deref(), error.kind.as_deref(), error.message.as_str());
            assert_eq!(found, (code, kind, message), "{body}");
            assert_eq!(error.body, body);
        }
    }

    #[test]
    fn an_error_says_what_the_server_said() {
        let error = ServerError::new(404, r#"{"error":{"message":"no such model","code":"model_not_found"}}"#);
        assert_eq!(error.to_string(), r#"the model's server answered 404 ("model_not_found"): "no such model""#);
        let error = ServerError::new(502, "<html>");
        assert_eq!(error.to_string(), r#"the model's server answered 502: "<html>""#);
        assert_eq!(ServerError::new(500, "").to_string(), "the model's server answered 500");
    }

    #[test]
    fn a_conversation_that_is_too_long_is_known() {
        for body in [
            r#"{"error":{"code":"context_length_exceeded"}}"#,
            r#"{"error":{"code":400,"type":"exceed_context_size_error"}}"#,
        ] {
            assert!(ServerError::new(400, body).is_overflow(), "{body}");
            assert!(!ServerError::new(500, body).is_transient(), "{body}");
        }
    }
}
