//! Steps whose output is kept for a while by what they were given, for all runs of a journal.

use super::{
    driver::Durable,
    keeping::{Halt, entry},
    scope::Scope,
};
use crate::{clock::now_ms, driver::At, failure::Failure, journal::RecordKind, step::Step, value::Value};
use std::{any::type_name, future::pending, sync::Arc, time::Duration};

impl Durable {
    /// Takes what a step gave for this input before, or performs it and keeps what it gives.
    pub(super) async fn cached<S: Step>(
        &self,
        at: &At<Arc<Scope>>,
        keep: Duration,
        input: &str,
        work: impl Future<Output = Result<S::Output, Failure>> + Send,
    ) -> Result<S::Output, Failure> {
        let began_at = now_ms();
        let performed = async {
            self.looked_around().await;
            if let Some((output, json)) = self.find::<S>(input, began_at).await {
                return Ok((output, Some(json)));
            }
            self.performed(at, None, work).await.map(|output| (output, None))
        };
        match self.cancellable(at, false, performed).await {
            // Nothing was attempted, and the record says so.
            Ok((output, Some(json))) => {
                self.keeping.gives(&at.scope, entry(at, RecordKind::Output, began_at, json), Some(0));
                Ok(output)
            }
            Ok((output, None)) => {
                let output = self.settle(at, RecordKind::Output, began_at, Ok(output))?;
                if let Ok(json) = output.write() {
                    self.keep::<S>(input, &json, keep).await;
                }
                Ok(output)
            }
            Err(failure) => self.settle(at, RecordKind::Output, began_at, Err(failure)),
        }
    }

    /// What is kept of a step; what can no longer be read is as good as nothing.
    pub(crate) async fn find<S: Step>(&self, input: &str, now: i64) -> Option<(S::Output, String)> {
        match self.keeping.journal.cached(type_name::<S>(), input, now).await {
            Ok(found) => found.and_then(|json| Some((S::Output::read(&json).ok()?, json))),
            Err(error) => {
                self.keeping.halt(Halt::Journal(error));
                pending().await
            }
        }
    }

    /// Keeps what a step gave. The run has its record of it, and goes on when this fails.
    pub(crate) async fn keep<S: Step>(&self, input: &str, output: &str, keep: Duration) {
        let until = now_ms().saturating_add(i64::try_from(keep.as_millis()).unwrap_or(i64::MAX));
        if let Err(error) = self.keeping.journal.cache(type_name::<S>(), input, output, until).await {
            tracing::warn!(step = S::NAME, %error, "the output of a step could not be kept for other runs");
        }
    }
}
