//! Memories in a file: what stores promise, and what is told of files that are none.

#![cfg(feature = "sqlite")]

use futures_util::FutureExt;
use loomflow_models::{
    Message,
    memory::{Memory, MemoryError, MemoryStore, SqliteMemory, conformance},
};
use rusqlite::Connection;
use std::{fs, path::PathBuf};
use tempfile::TempDir;

/// A folder, and files in it by name.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Folder(tempfile::tempdir().expect("a folder can be made"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name).with_extension("db")
    }

    async fn open(&self, name: &str) -> SqliteMemory {
        SqliteMemory::open(self.path(name)).await.expect("it can be opened")
    }

    /// What another program does to a file.
    fn change(&self, name: &str, sql: &str) {
        Connection::open(self.path(name)).expect("it can be opened").execute_batch(sql).expect("it can be changed");
    }
}

#[tokio::test]
async fn a_store_in_a_file_does_what_stores_do() {
    let folder = Folder::new();
    conformance::check(async |name| folder.open(name).await).await;
}

#[test]
fn it_does_so_outside_of_a_runtime_too() {
    let folder = Folder::new();
    let done = async {
        let memory = Memory::new(folder.open("outside").await);
        memory.remember("drink", "tea").await.unwrap();
        assert_eq!(memory.facts_about("tea", 9).await.unwrap().len(), 1);
    };
    done.now_or_never().expect("nothing is waited for");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_programs_share_a_file() {
    let folder = Folder::new();
    let (one, other) = tokio::join!(folder.open("shared"), folder.open("shared"));
    let (one, other) = (Memory::new(one), Memory::new(other));
    let write = async |memory: &Memory, name: &str| {
        for n in 0..30 {
            memory.remember(&format!("{name} {n}"), "tea").await.unwrap();
        }
    };
    tokio::join!(write(&one, "one"), write(&other, "other"));
    assert_eq!(one.facts().await.unwrap(), other.facts().await.unwrap());
    assert_eq!(one.facts_about("tea", 100).await.unwrap().len(), 60);
}

#[tokio::test]
async fn what_is_closed_is_one_file_and_who_was_forgotten_has_no_row_in_it() {
    let folder = Folder::new();
    let memory = Memory::new(folder.open("one").await);
    memory.of("ann").remember("drink", "chrysanthemum").await.unwrap();
    memory.of("ann").record("k", &[Message::user("tea")]).await.unwrap();
    memory.of("ann").forget_user().await.unwrap();
    drop(memory);
    assert_eq!(fs::read_dir(folder.0.path()).unwrap().count(), 1);
    let connection = Connection::open(folder.path("one")).unwrap();
    for table in ["memory_users", "memory_facts", "memory_facts_words", "memory_episodes", "memory_episodes_words"] {
        let rows: i64 = connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 0, "{table}");
    }
}

#[tokio::test]
async fn a_file_that_is_none_is_told_and_left_alone() {
    let folder = Folder::new();
    fs::write(folder.path("text"), "Dear diary, today I wrote a database by hand, and it took me all day long.")
        .unwrap();
    folder.change("other", "CREATE TABLE diary (day TEXT)");
    folder.open("newer").await;
    folder.change("newer", "UPDATE memory_meta SET value = 7");
    folder.open("nameless").await;
    folder.change("nameless", "DELETE FROM memory_meta");
    for (name, told) in [
        ("text", "file is not a database"),
        ("other", "it is an SQLite database, but not of memories"),
        ("newer", "has format 7, and this version of loomflow knows 1"),
        ("nameless", "it does not say which format it has"),
    ] {
        let before = fs::read(folder.path(name)).unwrap();
        let error = SqliteMemory::open(folder.path(name)).await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains(told) && text.contains(&*folder.path(name).to_string_lossy()), "{text}");
        assert_eq!(matches!(error, MemoryError::Newer { found: 7, known: 1, .. }), name == "newer", "{text}");
        assert_eq!(fs::read(folder.path(name)).unwrap(), before, "{name}");
    }
    let error = SqliteMemory::open(folder.0.path().join("no folder").join("a")).await.unwrap_err();
    assert!(matches!(error, MemoryError::Store { tried: "opening it", .. }), "{error}");
}

#[tokio::test]
async fn what_cannot_be_read_any_more_is_told() {
    let folder = Folder::new();
    let memory = folder.open("damaged").await;
    Memory::new(memory.clone()).record("k", &[Message::user("tea")]).await.unwrap();
    folder.change("damaged", "UPDATE memory_episodes SET messages = 'no JSON'");
    let error = memory.last(None, None, 1).await.unwrap_err();
    assert!(matches!(error, MemoryError::Damaged { .. }), "{error}");
    folder.change("damaged", "DROP TABLE memory_episodes");
    let error = memory.episodes_about(None, "tea", 1).await.unwrap_err();
    assert!(matches!(error, MemoryError::Store { tried: "looking for episodes", .. }), "{error}");
}
