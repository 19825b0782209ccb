//! An answer that does not fit, and reading answers.

use crate::choice::Choice;
use serde::{Deserializer, de::DeserializeOwned};
use serde_json::{Value, error::Category};

/// What is wrong with an answer, in words that the model is told as well.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unfit {
    /// There is none.
    #[error("the answer is empty")]
    Empty,
    /// It is not JSON.
    #[error("the answer is not JSON: {why}")]
    NotJson {
        /// Where it ceases to be.
        why: String,
    },
    /// It is JSON of another shape.
    #[error("{}", misfit(.path, .why))]
    Misfit {
        /// Where: `items[2].price`, and nothing for the whole.
        path: String,
        /// What is wrong there.
        why: String,
    },
    /// It names a label that there is not.
    #[error("there is no label `{label}`{}: the labels are `{}`", hint(*.near), .labels.join("`, `"))]
    UnknownLabel {
        /// The label.
        label: String,
        /// The nearest that there is.
        near: Option<&'static str>,
        /// All that there are.
        labels: Vec<&'static str>,
    },
}

fn misfit(path: &str, why: &str) -> String {
    if path.is_empty() { format!("the answer does not fit: {why}") } else { format!("`{path}` does not fit: {why}") }
}

fn hint(near: Option<&str>) -> String {
    near.map_or_else(String::new, |near| format!(" (the nearest is `{near}`)"))
}

impl Unfit {
    /// A label that the choice has not.
    #[must_use]
    pub fn unknown_label<E: Choice>(label: &str) -> Self {
        let labels: Vec<&'static str> = E::LABELS.iter().map(|known| known.name).collect();
        let near = labels
            .iter()
            .map(|known| (strsim::jaro_winkler(&known.to_lowercase(), &label.to_lowercase()), *known))
            .filter(|(score, _)| *score > 0.8)
            .max_by(|one, other| one.0.total_cmp(&other.0));
        Unfit::UnknownLabel { label: label.to_owned(), near: near.map(|(_, known)| known), labels }
    }

    /// The JSON of an answer: without what is blank around it and without the fence that models put around code.
    pub(crate) fn json_of(answer: &str) -> Result<&str, Unfit> {
        let blank = |letter: char| letter.is_whitespace() || letter == '\u{feff}';
        let mut text = answer.trim_matches(blank);
        if let Some(fenced) = text.strip_prefix("```") {
            // The rest of the first line is the name of a language.
            text = fenced.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric());
            text = text.trim_end_matches(blank);
            text = text.strip_suffix("```").unwrap_or(text).trim_matches(blank);
        }
        if text.is_empty() { Err(Unfit::Empty) } else { Ok(text) }
    }

    /// All of a text as JSON of that type.
    pub(crate) fn deserialized<'de, T, R>(from: &mut serde_json::Deserializer<R>) -> Result<T, Unfit>
    where
        T: DeserializeOwned,
        R: serde_json::de::Read<'de>,
    {
        let value = located(&mut *from, "")?;
        from.end().map_err(|error| Unfit::NotJson { why: error.to_string() })?;
        Ok(value)
    }

    /// A part of an answer, at that path.
    pub(crate) fn value<T: DeserializeOwned>(value: Value, at: &str) -> Result<T, Unfit> {
        located(value, at)
    }
}

fn located<'de, T, D>(from: D, at: &str) -> Result<T, Unfit>
where
    T: DeserializeOwned,
    D: Deserializer<'de, Error = serde_json::Error>,
{
    serde_path_to_error::deserialize(from).map_err(|error| {
        let path = match error.path().to_string() {
            path if path == "." => at.to_owned(),
            path if at.is_empty() || path.starts_with('[') => format!("{at}{path}"),
            path => format!("{at}.{path}"),
        };
        let error = error.into_inner();
        let why = error.to_string();
        match error.classify() {
            Category::Data => Unfit::Misfit { path, why },
            _ => Unfit::NotJson { why },
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Deserializer;

    #[test]
    fn blanks_and_fences_are_no_part_of_an_answer() {
        for answer in ["{}", " \n{}\n", "\u{feff}{}", "```json\n{}\n```", "```\n{}\n```\n", "``` {} ```", "```json\n{}"]
        {
            assert_eq!(Unfit::json_of(answer), Ok("{}"), "{answer:?}");
        }
        for answer in ["", " \n", "```json\n```", "``````"] {
            assert_eq!(Unfit::json_of(answer), Err(Unfit::Empty), "{answer:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_told_with_the_way_there() {
        #[derive(Debug, serde::Deserialize)]
        struct Order {
            #[allow(dead_code)]
            items: Vec<u8>,
        }
        let read = |text: &str| Unfit::deserialized::<Order, _>(&mut Deserializer::from_str(text)).unwrap_err();
        let unfit = read(r#"{"items": [1, "two"]}"#);
        assert!(matches!(&unfit, Unfit::Misfit { path, .. } if path == "items[1]"), "{unfit}");
        assert!(unfit.to_string().starts_with("`items[1]` does not fit: invalid type: string \"two\", expected u8"));
        assert!(read("{}").to_string().starts_with("the answer does not fit: missing field `items`"));
        assert!(matches!(read("{\"items\": ["), Unfit::NotJson { .. }));
        assert!(matches!(read("Sure! {}"), Unfit::NotJson { .. }));
        assert!(matches!(read("{\"items\": []} and more"), Unfit::NotJson { .. }));
        let unfit = Unfit::value::<Vec<u8>>(serde_json::json!([300]), "value").unwrap_err();
        assert!(matches!(&unfit, Unfit::Misfit { path, .. } if path == "value[0]"), "{unfit}");
    }
}
