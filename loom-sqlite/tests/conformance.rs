//! The journal in a file keeps what journals promise, however safe it is to be.

use loomflow_runtime::journal::{
    Answering,
    conformance::{self, Store},
};
use loomflow_sqlite::{Durability, Sqlite};
use rusqlite::Connection;
use std::path::PathBuf;
use tempfile::TempDir;

/// Files in a folder, by name.
struct Files {
    folder: TempDir,
    durability: Durability,
}

impl Files {
    fn new(durability: Durability) -> Self {
        Self { folder: tempfile::tempdir().expect("a folder can be made"), durability }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name).with_extension("db")
    }

    /// Changes a file behind the back of the journal.
    fn change(&self, name: &str, sql: &str) -> bool {
        let connection = Connection::open(self.path(name)).expect("the file can be opened");
        connection.execute(sql, []).expect("it has the tables that are documented") == 1
    }
}

impl Store for Files {
    type Journal = Sqlite;

    fn open<'a>(&'a self, name: &'a str) -> Answering<'a, Sqlite> {
        Box::pin(Sqlite::options().durability(self.durability).open(self.path(name)))
    }

    fn damage<'a>(&'a self, name: &'a str, run: u64, seq: u64) -> Answering<'a, bool> {
        let sql = format!("UPDATE records SET value = value || ' ' WHERE key = {seq} << 32 | {run}");
        Box::pin(async move { Ok(self.change(name, &sql)) })
    }

    fn make_newer<'a>(&'a self, name: &'a str) -> Answering<'a, bool> {
        Box::pin(async move { Ok(self.change(name, "UPDATE meta SET value = value + 1 WHERE name = 'format'")) })
    }
}

#[tokio::test]
async fn a_journal_in_a_file_keeps_what_journals_promise() {
    let checked = conformance::check(&Files::new(Durability::Full)).await;
    assert!(checked.skipped.is_empty(), "{:?}", checked.skipped);
}

#[tokio::test]
async fn a_journal_that_survives_a_killed_process_only_keeps_the_same_promises() {
    conformance::check(&Files::new(Durability::Process)).await;
}
