//! What a run asks a person.

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use std::fmt;

/// A question to a person, as an `#[ask]` words it: a text, and what the person is to look at.
///
/// It displays as its text. It can be written down and read back; what is shown is kept as JSON, in the order of its
/// fields, and is read back from JSON.
///
/// ```
/// use loomflow_runtime::Question;
///
/// let question = Question::new("Send this answer?").show(&["Dear Ada", "the refund is on its way"]);
/// assert_eq!(question.to_string(), "Send this answer?");
/// assert_eq!(question.shown().collect::<Vec<_>>(), [r#"["Dear Ada","the refund is on its way"]"#]);
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Question {
    text: String,
    // Written out at once, since what is shown is only lent. As text rather than as a tree of values: that keeps the order
    // of the fields, which is the order in which a person wants to read them.
    shown: Vec<Box<RawValue>>,
}

impl Question {
    /// A question with nothing to look at.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Question { text: text.into(), shown: Vec::new() }
    }

    /// The same with something more for the person to look at.
    ///
    /// # Panics
    /// When it cannot be written as JSON, as a map whose keys are structs. In an `#[ask]` that fails the node.
    #[must_use]
    pub fn show(mut self, item: &(impl Serialize + ?Sized)) -> Self {
        match to_raw_value(item) {
            Ok(json) => self.shown.push(json),
            Err(error) => panic!("what is shown with the question `{self}` cannot be written as JSON: {error}"),
        }
        self
    }

    /// What is asked.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the person is to look at, each thing as JSON.
    pub fn shown(&self) -> impl Iterator<Item = &str> {
        self.shown.iter().map(|json| json.get())
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[derive(Serialize)]
    struct Draft {
        to: &'static str,
        about: &'static str,
    }

    #[test]
    fn what_is_shown_keeps_the_order_of_its_fields() {
        let question = Question::new("Send it?").show(&Draft { to: "Ada", about: "a refund" }).show("now");
        assert_eq!(question.shown().collect::<Vec<_>>(), [r#"{"to":"Ada","about":"a refund"}"#, r#""now""#]);
    }

    #[test]
    fn a_question_is_read_back_as_it_was_written() {
        let question = Question::new("Send it?").show(&Draft { to: "Ada", about: "a refund" });
        let written = serde_json::to_string(&question).expect("a question can be written");
        assert_eq!(written, r#"{"text":"Send it?","shown":[{"to":"Ada","about":"a refund"}]}"#);
        let read: Question = serde_json::from_str(&written).expect("a question can be read");
        assert_eq!(read.text(), "Send it?");
        assert_eq!(read.shown().collect::<Vec<_>>(), question.shown().collect::<Vec<_>>());
    }

    #[test]
    #[should_panic(expected = "what is shown with the question `Send it?` cannot be written as JSON")]
    fn what_is_no_json_is_told_with_its_question() {
        let _ = Question::new("Send it?").show(&HashMap::from([((1, 2), 3)]));
    }
}
