//! The workflow whose runs are carried on: a chain, a loop, a fork and a nested workflow.

use crate::executions::Executions;
use loomflow::{Visit, prelude::*};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What a step gives: a number, and who executed which visit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Done {
    pub(crate) n: u64,
    pub(crate) key: String,
    pub(crate) process: u64,
}

/// Takes a moment, so that a process can be killed in the middle of it.
#[step]
async fn work(#[context] executions: &Executions, #[run] run: &Visit, n: u64) -> Done {
    let process = executions.note(run.key());
    tokio::time::sleep(Duration::from_millis(n % 4)).await;
    Done { n: n + 1, key: run.key().to_owned(), process }
}

workflow! {
    Twice(n: u64) -> u64 {
        start -> work(n) -> again: work(work.n) -> end(again.n);
    }
}

workflow! {
    pub(crate) Job(n: u64) -> Vec<u64> {
        let sum: u64 = 0;
        let found: Vec<u64> = Vec::new();
        start -> work(n) -> sum = (sum + work.n) -> if sum < 3 * n { work(n) max 9 else end(found) }
              -> [ left: work(sum), Twice(n) ]
              -> found = [for m in [1, 2, 3], 2 at once => { item: work(m) -> other: work(item.n) -> (other.n) }]
              -> found += (left.n + Twice) -> end(found);
    }
}

/// What a run of it ends in.
pub(crate) fn expected(n: u64) -> Vec<u64> {
    let mut sum = n + 1;
    while sum < 3 * n {
        sum += n + 1;
    }
    vec![3, 4, 5, sum + 1 + n + 2]
}
