//! The tables of a journal, and how a file is found to have them.
//!
//! ```sql
#![doc = include_str!("schema.sql")]
//! ```

use crate::{
    options::{Durability, Options},
    trouble::Trouble,
};
use loomflow_runtime::journal::JournalError;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension};
use std::{
    fs::{self, File},
    io::{ErrorKind, Read},
    path::Path,
    thread,
    time::{Duration, Instant},
};

/// The format of the tables.
const FORMAT: u32 = 2;

/// The format before chains: records had neither a giver nor a link. Those that are there stay as they are.
const UNCHAINED: u32 = 1;

/// Makes tables of the format before those of this one.
const CHAINS: &str = "ALTER TABLE records ADD COLUMN giver TEXT; ALTER TABLE records ADD COLUMN link BLOB; \
                      UPDATE meta SET value = 2 WHERE name = 'format'";

const TABLES: &str = include_str!("schema.sql");

/// How large a page is. Every step writes some whole ones, and a file has one at least for each table and index.
const PAGE: u32 = 2048;

/// How many pages there may be in the log before they are moved to the file: 8 MB of them, since many runs at once change
/// the same pages again and again.
const LOG: u32 = 4000;

/// What a file of SQLite begins with.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// The least there can be of such a file: one page of the smallest size.
const LEAST: u64 = 512;

/// Opens a connection that writes, and makes the tables in a new file.
pub(crate) fn writer(path: &Path, journal: &str, options: &Options) -> Result<Connection, Trouble> {
    whole(path, journal)?;
    let connection = connect(path, options)?;
    // Before anything is changed it must be known that the file is a journal of ours.
    let found = known(&connection, journal)?;
    if found.is_none() {
        connection.execute_batch(&format!("PRAGMA page_size = {PAGE}"))?;
    }
    with_log(&connection, options.patience)?;
    connection.execute_batch(match options.durability {
        Durability::Full => "PRAGMA synchronous = FULL",
        Durability::Process => "PRAGMA synchronous = NORMAL",
    })?;
    // What this gives is the number that it was set to.
    connection.query_row(&format!("PRAGMA wal_autocheckpoint = {LOG}"), [], |_| Ok(()))?;
    if found != Some(FORMAT) {
        make(&connection, journal)?;
    }
    Ok(connection)
}

/// Opens a connection that reads a journal.
pub(crate) fn reader(path: &Path, options: &Options) -> Result<Connection, Trouble> {
    let connection = connect(path, options)?;
    connection.execute_batch("PRAGMA query_only = ON")?;
    Ok(connection)
}

fn connect(path: &Path, options: &Options) -> Result<Connection, Trouble> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(options.patience)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.execute_batch("PRAGMA cell_size_check = ON; PRAGMA cache_size = -8000")?;
    if let Some(pages) = options.max_pages {
        // What this gives is the number that it was set to.
        connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
    }
    Ok(connection)
}

/// Refuses a file that begins as no database does, which SQLite might take for a new one when it is very short.
fn whole(path: &Path, journal: &str) -> Result<(), Trouble> {
    let unreadable = |source: std::io::Error| JournalError::Store {
        journal: journal.to_owned(),
        tried: "opening it",
        source: Box::new(source),
    };
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unreadable(error).into()),
    };
    let length = file.metadata().map_err(unreadable)?.len();
    if length == 0 {
        return Ok(());
    }
    let (mut magic, mut page) = ([0; MAGIC.len()], [0; 2]);
    match file.read_exact(&mut magic).and_then(|()| file.read_exact(&mut page)) {
        Ok(()) if magic == *MAGIC && length >= LEAST => {}
        Err(error) if error.kind() != ErrorKind::UnexpectedEof => return Err(unreadable(error).into()),
        _ => return Err(Trouble::Damaged("it does not begin as an SQLite database does".to_owned())),
    }
    // The largest size does not fit into two bytes, and is written as 1.
    let page = match u16::from_be_bytes(page) {
        1 => 65_536,
        size => u64::from(size).max(LEAST),
    };
    // A page that was cut off while it was moved from the log to the file is still in the log.
    if length % page != 0 && !has_log(path) {
        return Err(Trouble::Damaged("it ends within a page".to_owned()));
    }
    Ok(())
}

/// Whether something is in the log beside a file, where what was written last stands at first.
fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    fs::metadata(log).is_ok_and(|log| log.len() > 0)
}

/// The format of our tables, if the file has them and not those of a newer version or of something else.
fn known(connection: &Connection, journal: &str) -> Result<Option<u32>, Trouble> {
    // Memories may be kept in the same file, and may have been there first.
    let tables = "SELECT count(*) FROM sqlite_schema WHERE tbl_name NOT GLOB 'memory_*' \
                  OR NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'memory_meta')";
    let tables: i64 = connection.query_row(tables, [], |row| row.get(0))?;
    if tables == 0 {
        return Ok(None);
    }
    let ours = "SELECT count(*) FROM sqlite_schema WHERE name IN ('meta', 'runs', 'records')";
    if connection.query_row(ours, [], |row| row.get::<_, i64>(0))? != 3 {
        return Err(Trouble::Damaged("it is an SQLite database, but not of a journal".to_owned()));
    }
    let format =
        connection.query_row("SELECT value FROM meta WHERE name = 'format'", [], |row| row.get(0)).optional()?;
    match format {
        Some(UNCHAINED | FORMAT) => Ok(format),
        Some(found) if found > FORMAT => {
            Err(JournalError::Newer { journal: journal.to_owned(), found, known: FORMAT }.into())
        }
        _ => Err(Trouble::Damaged("it does not say which format it has".to_owned())),
    }
}

/// Has the database write ahead. Where another process does so to a new file at this moment, SQLite does not wait by itself.
fn with_log(connection: &Connection, patience: Duration) -> Result<(), Trouble> {
    let began = Instant::now();
    loop {
        match connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())) {
            Ok(()) => return Ok(()),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && began.elapsed() < patience => {
                thread::sleep(Duration::from_millis(1));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Makes the tables, or those of an earlier format the ones of this one, unless another process did so in the meantime.
fn make(connection: &Connection, journal: &str) -> Result<(), Trouble> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let made = known(connection, journal).and_then(|found| {
        match found {
            None => {
                connection.execute_batch(TABLES)?;
                let meta = "INSERT INTO meta (name, value) VALUES ('format', ?1), ('run', 0), ('message', 0)";
                connection.execute(meta, [FORMAT])?;
            }
            Some(UNCHAINED) => {
                let view = TABLES.split_once("CREATE VIEW").map_or("", |(_, view)| view);
                connection.execute_batch(&format!("{CHAINS}; DROP VIEW journal; CREATE VIEW{view}"))?;
            }
            Some(_) => {}
        }
        Ok(connection.execute_batch("COMMIT")?)
    });
    if made.is_err() && !connection.is_autocommit() {
        // That it cannot be rolled back either is no news: the connection is closed next.
        let _ = connection.execute_batch("ROLLBACK");
    }
    made
}
