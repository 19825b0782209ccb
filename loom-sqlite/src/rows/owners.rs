//! The rows of owners: how long their leases last.

use super::{all, one, write};
use crate::trouble::Trouble;
use rusqlite::{Connection, params};

/// Gives an owner its lease.
pub(crate) fn set(connection: &Connection, owner: &str, until: i64) -> Result<(), Trouble> {
    let set = "INSERT OR REPLACE INTO owners (owner, until) VALUES (?1, ?2)";
    write(connection, set, params![owner, until])?;
    Ok(())
}

/// Until when the lease of an owner lasts.
pub(crate) fn until(connection: &Connection, owner: &str) -> Result<Option<i64>, Trouble> {
    one(connection, "SELECT until FROM owners WHERE owner = ?1", [owner], |row| Ok(row.get(0)?))
}

/// The owners whose leases last beyond now.
pub(crate) fn leased(connection: &Connection, now: i64) -> Result<Vec<String>, Trouble> {
    all(connection, "SELECT owner FROM owners WHERE until > ?1", [now], |row| Ok(row.get(0)?))
}

/// Ends the lease of an owner.
pub(crate) fn delete(connection: &Connection, owner: &str) -> Result<(), Trouble> {
    write(connection, "DELETE FROM owners WHERE owner = ?1", [owner])?;
    Ok(())
}

/// Deletes what is known of leases that are over.
pub(crate) fn delete_over(connection: &Connection, now: i64) -> Result<(), Trouble> {
    write(connection, "DELETE FROM owners WHERE until <= ?1", [now])?;
    Ok(())
}
