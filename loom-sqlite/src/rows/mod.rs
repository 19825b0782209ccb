//! How what a journal keeps is written to rows, and read from them.
//!
//! Each kind of row has a file with its statements and its checksum. They know nothing of who may write what: that is for
//! [`work`](crate::work).

pub(crate) mod heads;
pub(crate) mod messages;
pub(crate) mod owners;
pub(crate) mod questions;
pub(crate) mod records;
pub(crate) mod runs;

use crate::trouble::Trouble;
use loomflow_runtime::{Value as _, meter::Usage};
use rusqlite::{Connection, Error, Params, Row, types::ValueRef};
use std::num::TryFromIntError;

/// A row is not as it was written.
pub(crate) struct Odd;

impl From<TryFromIntError> for Odd {
    fn from(_: TryFromIntError) -> Self {
        Odd
    }
}

impl From<Error> for Odd {
    fn from(_: Error) -> Self {
        Odd
    }
}

impl Odd {
    /// Refuses a row whose checksum is another one.
    pub(crate) fn unless(same: bool) -> Result<(), Self> {
        if same { Ok(()) } else { Err(Odd) }
    }
}

/// The key of a question of a run, by the number of its record; none of numbers that no record has.
pub(crate) fn key(run: u64, seq: u64) -> Option<i64> {
    let run = i32::try_from(run).ok()?;
    let seq = u32::try_from(seq).ok()?;
    Some(i64::from(run) << 32 | i64::from(seq))
}

/// A number of a run or a record is larger than any can be.
pub(crate) fn too_large() -> Trouble {
    Trouble::Failed(Error::ToSqlConversionFailure("there is no room for more numbers".into()))
}

/// The number of the record of a question with a key.
pub(crate) fn seq(key: i64) -> u64 {
    key.cast_unsigned() & u64::from(u32::MAX)
}

/// The least key that a question of a run can have, and the last.
pub(crate) fn keys(run: u64) -> Option<(i64, i64)> {
    Some((key(run, 0)?, key(run, u64::from(u32::MAX))?))
}

/// How a text is stored: nothing of an empty one.
pub(crate) fn stored(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// How what was spent on models is stored: nothing of nothing.
pub(crate) fn usage(usage: &Usage) -> String {
    if usage.is_nothing() {
        return String::new();
    }
    // Of numbers, nothing can be refused.
    usage.write().unwrap_or_default()
}

/// What was spent on models, as it is stored.
pub(crate) fn spent(row: &Row<'_>, column: usize) -> Result<Usage, Odd> {
    maybe_text(row, column)?.map_or(Ok(Usage::default()), |json| Usage::read(&json).map_err(|_| Odd))
}

pub(crate) fn maybe_text(row: &Row<'_>, column: usize) -> Result<Option<String>, Odd> {
    match row.get_ref(column)? {
        ValueRef::Null => Ok(None),
        ValueRef::Text(text) => Ok(Some(str::from_utf8(text).map_err(|_| Odd)?.to_owned())),
        _ => Err(Odd),
    }
}

pub(crate) fn text(row: &Row<'_>, column: usize) -> Result<String, Odd> {
    Ok(maybe_text(row, column)?.unwrap_or_default())
}

pub(crate) fn maybe_int(row: &Row<'_>, column: usize) -> Result<Option<i64>, Odd> {
    match row.get_ref(column)? {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(n) => Ok(Some(n)),
        _ => Err(Odd),
    }
}

pub(crate) fn int(row: &Row<'_>, column: usize) -> Result<i64, Odd> {
    maybe_int(row, column)?.ok_or(Odd)
}

/// The first row of a query.
pub(crate) fn one<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    read: impl FnOnce(&Row<'_>) -> Result<T, Trouble>,
) -> Result<Option<T>, Trouble> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(parameters)?;
    rows.next()?.map(read).transpose()
}

/// All rows of a query.
pub(crate) fn all<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    mut read: impl FnMut(&Row<'_>) -> Result<T, Trouble>,
) -> Result<Vec<T>, Trouble> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(parameters)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// Writes with a statement that is kept prepared. Gives how many rows it changed.
pub(crate) fn write(connection: &Connection, sql: &str, parameters: impl Params) -> Result<usize, Trouble> {
    Ok(connection.prepare_cached(sql)?.execute(parameters)?)
}

/// Tells that something of a run is damaged.
pub(crate) fn damaged(connection: &Connection, run: u64, what: &str) -> Trouble {
    let named = connection.query_row("SELECT id FROM runs WHERE run = ?1", [run.cast_signed()], |row| {
        Ok(String::from_utf8_lossy(row.get_ref(0)?.as_bytes().unwrap_or_default()).into_owned())
    });
    Trouble::Damaged(match named {
        Ok(id) => format!("{what} of run `{id}` is not what was written"),
        Err(_) => format!("{what} of run {run} is not what was written, and the run is not found"),
    })
}
