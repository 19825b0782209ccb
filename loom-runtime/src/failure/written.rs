//! A failure as it is written down and read back.
//!
//! What is read back displays as what was written: kind, places, attempts and the texts of all causes are kept. A kind that
//! this version does not know, as one of a newer version, is refused and never taken for another one.

use super::{Failure, FailureKind, Inner, Place};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{borrow::Cow, error::Error, fmt, sync::Arc};

#[derive(Serialize, Deserialize)]
#[serde(rename = "Failure")]
struct Written<'f> {
    kind: FailureKind,
    /// From the inside out; none before a run saw it.
    places: Cow<'f, [Place]>,
    attempt: u32,
    attempts: u32,
    /// The first one and what caused it.
    causes: Vec<String>,
}

impl Serialize for Failure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Inner { kind, place, around, attempt, attempts, cause: _ } = &*self.0;
        let written = Written {
            kind: *kind,
            places: place.iter().chain(around).cloned().collect(),
            attempt: *attempt,
            attempts: *attempts,
            causes: self.chain().map(ToString::to_string).collect(),
        };
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Failure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Written { kind, places, attempt, attempts, causes } = Written::deserialize(deserializer)?;
        let mut places = places.into_owned().into_iter();
        let place = places.next();
        let told = causes.into_iter().rev().fold(None, |cause, text| Some(Box::new(Told { text, cause })));
        let told = told.ok_or_else(|| D::Error::custom("a failure has a cause, and this one has none"))?;
        let inner = Inner { kind, place, around: places.collect(), attempt, attempts, cause: Arc::new(*told) };
        Ok(Failure(Arc::new(inner)))
    }
}

/// A cause that was read back.
#[derive(Debug)]
struct Told {
    text: String,
    cause: Option<Box<Told>>,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error for Told {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question::Question;

    #[derive(Debug)]
    struct Down(Told);
    impl fmt::Display for Down {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the model is down")
        }
    }
    impl Error for Down {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    fn failure() -> Failure {
        let refused = Told { text: "connection refused".to_owned(), cause: None };
        Failure::of(FailureKind::Step, Box::new(Down(refused)))
    }

    fn read_back(failure: &Failure) -> Failure {
        let written = serde_json::to_string(failure).expect("a failure can be written");
        serde_json::from_str(&written).expect("a failure can be read")
    }

    fn shown(failure: &Failure) -> [String; 3] {
        [failure.to_string(), format!("{failure:#}"), format!("{failure:?}")]
    }

    #[test]
    fn a_failure_is_written_as_a_struct_of_what_it_tells() {
        let failure = failure().at("Triage", "classify").on_attempt(3, 4).at("Inbox", "triage");
        let written = serde_json::to_string(&failure).expect("a failure can be written");
        let places = r#"[{"workflow":"Triage","node":"classify"},{"workflow":"Inbox","node":"triage"}]"#;
        let causes = r#"["the model is down","connection refused"]"#;
        assert_eq!(
            written,
            format!(r#"{{"kind":"step","places":{places},"attempt":3,"attempts":4,"causes":{causes}}}"#)
        );
    }

    #[test]
    fn a_failure_that_is_read_back_displays_as_before() {
        let unanswered = Failure::unanswered("approve", Question::new("Send it?"));
        for failure in [
            failure(),
            failure().at("Triage", "classify"),
            failure().at("Triage", "classify").on_attempt(3, 4).at("Inbox", "triage").at("Office", "inbox"),
            Failure::cancelled().at("Triage", "classify"),
            unanswered.at("Triage", "approve"),
        ] {
            let read = read_back(&failure);
            assert_eq!(shown(&read), shown(&failure));
            assert_eq!(shown(&read_back(&read)), shown(&failure));
            assert_eq!((read.kind(), read.attempt()), (failure.kind(), failure.attempt()));
            assert_eq!((read.workflow(), read.node()), (failure.workflow(), failure.node()));
        }
    }

    #[test]
    fn the_causes_of_a_failure_that_is_read_back_are_texts() {
        assert!(failure().downcast_ref::<Down>().is_some());
        assert!(read_back(&failure()).downcast_ref::<Down>().is_none());
        assert_eq!(read_back(&failure()).source().map(ToString::to_string).as_deref(), Some("connection refused"));
    }

    #[test]
    fn a_failure_that_is_read_back_can_be_handed_on_and_placed_again() {
        let read = read_back(&failure().at("Triage", "classify"));
        let again = Failure::new(read).at("Inbox", "triage");
        assert_eq!(
            again.to_string(),
            "workflow `Inbox` at `triage`, workflow `Triage` failed at `classify`: the model is down"
        );
    }

    #[test]
    fn an_unknown_kind_and_a_failure_without_a_cause_are_refused() {
        let read = |kind: &str, causes: &str| {
            let text = format!(r#"{{"kind":"{kind}","places":[],"attempt":0,"attempts":0,"causes":{causes}}}"#);
            serde_json::from_str::<Failure>(&text).map_err(|error| error.to_string())
        };
        assert!(read("step", r#"["late"]"#).is_ok());
        assert!(read("melted", r#"["late"]"#).unwrap_err().starts_with("unknown variant `melted`"));
        assert!(read("step", "[]").unwrap_err().starts_with("a failure has a cause, and this one has none"));
    }
}
