//! Steps that must not happen twice: that one is about to begin is on disk before it does, and when the run is cut off in it,
//! somebody is asked whether it happened.
//!
//! The question is asked as every other is; `answer` gives what is said to it.

use super::{driver::Durable, keeping::entry, scope::Scope};
use crate::{
    clock::now_ms,
    driver::At,
    failure::Failure,
    journal::{Record, RecordKind},
    question::Question,
    step::Step,
    value::Value,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::sync::Arc;

/// Whether a step happened in which a run was cut off: see [`Loom::settle`](crate::Loom::settle).
///
/// As JSON it is `{"happened": output}` or `"did_not"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled<T> {
    /// It happened, and this is what it gave.
    Happened(T),
    /// It did not happen.
    DidNot,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Written {
    Happened(Box<RawValue>),
    DidNot,
}

impl<T: Value> Settled<T> {
    pub(super) fn write(self) -> Result<String, serde_json::Error> {
        let written = match self {
            Settled::Happened(output) => Written::Happened(RawValue::from_string(output.write()?)?),
            Settled::DidNot => Written::DidNot,
        };
        serde_json::to_string(&written)
    }

    fn read(json: &str) -> Result<Self, serde_json::Error> {
        Ok(match serde_json::from_str(json)? {
            Written::Happened(output) => Settled::Happened(T::read(output.get())?),
            Written::DidNot => Settled::DidNot,
        })
    }
}

/// Whether an answer, as JSON, says of the step `S` whether it happened.
///
/// # Errors
/// What is wrong with its shape.
pub fn check_settled<S: Step>(json: &str) -> Result<(), serde_json::Error> {
    Settled::<S::Output>::read(json).map(|_| ())
}

/// Where a step stands that had begun when the run was cut off.
pub(crate) enum Doubt {
    /// Nobody was asked yet.
    New,
    /// By the record of this number.
    Asked(u64),
}

impl Durable {
    /// Performs a step that must not happen twice.
    pub(super) async fn once<S: Step>(
        &self,
        at: &At<Arc<Scope>>,
        work: impl Future<Output = Result<S::Output, Failure>> + Send,
    ) -> Result<S::Output, Failure> {
        let began_at = now_ms();
        let doubt = doubt(&at.scope.here().replay);
        let begun = doubt.is_some();
        if let Some(doubt) = doubt {
            // Looking around is no waiting: a run that waits is put aside. What was asked before stands open at once, so
            // that a limit whose time is up closes it.
            let looked = async {
                if matches!(doubt, Doubt::New) {
                    self.looked_around().await;
                }
                Ok(())
            };
            let settled = match self.cancellable(at, false, looked).await {
                Ok(()) => self.cancellable(at, true, self.happened::<S>(at, doubt)).await,
                Err(failure) => Err(failure),
            };
            match settled {
                Ok(Settled::DidNot) => {}
                Ok(Settled::Happened(output)) => return self.settle(at, RecordKind::Answered, began_at, Ok(output)),
                Err(failure) => return self.settle(at, RecordKind::Answered, began_at, Err(failure)),
            }
        }
        let performed = async {
            self.looked_around().await;
            if !begun {
                self.begins(at);
            }
            self.performed(at, Some(1), work).await
        };
        let outcome = self.cancellable(at, false, performed).await;
        self.settle(at, RecordKind::Output, began_at, outcome)
    }

    /// Records that a step begins.
    pub(crate) fn begins(&self, at: &At<Arc<Scope>>) {
        self.keeping.record(&at.scope, entry(at, RecordKind::Begun, now_ms(), String::new()));
    }

    /// Asks whether a step happened. When it did not, that it begins anew is recorded with the answer, for an answer that is
    /// taken and leads to nothing would be lost.
    pub(crate) async fn happened<S: Step>(
        &self,
        at: &At<Arc<Scope>>,
        doubt: Doubt,
    ) -> Result<Settled<S::Output>, Failure> {
        let asked = match doubt {
            Doubt::Asked(seq) => Some(seq),
            Doubt::New => None,
        };
        let question = question(at.place.node);
        let settled = self.told(at, S::NAME, &question, asked, false, Settled::read).await?;
        if matches!(settled, Settled::DidNot) {
            self.begins(at);
        }
        Ok(settled)
    }
}

/// What the records of a visit, the last one first, say of a step that must not happen twice.
pub(crate) fn doubt(records: &[Arc<Record>]) -> Option<Doubt> {
    records.iter().find_map(|record| match record.kind {
        RecordKind::Begun => Some(Doubt::New),
        RecordKind::Asked => Some(Doubt::Asked(record.seq)),
        _ => None,
    })
}

fn question(node: &str) -> Question {
    Question::new(format!(
        "The run was cut off while `{node}` was at work, and it must not happen twice. Did it happen, and if so, what did it give?"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_settled_is_written_and_read_back() {
        for (settled, json) in
            [(Settled::Happened("paid".to_owned()), r#"{"happened":"paid"}"#), (Settled::DidNot, r#""did_not""#)]
        {
            assert_eq!(settled.clone().write().ok().as_deref(), Some(json));
            assert_eq!(Settled::read(json).ok(), Some(settled));
        }
        assert!(Settled::<u32>::read(r#"{"happened":"paid"}"#).is_err());
        assert!(Settled::<u32>::read("null").is_err());
        assert_eq!(Settled::read(r#"{"happened":null}"#).ok(), Some(Settled::Happened(())));
    }
}
