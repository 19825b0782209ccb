//! How a run that is kept waits for a time: when it is due is recorded, so that a restart neither shortens nor lengthens it.
//! Where a question is asked within a limit, that is told by the record of the question.

use super::{
    driver::Durable,
    keeping::{Halt, entry},
    scope::Scope,
    wording::Wording,
};
use crate::{
    clock::{after, now_ms, to_ms, until as left},
    driver::At,
    failure::Failure,
    journal::{JournalError, Record, RecordKind},
    value::Value,
    wait::Until,
};
use std::{future::pending, sync::Arc};

/// The node of a `sleep(…)`.
const SLEEP: &str = "sleep";

/// A timer at a node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due {
    /// Which one it is at the node.
    number: u32,
    /// When its time has come.
    at: i64,
}

impl Due {
    /// Sets a timer at a node.
    pub(super) fn set(at: &At<Arc<Scope>>, until: Until) -> Due {
        let mut here = at.scope.here();
        // A sleep may have a limit, so there can be two at one node.
        here.timers += 1;
        let number = here.timers;
        let tells = |record: &&Arc<Record>| match record.kind {
            RecordKind::Timer => record.attempt == number,
            RecordKind::Asked => Wording::limit(&record.value).is_some(),
            _ => false,
        };
        let told = here.replay.iter().find(tells).and_then(|record| {
            let left = match record.kind {
                RecordKind::Asked => Wording::limit(&record.value)?,
                _ => record.value.parse().ok()?,
            };
            Some(record.began_at.saturating_add(left))
        });
        if let Some(at) = told {
            return Due { number, at };
        }
        let due = match until {
            Until::After(pause) => Due { number, at: after(pause) },
            Until::At(moment) => Due { number, at: to_ms(moment) },
        };
        here.untold.push(due);
        due
    }

    /// How long it is until then, as a record tells it that begins at a time.
    pub(super) const fn left(self, began_at: i64) -> i64 {
        self.at.saturating_sub(began_at)
    }
}

impl Durable {
    /// Waits at a node.
    pub(super) async fn timed(&self, at: &At<Arc<Scope>>, due: Due) -> Result<(), Failure> {
        let number = due.number;
        if replayed(at, RecordKind::Fired, number).is_some() {
            return Ok(());
        }
        if replayed(at, RecordKind::Cancelled, number).is_some() {
            return Err(Failure::cancelled().at(at.place.workflow, at.place.node));
        }
        let began_at = now_ms();
        let waited = async {
            self.waited(at, due).await;
            Ok(())
        };
        let outcome = self.cancellable(at, true, waited).await;
        match &outcome {
            Ok(()) => self.set(at, RecordKind::Fired, number, began_at, String::new()),
            // That the work within a limit is cancelled is told at the work.
            Err(failure) if at.place.node == SLEEP => {
                self.set(at, RecordKind::Cancelled, number, began_at, failure.write().unwrap_or_default());
            }
            Err(_) => {}
        }
        outcome
    }

    /// Records something of a timer.
    fn set(&self, at: &At<Arc<Scope>>, kind: RecordKind, number: u32, began_at: i64, value: String) {
        self.keeping.record(&at.scope, entry(at, kind, began_at, value).number(number));
    }

    async fn waited(&self, at: &At<Arc<Scope>>, due: Due) {
        let untold = at.scope.here().untold.extract_if(.., |untold| untold.number == due.number).next();
        if untold.is_some() {
            let now = now_ms();
            self.set(at, RecordKind::Timer, due.number, now, due.left(now).to_string());
        }
        let _timer = self.waiting.timer(due.at);
        loop {
            let pause = left(due.at);
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            // Who has answered in time is not told afterwards that it was too late.
            let within = self.waiting.within(&at.scope.path, at.turn);
            if within.is_empty() {
                return;
            }
            self.keeping.flush().await;
            match self.keeping.close(within).await {
                Ok(()) => return,
                Err(JournalError::Answered { .. }) => {
                    self.deliver().await;
                    // The work around which the limit stands is polled before it, so now it sees the answer.
                    tokio::task::yield_now().await;
                }
                Err(error) => {
                    self.keeping.halt(Halt::Journal(error));
                    pending::<()>().await;
                }
            }
        }
    }
}

/// What was recorded of a timer at a node before the run was cut off.
fn replayed(at: &At<Arc<Scope>>, kind: RecordKind, number: u32) -> Option<Arc<Record>> {
    let here = at.scope.here();
    here.replay.iter().find(|record| record.kind == kind && record.attempt == number).cloned()
}
