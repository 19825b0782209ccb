//! The journal in memory keeps what journals promise.

use loomflow_runtime::journal::{
    Answering, MemoryJournal,
    conformance::{self, Store},
};
use std::{collections::HashMap, sync::Mutex};

/// Journals in memory, by name.
#[derive(Default)]
struct Memory(Mutex<HashMap<String, MemoryJournal>>);

impl Store for Memory {
    type Journal = MemoryJournal;

    fn open<'a>(&'a self, name: &'a str) -> Answering<'a, MemoryJournal> {
        Box::pin(async move {
            Ok(self.0.lock().expect("no test panics in here").entry(name.to_owned()).or_default().clone())
        })
    }
}

#[tokio::test]
async fn a_journal_in_memory_keeps_what_journals_promise() {
    let checked = conformance::check(&Memory::default()).await;
    assert_eq!(checked.skipped, ["damaged records", "a journal of a newer version"]);
}
