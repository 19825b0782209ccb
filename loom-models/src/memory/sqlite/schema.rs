//! The tables of memories in a file, and how a file is found to have them.
//!
//! ```sql
#![doc = include_str!("schema.sql")]
//! ```

use super::trouble::Trouble;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Transaction, TransactionBehavior};
use std::{path::Path, time::Duration};

/// The format of the tables.
pub(super) const FORMAT: i64 = 1;

const TABLES: &str = include_str!("schema.sql");

/// How long to wait while another process writes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Opens a connection that writes, and makes the tables in a file that has none.
pub(super) fn writer(path: &Path) -> Result<Connection, Trouble> {
    let mut connection = connect(path)?;
    // Before anything is changed it must be known that the file may be written to.
    if !known(&connection)? {
        match connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())) {
            // Another process does the same at this moment.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {}
            told => told?,
        }
        let transaction = begin(&mut connection)?;
        if !known(&transaction)? {
            transaction.execute_batch(TABLES)?;
            transaction.execute("INSERT INTO memory_meta (name, value) VALUES ('format', ?1)", [FORMAT])?;
        }
        transaction.commit()?;
    }
    Ok(connection)
}

/// Opens a connection that reads a file of memories.
pub(super) fn reader(path: &Path) -> Result<Connection, Trouble> {
    let connection = connect(path)?;
    connection.execute_batch("PRAGMA query_only = ON")?;
    Ok(connection)
}

/// Begins a transaction that writes.
pub(super) fn begin(connection: &mut Connection) -> Result<Transaction<'_>, rusqlite::Error> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

fn connect(path: &Path) -> Result<Connection, Trouble> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.execute_batch("PRAGMA cell_size_check = ON; PRAGMA synchronous = FULL")?;
    Ok(connection)
}

/// Whether the file has our tables, and not those of a newer version or of something else than a journal.
fn known(connection: &Connection) -> Result<bool, Trouble> {
    let has = |table: &str| -> Result<bool, rusqlite::Error> {
        let found = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1";
        connection.query_row(found, [table], |row| row.get::<_, i64>(0)).map(|tables| tables > 0)
    };
    if !has("memory_meta")? {
        let is_empty = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))? == 0;
        if is_empty || (has("meta")? && has("runs")? && has("records")?) {
            return Ok(false);
        }
        return Err(Trouble::Damaged("it is an SQLite database, but not of memories".to_owned()));
    }
    let format = "SELECT value FROM memory_meta WHERE name = 'format'";
    match connection.query_row(format, [], |row| row.get(0)).optional()? {
        Some(FORMAT) => Ok(true),
        Some(found) if found > FORMAT => Err(Trouble::Newer(found)),
        _ => Err(Trouble::Damaged("it does not say which format it has".to_owned())),
    }
}
