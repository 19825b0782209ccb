//! In what tone a model answers: what may be said of it, and the one sentence that is sent.

use crate::{error::Clipped, message::Message};
use loomflow_runtime::around;
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, str::FromStr};
use thiserror::Error;

/// In what tone a model answers.
///
/// It is said for one [call](crate::ChatRequest::tone), else by an agent for its calls, else for a run, with
/// `run.with(Tone::Legal)`; where nobody says it, nothing is sent. [`Model`](crate::Model) puts [one
/// sentence](Tone::sentence) at the end of the system message, in a paragraph of its own; where there is no system message,
/// the sentence is one.
///
/// A tone is read from a text only where it is one of these, so one that is misspelt is told and never sent. Words of one's
/// own are [`Tone::Custom`], and that is said in code.
///
/// ```
/// use loomflow_models::Tone;
///
/// assert_eq!("Executive".parse(), Ok(Tone::Executive));
/// let error = "exectuive".parse::<Tone>().unwrap_err();
/// assert!(error.to_string().starts_with("\"exectuive\" is no tone, `executive` is:"));
///
/// let pirate = Tone::Custom("like a pirate who went to law school".to_owned());
/// assert_eq!(pirate.sentence().unwrap(), "Answer in this tone: like a pirate who went to law school.");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Tone {
    /// Relaxed and friendly.
    Casual,
    /// Polite and to the point.
    Professional,
    /// Precise, for those who know the field.
    Technical,
    /// Formal, with conditions and exceptions.
    Legal,
    /// Sober, and exact about figures.
    Finance,
    /// The conclusion first.
    Executive,
    /// Formal and balanced.
    Academic,
    /// In words of one's own, which go on where `Answer in this tone:` ends. Blank ones are as [`Tone::None`].
    Custom(String),
    /// None: nothing is sent, whatever holds around the call.
    None,
}

/// The tones that have a name.
const NAMED: [(&str, Tone); 8] = [
    ("casual", Tone::Casual),
    ("professional", Tone::Professional),
    ("technical", Tone::Technical),
    ("legal", Tone::Legal),
    ("finance", Tone::Finance),
    ("executive", Tone::Executive),
    ("academic", Tone::Academic),
    ("none", Tone::None),
];

/// How near a name must be to be taken for what was meant, as everywhere else in loomflow.
const NEAR: f64 = 0.8;

impl Tone {
    /// What is sent of it; nothing of [`Tone::None`].
    #[must_use]
    pub fn sentence(&self) -> Option<Cow<'static, str>> {
        Some(Cow::Borrowed(match self {
            Tone::Casual => "Answer in a casual tone: relaxed and friendly, in everyday words.",
            Tone::Professional => "Answer in a professional tone: polite, clear and to the point.",
            Tone::Technical => {
                "Answer in a technical tone: precise, in the terms of the field, for readers who know it."
            }
            Tone::Legal => "Answer in a legal tone: formal and exact, with conditions and exceptions stated.",
            Tone::Finance => "Answer in the tone of finance: sober, and exact about figures, periods and risks.",
            Tone::Executive => {
                "Answer in an executive tone: the conclusion first, then briefly what it means and what is to be decided."
            }
            Tone::Academic => {
                "Answer in an academic tone: formal and balanced, with claims reasoned and limits stated."
            }
            Tone::Custom(words) => {
                let words = words.trim();
                let end = if words.ends_with(['.', '!', '?', '…', '。']) { "" } else { "." };
                return (!words.is_empty()).then(|| format!("Answer in this tone: {words}{end}").into());
            }
            Tone::None => return None,
        }))
    }

    /// The tone of the run in whose step this is called, if it has one.
    #[must_use]
    pub fn here() -> Option<Tone> {
        around::given::<Tone>().map(|tone| (*tone).clone())
    }

    /// Puts what is sent of it into a conversation.
    pub(crate) fn put(&self, messages: &mut Vec<Message>) {
        if let Some(sentence) = self.sentence() {
            Message::tell(messages, &sentence);
        }
    }
}

/// What an agent's `tone (…)` may be: a tone, or maybe one.
#[diagnostic::on_unimplemented(
    message = "a tone is a `Tone` or an `Option<Tone>`, and this is `{Self}`",
    label = "not a tone",
    note = "words of your own stand in quotes, `tone \"calm and short\";`, or are a `Tone::Custom`"
)]
pub trait Toned {
    /// The tone; where there is none, that of the run holds.
    fn toned(self) -> Option<Tone>;
}

impl Toned for Tone {
    fn toned(self) -> Option<Tone> {
        Some(self)
    }
}

impl Toned for Option<Tone> {
    fn toned(self) -> Option<Tone> {
        self
    }
}

impl FromStr for Tone {
    type Err = UnknownTone;

    fn from_str(name: &str) -> Result<Self, UnknownTone> {
        let lower = name.trim().to_lowercase();
        if let Some((_, tone)) = NAMED.into_iter().find(|(known, _)| *known == lower) {
            return Ok(tone);
        }
        let near = NAMED.iter().map(|(known, _)| (strsim::jaro_winkler(&lower, known), *known));
        let nearest =
            near.filter(|(score, _)| *score > NEAR).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known);
        Err(UnknownTone { name: name.to_owned(), nearest })
    }
}

/// A text that names no tone.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{} is no tone{}: there are {}; words of one's own are a `Tone::Custom`",
    Clipped(name),
    .nearest.map(|near| format!(", `{near}` is")).unwrap_or_default(),
    NAMED.map(|(name, _)| name).join(", ")
)]
#[non_exhaustive]
pub struct UnknownTone {
    /// The text.
    pub name: String,
    /// The tone whose name is nearest, where one is near.
    pub nearest: Option<&'static str>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_tone_that_has_a_name_is_read_by_it_and_says_one_sentence_of_its_own() {
        let mut sentences = HashSet::new();
        for (name, tone) in NAMED {
            assert_eq!(name.parse(), Ok(tone.clone()));
            assert_eq!(format!(" {} ", name.to_uppercase()).parse(), Ok(tone.clone()));
            assert_eq!(serde_json::to_string(&tone).unwrap(), format!("{name:?}"));
            let sentence = tone.sentence();
            assert_eq!(sentence.is_none(), tone == Tone::None);
            if let Some(sentence) = sentence {
                assert!(sentence.starts_with("Answer in ") && sentence.matches('.').count() == 1, "{sentence}");
                assert!(sentences.insert(sentence));
            }
        }
    }

    #[test]
    fn a_misspelt_tone_is_refused_with_the_one_that_was_meant() {
        for (name, near) in [("exectuive", "executive"), ("profesional", "professional"), ("Legall", "legal")] {
            assert_eq!(name.parse::<Tone>().unwrap_err().nearest, Some(near));
        }
        let error = "like a pirate".parse::<Tone>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"like a pirate\" is no tone: there are casual, professional, technical, legal, finance, executive, \
             academic, none; words of one's own are a `Tone::Custom`"
        );
        assert!(serde_json::from_str::<Tone>(r#""exectuive""#).is_err());
    }

    #[test]
    fn blank_words_say_nothing_and_others_end_once() {
        let said = |words: &str| Tone::Custom(words.to_owned()).sentence();
        assert_eq!(said(" \n"), None);
        assert_eq!(said("calm! ").unwrap(), "Answer in this tone: calm!");
    }
}
