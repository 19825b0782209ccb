//! What the prompt of an agent can be.

use std::borrow::Cow;

/// A text, owned or not.
#[diagnostic::on_unimplemented(
    message = "the prompt of an agent is a text, and `{Self}` is none",
    label = "expected a text: `&str` or `String`"
)]
pub trait Prompt {
    /// The text.
    fn text(self) -> String;
}

impl Prompt for String {
    fn text(self) -> String {
        self
    }
}

impl Prompt for &str {
    fn text(self) -> String {
        self.to_owned()
    }
}

impl Prompt for &String {
    fn text(self) -> String {
        self.clone()
    }
}

impl Prompt for Cow<'_, str> {
    fn text(self) -> String {
        self.into_owned()
    }
}

/// The prompt of an agent.
pub fn prompt(of: impl Prompt) -> Option<String> {
    Some(of.text())
}
