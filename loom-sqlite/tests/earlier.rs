//! A file of the format before chains is opened, and what is in it stays readable.

mod common;

use common::{NOW, begin, fill, read, step};
use loomflow_runtime::journal::Journal;
use loomflow_sqlite::Sqlite;
use rusqlite::Connection;

/// Makes a file look as the first format was.
const UNCHAIN: &str = "DROP VIEW journal; ALTER TABLE records DROP COLUMN giver; ALTER TABLE records DROP COLUMN link;
    CREATE VIEW journal AS SELECT seq FROM records; UPDATE meta SET value = 1 WHERE name = 'format';";

#[tokio::test]
async fn a_file_of_the_format_before_chains_is_read_and_written_on() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("runs.db");
    let journal = Sqlite::open(&path).await.expect("a new journal opens");
    fill(&journal, 4).await;
    let mut whole = Vec::new();
    for n in 0..4 {
        whole.push(read(&journal, &format!("run-{n}")).await.expect("what was written can be read"));
    }
    drop(journal);
    Connection::open(&path).and_then(|file| file.execute_batch(UNCHAIN)).expect("the file can be changed");

    let journal = Sqlite::open(&path).await.expect("a file of an earlier format opens");
    for (n, before) in whole.iter().enumerate() {
        assert_eq!(&read(&journal, &format!("run-{n}")).await.expect("it can still be read"), before);
        assert!(before.records.iter().all(|record| record.link.is_none()));
    }
    // The lease that the file was filled under has ended with its journal.
    journal.lease("owner", NOW + 60_000).await.expect("an owner is given a lease");
    let claim = begin(&journal, "new").await.expect("a run begins");
    journal.append(step(claim, 1, 20)).await.expect("it goes on");
    assert!(journal.last(claim.run).await.expect("it can be read").is_some());
    drop(journal);

    let file = Connection::open(&path).expect("the file opens");
    let columns = "SELECT count(*) FROM journal WHERE giver IS NULL AND link IS NULL";
    let rows: i64 = file.query_row(columns, [], |row| row.get(0)).expect("the view has the new columns");
    assert!(rows > 0);
    let format: u32 = file.query_row("SELECT value FROM meta WHERE name = 'format'", [], |row| row.get(0)).unwrap();
    assert_eq!(format, 2);
}
