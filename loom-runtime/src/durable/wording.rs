//! What stays of a question when it is no longer open: its text, if that is short, and how long there was to answer it.
//!
//! A long text, and what is shown with a question, are mostly made of what other records have. Kept whole, a conversation would
//! be kept twice; that is left to the questions that are open.

use crate::question::Question;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// How many bytes a text has at most that is kept.
const SHORT: usize = 120;

/// What the record of a question tells: nothing, the limit alone, or an object.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Wording<'w> {
    /// The text; empty when it is not kept.
    #[serde(borrow)]
    text: Cow<'w, str>,
    /// How long there is for the answer, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    within: Option<i64>,
}

impl<'w> Wording<'w> {
    /// What is kept of a question.
    pub(super) fn of(question: &'w Question, within: Option<i64>) -> Self {
        let text = Some(question.text()).filter(|text| text.len() <= SHORT).unwrap_or_default();
        Wording { text: Cow::Borrowed(text), within }
    }

    pub(super) fn write(&self) -> String {
        match self.within {
            within if self.text.is_empty() => within.map_or_else(String::new, |within| within.to_string()),
            // Of a text and a number, nothing can be refused.
            _ => serde_json::to_string(self).unwrap_or_default(),
        }
    }

    fn read(value: &'w str) -> Option<Self> {
        let limit = |within| Wording { text: Cow::Borrowed(""), within };
        match value.parse() {
            _ if value.is_empty() => Some(limit(None)),
            Ok(within) => Some(limit(Some(within))),
            Err(_) => serde_json::from_str(value).ok(),
        }
    }

    /// How long there is for the answer to a question, if there is a limit.
    pub(super) fn limit(value: &str) -> Option<i64> {
        Wording::read(value)?.within
    }

    /// What is kept of a question, and its limit; none of what is no record of a question.
    pub(super) fn told(value: &str) -> Option<(Option<Question>, Option<i64>)> {
        let Wording { text, within } = Wording::read(value)?;
        Some(((!text.is_empty()).then(|| Question::new(text)), within))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str, within: Option<i64>) -> (String, Option<String>, Option<i64>) {
        let value = Wording::of(&Question::new(text).show("shown"), within).write();
        let (question, limit) = Wording::told(&value).expect("it is a wording");
        assert_eq!(limit, Wording::limit(&value));
        let text = question.map(|question| question.text().to_owned());
        (value, text, limit)
    }

    #[test]
    fn the_text_of_a_question_is_kept_when_it_is_short() {
        let text = r#"Send "it"?"#;
        let (value, kept_text, limit) = kept(text, Some(7));
        assert_eq!(value, r#"{"text":"Send \"it\"?","within":7}"#);
        assert_eq!((kept_text.as_deref(), limit), (Some(text), Some(7)));
        assert_eq!(kept(text, None).0, r#"{"text":"Send \"it\"?"}"#);
        assert_eq!(kept(&"a".repeat(121), Some(7)), ("7".to_owned(), None, Some(7)));
        assert_eq!(kept(&"a".repeat(121), None), (String::new(), None, None));
    }

    #[test]
    fn what_is_no_wording_is_refused() {
        assert!(Wording::told("[").is_none());
    }
}
