//! How a run that is kept waits for a time: when it is due is recorded, so that a restart neither shortens nor lengthens it.

use super::{
    driver::Durable,
    keeping::{Halt, entry},
    scope::Scope,
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

impl Durable {
    /// Waits at a node.
    pub(super) async fn timed(&self, at: &At<Arc<Scope>>, until: Until) -> Result<(), Failure> {
        // A sleep may have a limit, so there can be two at one node.
        let number = {
            let mut here = at.scope.here();
            here.timers += 1;
            here.timers
        };
        if replayed(at, RecordKind::Fired, number).is_some() {
            return Ok(());
        }
        if replayed(at, RecordKind::Cancelled, number).is_some() {
            return Err(Failure::cancelled().at(at.place.workflow, at.place.node));
        }
        let began_at = now_ms();
        let waited = async {
            self.waited(at, number, until).await;
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

    async fn waited(&self, at: &At<Arc<Scope>>, number: u32, until: Until) {
        let set = replayed(at, RecordKind::Timer, number).and_then(|record| record.value.parse().ok());
        let due: i64 = set.unwrap_or_else(|| {
            let due = match until {
                Until::After(pause) => after(pause),
                Until::At(moment) => to_ms(moment),
            };
            self.set(at, RecordKind::Timer, number, now_ms(), due.to_string());
            due
        });
        let _timer = self.waiting.timer(due);
        loop {
            let pause = left(due);
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
