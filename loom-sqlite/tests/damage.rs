//! A file that is damaged is told as one, or reads as it was written: whatever is cut off or flipped, nothing wrong is given
//! and nothing panics.

mod common;

use common::{Everything, NOW, begin, fill, read, step};
use loomflow_runtime::journal::{Filter, Journal, JournalError};
use loomflow_sqlite::{Durability, Sqlite};
use std::{fs, path::Path};

/// How many runs the file has.
const RUNS: u64 = 12;

/// A file of a journal that was closed, and what can be read from it.
async fn written(path: &Path) -> (Vec<u8>, Vec<Everything>) {
    let journal = Sqlite::open(path).await.expect("a new journal opens");
    fill(&journal, RUNS).await;
    let mut whole = Vec::new();
    for n in 0..RUNS {
        whole.push(read(&journal, &format!("run-{n}")).await.expect("what was written can be read"));
    }
    drop(journal);
    (fs::read(path).expect("the file is there"), whole)
}

/// Refuses an error that does not say what is wrong.
fn is_told(error: &JournalError) {
    assert!(
        matches!(error, JournalError::Damaged { .. } | JournalError::Newer { .. } | JournalError::Unknown { .. }),
        "damage is told as such: {error:?}"
    );
}

/// Opens a damaged file and reads all there is. Gives how many runs are whole.
async fn survey(path: &Path, whole: &[Everything], told: &str) -> usize {
    let journal = match Sqlite::open(path).await {
        Ok(journal) => journal,
        Err(error) => {
            is_told(&error);
            return 0;
        }
    };
    let mut intact = 0;
    for (n, expected) in whole.iter().enumerate() {
        match read(&journal, &format!("run-{n}")).await {
            Ok(found) => {
                assert!(found == *expected, "{told}: what is given of run {n} is not what was written: {found:#?}");
                intact += 1;
            }
            Err(error) => is_told(&error),
        }
    }
    intact
}

#[tokio::test]
async fn a_file_that_is_cut_off_at_any_page_is_told_and_not_changed() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (bytes, whole) = written(&folder.path().join("whole.db")).await;
    let path = folder.path().join("cut.db");
    for page in 1..bytes.len() / 2048 {
        for length in [page * 2048, page * 2048 - 1, page * 2048 + 100] {
            let cut = &bytes[..length];
            fs::write(&path, cut).expect("a file can be written");
            match Sqlite::open(&path).await {
                Err(error) => assert!(matches!(error, JournalError::Damaged { .. }), "{length} bytes: {error:?}"),
                Ok(journal) => {
                    drop(journal);
                    panic!("a file cut off at {length} bytes opens");
                }
            }
            assert!(fs::read(&path).expect("the file is there") == cut, "a file cut off at {length} bytes was changed");
        }
    }
    assert_eq!(survey(&folder.path().join("whole.db"), &whole, "whole").await, whole.len());
}

#[tokio::test]
async fn a_file_that_is_no_database_is_told_and_not_changed() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("other");
    let foreign = |table: &str| {
        let path = folder.path().join(table);
        let connection = rusqlite::Connection::open(&path).expect("a database can be made");
        connection.execute_batch(&format!("CREATE TABLE {table} (id TEXT)")).expect("a table can be made");
        drop(connection);
        fs::read(&path).expect("the file is there")
    };
    // Memories may stand in a journal's file, and other programs remember things too.
    let (runs, memories) = (foreign("runs"), foreign("memory_of_another_program"));
    for bytes in [&b"x"[..], b"SQLite format 3\0", b"SQLite", &[0; 5000], &[b'x'; 5000], &runs, &memories] {
        fs::write(&path, bytes).expect("a file can be written");
        let opened = Sqlite::open(&path).await;
        assert!(matches!(opened, Err(JournalError::Damaged { .. })), "{} bytes: {opened:?}", bytes.len());
        assert!(fs::read(&path).expect("the file is there") == bytes, "it was changed");
    }
    fs::write(&path, b"").expect("a file can be written");
    Sqlite::open(&path).await.expect("an empty file is a new journal");
}

/// Goes on with a run, and begins another.
async fn write(journal: &Sqlite) -> Result<(), JournalError> {
    journal.lease("owner", NOW + 60_000).await?;
    let (claim, _) = journal.claim("run-7", "owner", NOW + 1, false).await?;
    journal.append(step(claim, 11, 300)).await?;
    let claim = begin(journal, "another").await?;
    journal.append(step(claim, 1, 300)).await
}

#[tokio::test]
async fn a_flipped_bit_is_told_or_does_no_harm() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (bytes, whole) = written(&folder.path().join("whole.db")).await;
    let path = folder.path().join("flipped.db");
    let (mut tried, mut intact) = (0, 0);
    // A step that shares nothing with the size of a page or a row meets every place within them.
    for place in (0..bytes.len()).step_by(331) {
        let bit = 1 << (place % 8);
        let mut flipped = bytes.clone();
        flipped[place] ^= bit;
        fs::write(&path, &flipped).expect("a file can be written");
        let _ = fs::remove_file(path.with_extension("db-wal"));
        let _ = fs::remove_file(path.with_extension("db-shm"));
        intact += survey(&path, &whole, &format!("bit {bit} of byte {place}")).await;
        tried += whole.len();
        // Writing to it may fail in any way, but it does not panic.
        if let Ok(journal) = Sqlite::options().durability(Durability::Process).open(&path).await {
            let _ = write(&journal).await;
        }
    }
    assert!(intact * 10 > tried * 8, "most runs are not where the bit is: {intact} of {tried} were read");
}

#[tokio::test]
async fn a_flipped_bit_in_a_record_names_the_run_and_the_record_and_spares_the_others() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("run.db");
    let (mut bytes, whole) = written(&path).await;
    let value = whole[5].records[3].value.clone();
    let place =
        bytes.windows(value.len()).position(|window| window == value.as_bytes()).expect("values stand as they are");
    bytes[place + 4] ^= 2;
    fs::write(&path, &bytes).expect("a file can be written");
    let journal = Sqlite::open(&path).await.expect("it opens");
    for (n, expected) in whole.iter().enumerate() {
        let found = read(&journal, &format!("run-{n}")).await;
        if n == 5 {
            let Err(JournalError::Damaged { what, .. }) = found else { panic!("{found:?}") };
            assert_eq!(what, "record 4 of run `run-5` is not what was written");
        } else {
            assert_eq!(found.expect("it is whole"), *expected);
        }
    }
    assert_eq!(journal.record(whole[5].info.run, 5).await.expect("it is whole"), Some(whole[5].records[4].clone()));
}

#[tokio::test]
async fn a_run_whose_row_is_damaged_is_told_where_it_is_asked_for_and_hides_no_other() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("run.db");
    let (_, whole) = written(&path).await;
    let connection = rusqlite::Connection::open(&path).expect("the file can be opened");
    connection.execute("UPDATE runs SET user = 'eve' WHERE id = 'run-5'", []).expect("it has the tables");
    let journal = Sqlite::open(&path).await.expect("it opens");
    let others: Vec<_> = (0..whole.len()).filter(|&n| n != 5).collect();
    let listed = journal.runs(&Filter::default()).await.expect("runs are listed");
    let expected: Vec<_> = others.iter().rev().map(|&n| whole[n].info.clone()).collect();
    assert_eq!(listed, expected);
    let filter = Filter { limit: 8, ..Filter::default() };
    assert_eq!(journal.runs(&filter).await.expect("runs are listed"), expected[..8], "it is not counted");
    let ready = journal.ready(NOW + 500, 99).await.expect("it can be looked");
    assert_eq!(ready, others.iter().map(|n| format!("run-{n}")).collect::<Vec<_>>());
    let Err(JournalError::Damaged { what, .. }) = journal.run("run-5").await else { panic!("it is given") };
    assert_eq!(what, "the row of run `run-5` is not what was written");
    let claimed = journal.claim("run-5", "owner", NOW, false).await;
    assert!(matches!(claimed, Err(JournalError::Damaged { .. })), "{claimed:?}");
}
