//! Files that somebody changed who knows how they are made: each row has the checksum it ought to have.

mod common;

use common::{NOW, begin, step};
use loomflow_runtime::{
    Loom,
    audit::{Broken, Chain, Flaw, Verified},
    journal::{Append, Journal, Link, Record, Seal},
};
use loomflow_sqlite::Sqlite;
use rusqlite::Connection;
use std::path::{Path, PathBuf};

/// How many records a run has.
const RECORDS: u64 = 8;

/// A file with two chained runs that did the same, and the end of the chain of the first.
struct File {
    _folder: tempfile::TempDir,
    path: PathBuf,
    seal: Seal,
}

async fn open(path: &Path) -> Loom<()> {
    Loom::builder(()).journal(Sqlite::open(path).await.expect("the file opens")).build()
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime can be made").block_on(work)
}

/// Writes a run whose records are chained.
async fn write(journal: &Sqlite, id: &str) {
    let claim = begin(journal, id).await.expect("a run begins");
    let info = journal.run(id).await.expect("it can be read").expect("it is there");
    let mut link = Link::beginning(&info, &journal.input(claim.run).await.expect("it has an input"));
    for seq in 1..=RECORDS {
        let Append { mut records, .. } = step(claim, seq, 20);
        let record = Record { by: Some("ann".to_owned()), value: seq.to_string(), ..records.remove(0) };
        link = link.next(&record);
        let records = vec![Record { link: Some(link), ..record }];
        journal.append(Append { records, ..step(claim, seq, 20) }).await.expect("a run is written to");
    }
}

impl File {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("runs.db");
        let seal = block_on(async {
            let journal = Sqlite::open(&path).await.expect("a new journal opens");
            journal.lease("owner", NOW + 60_000).await.expect("an owner is given a lease");
            write(&journal, "one").await;
            write(&journal, "two").await;
            drop(journal);
            open(&path).await.verify("one").await.expect("it can be looked at").seal.expect("it is chained")
        });
        File { _folder: folder, path, seal }
    }

    /// Changes the file, and mends the checksums of what is in it.
    fn changes(&self, sql: &str) -> &Self {
        let file = Connection::open(&self.path).expect("the file opens");
        file.execute_batch(sql).expect("the file can be changed");
        let mut rows = file.prepare("SELECT key FROM records WHERE kind <> 'input'").unwrap();
        let keys: Vec<i64> = rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        for key in keys {
            let crc = file.query_row(ROW, [key], |row| Ok(crc(row))).unwrap();
            file.execute("UPDATE records SET crc = ?2 WHERE key = ?1", (key, crc)).unwrap();
        }
        self
    }

    fn verified(&self) -> Verified {
        block_on(async { open(&self.path).await.verify("one").await.expect("it can be looked at") })
    }

    fn expected(&self) -> Verified {
        block_on(async {
            open(&self.path).await.verify("one").expecting(self.seal).await.expect("it can be looked at")
        })
    }
}

const ROW: &str = "SELECT key, kind, scope, turn, node, label, attempt, at, at + took, key / 4294967296 - back, live, value, \
                   usage, giver, link FROM records WHERE key = ?1";

/// The checksum of a row, as the store makes it.
fn crc(row: &rusqlite::Row<'_>) -> i64 {
    let mut bytes = Vec::new();
    let int = |n: i64, bytes: &mut Vec<u8>| bytes.extend(n.to_le_bytes());
    let text = |column: usize, bytes: &mut Vec<u8>| {
        let text: String = row.get::<_, Option<String>>(column).unwrap().unwrap_or_default();
        bytes.extend((text.len() as u64).to_le_bytes());
        bytes.extend(text.as_bytes());
    };
    int(row.get(0).unwrap(), &mut bytes);
    (1..=2).for_each(|column| text(column, &mut bytes));
    int(row.get(3).unwrap(), &mut bytes);
    (4..=5).for_each(|column| text(column, &mut bytes));
    (6..=8).for_each(|column| int(row.get(column).unwrap(), &mut bytes));
    match row.get::<_, Option<i64>>(9).unwrap() {
        Some(after) => [1, after].into_iter().for_each(|n| int(n, &mut bytes)),
        None => int(0, &mut bytes),
    }
    (10..=12).for_each(|column| text(column, &mut bytes));
    if row.get::<_, Option<String>>(13).unwrap().is_some() {
        text(13, &mut bytes);
    }
    bytes.extend(row.get::<_, Option<Vec<u8>>>(14).unwrap().unwrap_or_default());
    // CRC-32, bit by bit.
    let sum = bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(sum & 1)))
    });
    i64::from((!sum).cast_signed())
}

fn broken(found: &Verified) -> (u64, Option<&str>, &Flaw) {
    match &found.chain {
        Chain::Broken(Broken { seq, node, flaw, .. }) => (*seq, node.as_deref(), flaw),
        other => panic!("it is not found: {other:?}"),
    }
}

/// The key of a record.
fn key(run: i64, seq: i64) -> i64 {
    seq << 32 | run
}

#[test]
fn a_file_that_nobody_changed_is_sound() {
    let file = File::new();
    assert!(file.changes("").expected().is_sound());
    assert_eq!(file.verified().records, file.seal.seq);
}

#[test]
fn a_value_that_was_changed_is_found() {
    let file = File::new();
    let value = format!("UPDATE records SET value = '9' WHERE key = {}", key(1, 1));
    let found = file.changes(&value).verified();
    assert_eq!(broken(&found), (1, Some("classify"), &Flaw::Changed));
    assert_eq!(
        found.to_string(),
        "run `one`: record 1, of `classify`, does not follow the beginning of the run: it, the run's input or its description was changed, or it was moved; 0 records before it are sound"
    );
    // Who gave an answer, when, and every other column counts as well.
    for set in [
        "giver = 'eve'",
        "at = at - 1",
        "took = took + 1",
        "label = 'x'",
        "attempt = 9",
        "live = '[1]'",
        "usage = '{\"calls\":1,\"input\":0,\"output\":0,\"time\":0}'",
    ] {
        let file = File::new();
        let found = file.changes(&format!("UPDATE records SET {set} WHERE key = {}", key(1, 5))).verified();
        assert_eq!((broken(&found).0, broken(&found).2), (5, &Flaw::Changed), "{set}");
    }
}

#[test]
fn two_records_that_were_swapped_are_found() {
    let file = File::new();
    let (fourth, fifth) = (key(1, 4), key(1, 5));
    let swap = format!(
        "UPDATE records SET key = -1 WHERE key = {fourth}; UPDATE records SET key = {fourth} WHERE key = {fifth}; \
         UPDATE records SET key = {fifth} WHERE key = -1"
    );
    let found = file.changes(&swap).verified();
    assert_eq!((broken(&found).0, broken(&found).2, found.records), (4, &Flaw::Changed, 3));
}

#[test]
fn a_record_that_was_removed_is_found() {
    let file = File::new();
    let found = file.changes(&format!("DELETE FROM records WHERE key = {}", key(1, 4))).verified();
    assert_eq!((broken(&found).0, found.records), (4, 3));
    // Those behind it moved up to where it was.
    let file = File::new();
    let up = format!(
        "DELETE FROM records WHERE key = {}; UPDATE records SET key = key - 4294967296 WHERE key & 4294967295 = 1 AND key >> 32 > 4; \
         UPDATE runs SET records = records - 1",
        key(1, 4)
    );
    // The row of the run has a checksum of its own, which is left to tell.
    let Err(error) = block_on(async { open(&file.changes(&up).path).await.verify("one").await }) else {
        panic!("the row of the run was changed")
    };
    assert!(error.to_string().contains("the row of run `one` is not what was written"), "{error}");
}

#[test]
fn the_last_record_that_was_removed_is_found_by_who_expects_it() {
    let file = File::new();
    let last = file.seal.seq;
    file.changes(&format!("DELETE FROM records WHERE key = {}", key(1, last.cast_signed())));
    let found = file.expected();
    assert_eq!(broken(&found).0, last);
    assert_eq!(found.records, last - 1);
}

#[test]
fn a_record_that_was_put_in_between_is_found() {
    let file = File::new();
    let last = file.seal.seq.cast_signed();
    let moved = (5..=last)
        .rev()
        .map(|seq| format!("UPDATE records SET key = {} WHERE key = {};", key(1, seq + 1), key(1, seq)));
    let put = format!(
        "INSERT INTO records (key, kind, scope, turn, node, attempt, at, took, back, live, value, crc) \
         SELECT {}, kind, scope, turn, node, attempt, at, took, back, live, value, 0 FROM records WHERE key = {}",
        key(1, 5),
        key(1, 4)
    );
    let shift: String = moved.chain([put]).collect();
    let found = file.changes(&shift).verified();
    assert_eq!((broken(&found).0, broken(&found).2), (5, &Flaw::Unchained));
    assert!(found.to_string().contains("record 5"), "{found}");
}

#[test]
fn a_record_of_another_run_is_found() {
    let file = File::new();
    // Both runs had the same input, and did the same.
    let columns = "kind, scope, turn, node, label, attempt, at, took, back, live, value, usage, crc, giver, link";
    let copy = format!(
        "DELETE FROM records WHERE key = {one}; INSERT INTO records (key, {columns}) SELECT {one}, {columns} FROM records WHERE key = {two}",
        one = key(1, 1),
        two = key(2, 1)
    );
    let found = file.changes(&copy).verified();
    assert_eq!(broken(&found), (1, Some("classify"), &Flaw::Changed));
}

#[test]
fn what_somebody_changed_who_does_not_know_the_checksums_is_named_too() {
    let file = File::new();
    let raw = Connection::open(&file.path).unwrap();
    raw.execute_batch(&format!("UPDATE records SET value = '9' WHERE key = {}", key(1, 5))).unwrap();
    drop(raw);
    let found = file.verified();
    assert_eq!((broken(&found).0, found.records), (5, 4));
    assert!(matches!(broken(&found).2, Flaw::Damaged(_)), "{found}");
}
