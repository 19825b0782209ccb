//! What nobody may see but the server.

use crate::error::{Cut, ModelError, ServerError};
use std::fmt;

/// Keys and passwords. They show nothing of themselves, and are taken out of what a server says when it fails: that is
/// logged, shown and written down. What a model answers is left as it is; it was never told them.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Vec<String>);

/// What is shorter is a word that stands where a key is asked for, and no secret.
const SHORTEST: usize = 8;

impl Secrets {
    /// Keeps one more, if it is long enough to be one.
    pub(crate) fn add(&mut self, secret: &str) {
        if secret.len() >= SHORTEST {
            self.0.push(secret.to_owned());
        }
    }

    /// The error without them.
    pub(crate) fn hidden_from(&self, error: ModelError) -> ModelError {
        match error {
            ModelError::Refused(said) => {
                let hidden = ServerError::new(said.status, self.hidden_in(said.body));
                ModelError::Refused(Box::new(ServerError { retry_after: said.retry_after, ..hidden }))
            }
            ModelError::Unreadable { why, body } => {
                ModelError::Unreadable { why: self.hidden_in(why), body: self.hidden_in(body) }
            }
            ModelError::CutOff { cut: Cut::Broken(how), text } => {
                ModelError::CutOff { cut: Cut::Broken(self.hidden_in(how)), text: self.hidden_in(text) }
            }
            other => other,
        }
    }

    /// The text without them.
    pub(crate) fn hidden_in(&self, mut text: String) -> String {
        for secret in &self.0 {
            if text.contains(secret) {
                text = text.replace(secret, "[secret]");
            }
        }
        text
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} hidden", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_seen_nowhere_and_words_everywhere() {
        let mut secrets = Secrets::default();
        secrets.add("sk-very-secret");
        secrets.add("local");
        assert_eq!(secrets.hidden_in("local: wrong key sk-very-secret!".into()), "local: wrong key [secret]!");
        assert_eq!(format!("{secrets:?}"), "1 hidden");
    }
}
