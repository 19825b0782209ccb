//! Why a model gave no answer.

mod server;

pub use server::ServerError;

use crate::schema::SchemaError;
use loomflow_runtime::{Permanent, meter::OverBudget};
use std::{borrow::Cow, error::Error, fmt, sync::Arc, time::Duration};

/// Why a model gave no answer.
///
/// It is an error a step can fail with. Where [another attempt](ModelError::is_permanent) cannot help it is marked as
/// [`Permanent`], so that a step's `retry` does not repeat it.
///
/// Texts of a server and of a model are clipped in `Display` and whole in the value. No text has the key in it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ModelError {
    /// A variable of the environment is not set.
    Unset {
        /// Its name.
        variable: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// A setting is none.
    Setting {
        /// Its name.
        name: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The server cannot be reached, or the connection broke before it replied.
    Unreachable {
        /// Its address.
        server: String,
        /// What the network says.
        source: Arc<dyn Error + Send + Sync>,
    },
    /// It took too long.
    TimedOut {
        /// Which limit it went over.
        limit: Limit,
        /// How long that is.
        after: Duration,
    },
    /// The server refused the call, or failed at it.
    Refused(Box<ServerError>),
    /// The server's reply is none.
    Unreadable {
        /// What is wrong with it.
        why: String,
        /// The reply.
        body: String,
    },
    /// The answer is not whole.
    CutOff {
        /// What ended it.
        cut: Cut,
        /// What there is of it.
        text: String,
    },
    /// The model will not answer, or a filter of the server took its answer away.
    Declined {
        /// Its words, where there are any.
        text: String,
    },
    /// The answer is whole, and not what was asked for.
    Misfit {
        /// What was asked for.
        wanted: Cow<'static, str>,
        /// What is wrong with the answer.
        why: String,
        /// The answer.
        answer: String,
    },
    /// The call was not made: it would have gone over the budget of its run.
    OverBudget(OverBudget),
    /// What is asked for is of a type that no server can hold a model to.
    Schema(SchemaError),
    /// A [`ScriptedModel`](crate::ScriptedModel) has no reply left.
    ScriptExhausted {
        /// How many replies it had.
        replies: usize,
        /// What it was asked: the last message.
        asked: String,
    },
    /// The model cannot do that.
    Unsupported {
        /// The model's name.
        model: String,
        /// What it cannot do, and what to do about it.
        what: &'static str,
    },
}

/// A limit in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// To connect to the server.
    Connect,
    /// For one call with all its attempts.
    Total,
    /// Between two pieces of a stream.
    Idle,
}

/// What ended an answer that is not whole.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cut {
    /// The limit of tokens.
    Length,
    /// The stream broke off; in the words of whoever noticed.
    Broken(String),
}

impl ModelError {
    /// What a server refuses a call with.
    #[must_use]
    pub fn refused(status: u16, body: impl Into<String>) -> Self {
        ModelError::Refused(Box::new(ServerError::new(status, body)))
    }

    /// Whether the same call may do better after a pause, and cost nothing twice: the server was not reached, or was busy or
    /// failed before it replied. [`Model`](crate::Model) tries these again by itself.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            ModelError::Unreachable { .. } | ModelError::TimedOut { limit: Limit::Connect, .. } => true,
            ModelError::Refused(error) => error.is_transient(),
            _ => false,
        }
    }

    /// Whether the same call would end the same way however often it is repeated.
    ///
    /// Some errors are neither this nor [transient](ModelError::is_transient): a stream that broke off may go through next
    /// time, but has been paid for. Those are left to the `retry` of the step.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        match self {
            ModelError::Unset { .. }
            | ModelError::Setting { .. }
            | ModelError::CutOff { cut: Cut::Length, .. }
            | ModelError::Declined { .. }
            | ModelError::OverBudget(_)
            | ModelError::Schema(_)
            | ModelError::ScriptExhausted { .. }
            | ModelError::Unsupported { .. } => true,
            ModelError::Refused(error) => !error.is_transient(),
            ModelError::Unreachable { .. }
            | ModelError::TimedOut { .. }
            | ModelError::Unreadable { .. }
            | ModelError::CutOff { cut: Cut::Broken(_), .. }
            | ModelError::Misfit { .. } => false,
        }
    }

    /// How long the server wants to be left alone, where it says so.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            ModelError::Refused(error) => error.retry_after,
            _ => None,
        }
    }
}

impl From<OverBudget> for ModelError {
    fn from(over: OverBudget) -> Self {
        ModelError::OverBudget(over)
    }
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ModelError::Unset { variable, advice } => write!(f, "`{variable}` is not set: {advice}"),
            ModelError::Setting { name, why } => write!(f, "`{name}` of the model: {why}"),
            ModelError::Unreachable { server, .. } => write!(f, "the model's server {server} cannot be reached"),
            ModelError::TimedOut { limit: Limit::Connect, after } => {
                write!(f, "the model's server did not accept a connection within {after:?}")
            }
            ModelError::TimedOut { limit: Limit::Total, after } => {
                write!(f, "the model did not answer within {after:?}, all attempts together")
            }
            ModelError::TimedOut { limit: Limit::Idle, after } => {
                write!(f, "the model's answer stood still for {after:?}")
            }
            ModelError::Refused(error) => error.fmt(f),
            ModelError::Unreadable { why, body } => {
                write!(f, "the reply of the model's server cannot be read: {why}: {}", Clipped(body))
            }
            ModelError::CutOff { cut: Cut::Length, text } => write!(
                f,
                "the model's answer was cut off at the limit of tokens, after {} characters: raise `max_tokens`",
                text.chars().count()
            ),
            ModelError::CutOff { cut: Cut::Broken(how), text } => {
                write!(f, "the model's answer broke off after {} characters: {how}", text.chars().count())
            }
            ModelError::Declined { text } if text.is_empty() => f.write_str("the model declined to answer"),
            ModelError::Declined { text } => write!(f, "the model declined to answer: {}", Clipped(text)),
            ModelError::Misfit { wanted, why, answer } => {
                write!(f, "the model's answer is no {wanted}: {why}: {}", Clipped(answer))
            }
            ModelError::OverBudget(over) => write!(f, "the call was not made: {over}"),
            ModelError::Schema(error) => write!(f, "{error}; or ask `loosely`"),
            ModelError::ScriptExhausted { replies, asked } => write!(
                f,
                "the script has no reply left: it had {replies}, and the model was asked again: {}",
                Clipped(asked)
            ),
            ModelError::Unsupported { model, what } => write!(f, "the model `{model}` {what}"),
        }
    }
}

// By hand and not by `thiserror`, for the source that is there only where the error is permanent.
impl Error for ModelError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            ModelError::Unreachable { source, .. } => Some(&**source),
            _ => self.is_permanent().then_some(&Permanent),
        }
    }
}

/// A text that somebody else wrote, as one quoted line of bearable length.
pub(crate) struct Clipped<'a>(pub(crate) &'a str);

/// How many characters of it are shown.
const SHOWN: usize = 300;

impl fmt::Display for Clipped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((end, _)) = self.0.char_indices().nth(SHOWN) else { return write!(f, "{:?}", self.0) };
        write!(f, "{:?}… ({} characters)", &self.0[..end], self.0.chars().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_get_better_is_marked_for_the_steps_retry() {
        let quota = r#"{"error":{"message":"no money left","type":"insufficient_quota","code":"insufficient_quota"}}"#;
        let permanent = [
            ModelError::Unset { variable: "OPENAI_API_KEY", advice: "set it" },
            ModelError::refused(400, ""),
            ModelError::refused(401, ""),
            ModelError::refused(403, ""),
            ModelError::refused(404, ""),
            ModelError::refused(413, ""),
            ModelError::refused(422, ""),
            ModelError::refused(429, quota),
            ModelError::CutOff { cut: Cut::Length, text: String::new() },
        ];
        for error in permanent {
            assert!(error.is_permanent() && !error.is_transient(), "{error}");
            assert!(Permanent::marks(&error), "{error}");
        }
        for status in [408, 409, 429, 500, 502, 503, 504, 529] {
            let error = ModelError::refused(status, "");
            assert!(error.is_transient() && !error.is_permanent() && !Permanent::marks(&error), "{error}");
        }
        let broken = ModelError::CutOff { cut: Cut::Broken("gone".into()), text: String::new() };
        assert!(!broken.is_transient() && !broken.is_permanent() && !Permanent::marks(&broken));
    }

    #[test]
    fn long_texts_are_clipped_where_they_are_shown_and_whole_where_they_are_kept() {
        let body = "ä".repeat(100_000);
        let error = ModelError::Unreadable { why: "not JSON".into(), body: body.clone() };
        let shown = error.to_string();
        assert!(shown.chars().count() < 500 && shown.ends_with("… (100000 characters)"), "{shown}");
        assert!(matches!(error, ModelError::Unreadable { body: kept, .. } if kept == body));
        assert!(ModelError::refused(500, body).to_string().chars().count() < 500);
    }
}
