//! The chain by hand: rusqlite, one commit a step, in the settings that the journal has or in those of SQLite.

use crate::store::block_on;
use loomflow::sqlite::Durability;
use rusqlite::{Connection, params};
use std::{
    path::Path,
    time::{Duration, Instant, SystemTime},
};

const TABLES: &str = "
    CREATE TABLE runs (
        run INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, workflow TEXT NOT NULL, status TEXT NOT NULL,
        input TEXT NOT NULL, output TEXT, created_at INTEGER NOT NULL, ended_at INTEGER
    );
    CREATE TABLE records (
        run INTEGER NOT NULL, seq INTEGER NOT NULL, node TEXT NOT NULL, began_at INTEGER NOT NULL, at INTEGER NOT NULL,
        value TEXT NOT NULL, PRIMARY KEY (run, seq)
    );";

const BEGIN: &str =
    "INSERT INTO runs (id, workflow, status, input, created_at) VALUES (?1, 'Chain', 'running', ?2, ?3)";
const STEP: &str = "INSERT INTO records VALUES (?1, ?2, 'add', ?3, ?4, ?5)";
const END: &str = "UPDATE runs SET status = 'done', output = ?2, ended_at = ?3 WHERE run = ?1";

const STEPS: i64 = 10;

/// How the file is set beside its durability.
#[derive(Clone, Copy)]
pub(crate) enum Settings {
    /// As a journal.
    Same,
    /// As SQLite does by itself.
    Default,
}

/// Opens a file with the tables.
fn open(path: &Path, durability: Durability, settings: Settings) -> Connection {
    let connection = Connection::open(path).expect("a file");
    if let Settings::Same = settings {
        let same = "PRAGMA page_size = 2048; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -8000";
        connection.execute_batch(same).expect("settings");
    }
    let synchronous = if durability == Durability::Full { "FULL" } else { "NORMAL" };
    let settings = format!("PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous};");
    connection.execute_batch(&(settings + TABLES)).expect("tables");
    connection
}

fn now() -> i64 {
    let since = SystemTime::UNIX_EPOCH.elapsed().expect("a time after 1970");
    i64::try_from(since.as_millis()).expect("a time before the end of all times")
}

fn add(n: u64) -> u64 {
    std::hint::black_box(n) + 1
}

/// One run: its row, a row for each step in a commit of its own, and its end in the commit of the last one.
fn run(connection: &Connection, id: &str) -> rusqlite::Result<u64> {
    let mut n = 1u64;
    connection.prepare_cached(BEGIN)?.execute(params![id, n.to_string(), now()])?;
    let run = connection.last_insert_rowid();
    for seq in 1..=STEPS {
        let began_at = now();
        n = add(n);
        let value = n.to_string();
        if seq == STEPS {
            connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        }
        connection.prepare_cached(STEP)?.execute(params![run, seq, began_at, now(), value])?;
        if seq == STEPS {
            connection.prepare_cached(END)?.execute(params![run, value, now()])?;
            connection.prepare_cached("COMMIT")?.execute([])?;
        }
    }
    Ok(n)
}

/// How long so many runs take, one after the other.
pub(crate) fn chains(path: &Path, durability: Durability, settings: Settings, runs: usize) -> Duration {
    block_on(async {
        let connection = open(path, durability, settings);
        run(&connection, "first").expect("a run");
        let began = Instant::now();
        for number in 0..runs {
            assert_eq!(run(&connection, &format!("run-{number}")).expect("a run"), 11);
        }
        began.elapsed()
    })
}
