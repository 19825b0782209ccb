//! A file to which each execution of a step is written before it does anything, and what is to be true of it afterwards.

use crate::job::Done;
use loomflow::{
    Sqlite,
    journal::{Filter, Journal as _, RecordKind},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::Write as _,
    path::Path,
};

/// How long a line is, in bytes. A process that is killed while it writes may leave the part of a write that went to one
/// page of the file, so no line lies in two pages.
const LINE: usize = 128;

/// The file, and the number of the process that writes to it.
pub(crate) struct Executions {
    file: File,
    process: u64,
}

impl Executions {
    pub(crate) fn new(folder: &Path, process: u64) -> Self {
        let file = File::options().append(true).create(true).open(folder.join("executions"));
        Executions { file: file.expect("the file can be written"), process }
    }

    /// Notes that a visit of a node is executed.
    pub(crate) fn note(&self, key: &str) -> u64 {
        let line = format!("{key} {:>1$}\n", self.process, LINE - 2 - key.len());
        assert_eq!(line.len(), LINE, "a key is short");
        (&self.file).write_all(line.as_bytes()).expect("the file can be written");
        self.process
    }
}

/// What the file and the journal tell of all executions.
pub(crate) struct Told {
    /// The processes that executed each visit, in that order.
    pub(crate) executed: BTreeMap<String, Vec<u64>>,
    /// The process whose execution of it was recorded.
    pub(crate) recorded: BTreeMap<String, u64>,
}

impl Told {
    /// Reads both.
    pub(crate) async fn read(folder: &Path, journal: &Sqlite) -> Self {
        let mut executed: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        let lines = fs::read_to_string(folder.join("executions")).expect("the file can be read");
        for line in lines.lines() {
            let (key, process) = line.split_once(' ').expect("a line has two parts");
            executed
                .entry(key.to_owned())
                .or_default()
                .push(process.trim().parse().expect("the other one is a number"));
        }
        let mut recorded = BTreeMap::new();
        for run in journal.runs(&Filter::default()).await.expect("the journal can be read") {
            let mut visits = BTreeSet::new();
            for record in journal.records(run.run, 0, usize::MAX).await.expect("the run can be read") {
                if record.kind == RecordKind::Output {
                    let done: Done = serde_json::from_str(&record.value).expect("it is what a step gave");
                    assert!(visits.insert((record.scope, record.turn)), "{} is recorded twice", done.key);
                    recorded.insert(done.key, done.process);
                }
            }
        }
        Told { executed, recorded }
    }

    /// That what was executed is recorded, and that nothing was executed again that was.
    pub(crate) fn check(&self) {
        let executed: BTreeSet<_> = self.executed.keys().collect();
        let recorded: BTreeSet<_> = self.recorded.keys().collect();
        let apart: Vec<_> =
            executed.symmetric_difference(&recorded).map(|key| (key, self.executed.get(key.as_str()))).collect();
        assert!(apart.is_empty(), "what is executed is recorded in the end, and nothing else: {apart:#?}");
        for (key, processes) in &self.executed {
            let each: BTreeSet<&u64> = processes.iter().collect();
            assert_eq!(each.len(), processes.len(), "{key} is executed twice by one process: {processes:?}");
            assert_eq!(processes.last(), self.recorded.get(key), "{key} is executed again: {processes:?}");
        }
    }
}
