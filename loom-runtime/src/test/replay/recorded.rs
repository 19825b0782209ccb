//! The records of a run, by the places they are of, and in the order in which they are handed out.

use crate::journal::{Record, RecordKind};
use std::collections::BTreeMap;

/// A visit: the path of its scope, and its turn.
type Visit = (String, u64);

/// What was recorded of a run.
#[derive(Debug)]
pub(super) struct Recorded {
    /// What is handed out, in its order: outcomes of nodes, and timers whose time came.
    pub(super) given: Vec<Record>,
    /// The first record of each visit.
    first: BTreeMap<Visit, Record>,
    /// The last record, of a run that was asking when it was left.
    pub(super) asks: Option<Record>,
}

fn visit(record: &Record) -> Visit {
    (record.scope.clone(), record.turn)
}

/// Whether a record says what a node came to. Of a timer that is a record of its own.
fn is_outcome(record: &Record) -> bool {
    use RecordKind::{Answered, Cancelled, Failed, Output};
    matches!(record.kind, Output | Failed | Answered | Cancelled)
}

impl Recorded {
    pub(super) fn new(records: Vec<Record>) -> Self {
        let asks = records.last().filter(|last| matches!(last.kind, RecordKind::Asked | RecordKind::Timer)).cloned();
        let (mut first, mut last) = (BTreeMap::new(), BTreeMap::new());
        for record in &records {
            // What enters a nested workflow is recorded within it, and what ends a run at no node.
            if matches!(record.kind, RecordKind::Entered | RecordKind::Value | RecordKind::Ended | RecordKind::Retried)
            {
                continue;
            }
            first.entry(visit(record)).or_insert_with(|| record.clone());
            if is_outcome(record) {
                // What was tried again has an outcome before the one that counts.
                last.insert(visit(record), record.seq);
            }
        }
        let counts = |record: &Record| {
            record.kind == RecordKind::Fired || (is_outcome(record) && last.get(&visit(record)) == Some(&record.seq))
        };
        let given = records.into_iter().filter(counts).collect();
        Recorded { given, first, asks }
    }

    /// The first record of a visit.
    pub(super) fn first(&self, scope: &str, turn: u64) -> Option<&Record> {
        self.first.get(&(scope.to_owned(), turn))
    }

    /// Where the outcome of a visit stands among what is handed out; of a timer the one of its number.
    pub(super) fn given(&self, scope: &str, turn: u64, timer: Option<u32>) -> Option<usize> {
        self.given.iter().position(|record| {
            let is_here = record.scope == scope && record.turn == turn;
            is_here
                && match timer {
                    Some(number) => record.kind == RecordKind::Fired && record.attempt == number,
                    None => record.kind != RecordKind::Fired,
                }
        })
    }
}
