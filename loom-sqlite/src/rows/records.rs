//! The rows of records: what happened, and the inputs of runs.

use super::{Odd, damaged, int, key, keys, maybe_int, one, runs, seq, stored, text, too_large, write};
use crate::{checksum::Checksum, trouble::Trouble};
use loomflow_runtime::journal::{Record, RecordKind};
use rusqlite::{Connection, Row, params};

/// What stands as the kind of a run's input, which has the number 0.
const INPUT: &str = "input";

const ADD: &str = "INSERT INTO records (key, kind, scope, turn, node, label, attempt, at, took, after, live, value, crc) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";

/// The columns, in the order they are read in.
macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT key, kind, scope, turn, node, label, attempt, at, took, after, live, value, crc FROM records ",
            $rest
        )
    };
}

fn crc(key: i64, record: &Record) -> i64 {
    Checksum::new()
        .int(key)
        .text(record.kind.name())
        .text(&record.scope)
        .int(record.turn.cast_signed())
        .text(&record.node)
        .text(&record.label)
        .int(record.attempt.into())
        .int(record.began_at)
        .int(record.at)
        .maybe_int(record.after.map(u64::cast_signed))
        .text(&record.live)
        .text(&record.value)
        .end()
}

fn input_crc(key: i64, input: &str) -> i64 {
    Checksum::new().int(key).text(INPUT).text(input).end()
}

/// Adds a record.
pub(crate) fn add(connection: &Connection, run: u64, record: &Record) -> Result<(), Trouble> {
    let key = key(run, record.seq).ok_or_else(too_large)?;
    write(
        connection,
        ADD,
        params![
            key,
            record.kind.name(),
            stored(&record.scope),
            record.turn.cast_signed(),
            stored(&record.node),
            stored(&record.label),
            record.attempt,
            record.began_at,
            record.at.wrapping_sub(record.began_at),
            record.after.map(u64::cast_signed),
            stored(&record.live),
            stored(&record.value),
            crc(key, record)
        ],
    )?;
    Ok(())
}

/// Adds the input of a run.
pub(crate) fn add_input(connection: &Connection, run: u64, input: &str) -> Result<(), Trouble> {
    let key = key(run, 0).ok_or_else(too_large)?;
    let add = "INSERT INTO records (key, kind, value, crc) VALUES (?1, ?2, ?3, ?4)";
    write(connection, add, params![key, INPUT, stored(input), input_crc(key, input)])?;
    Ok(())
}

fn parse(row: &Row<'_>) -> Result<Record, Odd> {
    let key = int(row, 0)?;
    let began_at = int(row, 7)?;
    let record = Record {
        seq: seq(key),
        kind: RecordKind::of(&text(row, 1)?).ok_or(Odd)?,
        scope: text(row, 2)?,
        turn: int(row, 3)?.cast_unsigned(),
        node: text(row, 4)?,
        label: text(row, 5)?,
        attempt: int(row, 6)?.try_into()?,
        began_at,
        at: began_at.wrapping_add(int(row, 8)?),
        after: maybe_int(row, 9)?.map(i64::cast_unsigned),
        live: text(row, 10)?,
        value: text(row, 11)?,
    };
    Odd::unless(crc(key, &record) == int(row, 12)?)?;
    Ok(record)
}

fn odd(connection: &Connection, run: u64, seq: u64) -> Trouble {
    damaged(connection, run, &format!("record {seq}"))
}

/// Tells when a run must have a record that was not found.
fn missed(connection: &Connection, run: u64, seq: u64) -> Result<(), Trouble> {
    match runs::by_number(connection, run)? {
        Some(row) if row.records >= seq => Err(odd(connection, run, seq)),
        _ => Ok(()),
    }
}

/// The input of a run.
pub(crate) fn input(connection: &Connection, run: u64) -> Result<Option<String>, Trouble> {
    let Some(key) = key(run, 0) else { return Ok(None) };
    let input = one(connection, "SELECT value, crc FROM records WHERE key = ?1", [key], |row| {
        let read = text(row, 0).and_then(|input| Odd::unless(input_crc(key, &input) == int(row, 1)?).map(|()| input));
        read.map_err(|Odd| damaged(connection, run, "the input"))
    })?;
    if input.is_none() && runs::by_number(connection, run)?.is_some() {
        return Err(damaged(connection, run, "the input"));
    }
    Ok(input)
}

/// A record of a run.
pub(crate) fn record(connection: &Connection, run: u64, seq: u64) -> Result<Option<Record>, Trouble> {
    let Some(key) = key(run, seq).filter(|_| seq > 0) else { return Ok(None) };
    let record =
        one(connection, columns!("WHERE key = ?1"), [key], |row| parse(row).map_err(|Odd| odd(connection, run, seq)))?;
    if record.is_none() {
        missed(connection, run, seq)?;
    }
    Ok(record)
}

/// The records of a run from a number on, in order, at most so many.
pub(crate) fn records(connection: &Connection, run: u64, from: u64, limit: usize) -> Result<Vec<Record>, Trouble> {
    let mut next = from.max(1);
    let (Some(first), Some((_, last))) = (key(run, next), keys(run)) else { return Ok(Vec::new()) };
    let mut statement = connection.prepare_cached(columns!("WHERE key BETWEEN ?1 AND ?2 ORDER BY key"))?;
    let mut rows = statement.query([first, last])?;
    let mut records = Vec::new();
    while records.len() < limit {
        let Some(row) = rows.next()? else {
            missed(connection, run, next)?;
            break;
        };
        let record = parse(row).map_err(|Odd| odd(connection, run, next))?;
        if record.seq != next {
            return Err(odd(connection, run, next));
        }
        records.push(record);
        next += 1;
    }
    Ok(records)
}

/// The number of the last record of a run; 0 of one that has none.
pub(crate) fn last_seq(connection: &Connection, run: u64) -> Result<u64, Trouble> {
    let Some((first, last)) = keys(run) else { return Ok(0) };
    let found = one(
        connection,
        "SELECT key FROM records WHERE key BETWEEN ?1 AND ?2 ORDER BY key DESC LIMIT 1",
        [first, last],
        |row| Ok(row.get::<_, i64>(0)?),
    )?;
    Ok(found.map_or(0, seq))
}

/// The last record of a run.
pub(crate) fn last(connection: &Connection, run: u64) -> Result<Option<Record>, Trouble> {
    let seq = last_seq(connection, run)?;
    missed(connection, run, seq + 1)?;
    record(connection, run, seq)
}

/// Whether a record of a run says that it was cancelled.
pub(crate) fn has_cancelled(connection: &Connection, run: u64) -> Result<bool, Trouble> {
    let Some((first, last)) = keys(run) else { return Ok(false) };
    let found = "SELECT 1 FROM records WHERE key BETWEEN ?1 AND ?2 AND kind = ?3 LIMIT 1";
    Ok(one(connection, found, params![first, last, RecordKind::Cancelled.name()], |_| Ok(()))?.is_some())
}

/// Deletes the records of a run, and its input.
pub(crate) fn delete(connection: &Connection, run: u64) -> Result<(), Trouble> {
    if let Some((first, last)) = keys(run) {
        write(connection, "DELETE FROM records WHERE key BETWEEN ?1 AND ?2", [first, last])?;
    }
    Ok(())
}
