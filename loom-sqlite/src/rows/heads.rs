//! The rows of heads.

use super::{Odd, all, damaged, int, runs, text, write};
use crate::{checksum::Checksum, trouble::Trouble};
use loomflow_runtime::journal::Head;
use rusqlite::{Connection, params};

fn crc(run: u64, head: &Head) -> i64 {
    Checksum::new().int(run.cast_signed()).text(&head.scope).int(head.seq.cast_signed()).end()
}

/// Sets the head of a scope.
pub(crate) fn set(connection: &Connection, run: u64, head: &Head) -> Result<(), Trouble> {
    let set = "INSERT OR REPLACE INTO heads (run, scope, seq, crc) VALUES (?1, ?2, ?3, ?4)";
    write(connection, set, params![run.cast_signed(), head.scope, head.seq.cast_signed(), crc(run, head)])?;
    Ok(())
}

/// The heads of a run.
pub(crate) fn list(connection: &Connection, run: u64) -> Result<Vec<Head>, Trouble> {
    let heads = from(connection, run, "")?;
    runs::all_there(connection, run, "the list of heads", heads.len(), |counts| counts.heads)?;
    Ok(heads)
}

/// The heads of a run from a scope on.
fn from(connection: &Connection, run: u64, scope: &str) -> Result<Vec<Head>, Trouble> {
    let heads = "SELECT scope, seq, crc FROM heads WHERE run = ?1 AND scope >= ?2 ORDER BY scope";
    all(connection, heads, params![run.cast_signed(), scope], |row| {
        let read = || {
            let head = Head { scope: text(row, 0)?, seq: int(row, 1)?.cast_unsigned() };
            Odd::unless(crc(run, &head) == int(row, 2)?)?;
            Ok(head)
        };
        read().map_err(|Odd| damaged(connection, run, "a head"))
    })
}

/// Forgets the heads whose scope begins with a text. What begins so is told here: `LIKE` has signs of its own, and
/// SQLite's `substr` ends at a NUL.
pub(crate) fn forget(connection: &Connection, run: u64, start: &str) -> Result<(), Trouble> {
    if start.is_empty() {
        write(connection, "DELETE FROM heads WHERE run = ?1", [run.cast_signed()])?;
        return Ok(());
    }
    for head in from(connection, run, start)?.iter().take_while(|head| head.scope.starts_with(start)) {
        write(connection, "DELETE FROM heads WHERE run = ?1 AND scope = ?2", params![run.cast_signed(), head.scope])?;
    }
    Ok(())
}
