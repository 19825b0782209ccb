//! The rows of records: what happened, and the inputs of runs.

use super::{Odd, damaged, int, maybe_int, maybe_text, one, runs, spent, stored, text, too_large, usage, write};
use crate::{checksum::Checksum, trouble::Trouble};
use loomflow_runtime::journal::{Link, Record, RecordKind};
use rusqlite::{CachedStatement, Connection, Row, params, types::ValueRef};

/// What stands as the kind of a run's input, which has the number 0.
const INPUT: &str = "input";

/// The texts come first, and then the numbers that mostly stand in the statement already.
const ADD: &str = "INSERT INTO records (kind, scope, node, label, usage, giver, turn, attempt, at, took, back, key, live, \
                   value, crc, link) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";

/// The columns, in the order they are read in.
macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT key, kind, scope, turn, node, label, attempt, at, took, back, live, value, usage, crc, giver, link ",
            "FROM records ",
            $rest
        )
    };
}

fn crc(key: i64, record: &Record) -> i64 {
    let mut sum = Checksum::new();
    sum.int(key)
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
        .text(&usage(&record.usage));
    // The rows of the first format have neither, and the checksum of what they have.
    if let Some(by) = &record.by {
        sum.text(by);
    }
    if let Some(link) = &record.link {
        sum.add(link.bytes());
    }
    sum.end()
}

fn input_crc(key: i64, input: &str) -> i64 {
    Checksum::new().int(key).text(INPUT).text(input).end()
}

/// The highest number that a record can have.
const LAST: u64 = i32::MAX.cast_unsigned() as u64;

/// The key of a record; none of numbers that no record has. The number of the run comes last, so that the keys of what
/// many runs write at once lie close together: the index of all of them takes few pages to change.
fn key(run: u64, seq: u64) -> Option<i64> {
    let (run, seq) = (u32::try_from(run).ok()?, i32::try_from(seq).ok()?);
    Some(i64::from(seq) << 32 | i64::from(run))
}

/// The number of a record with a key.
fn seq(key: i64) -> u64 {
    key.cast_unsigned() >> 32
}

/// Adds records.
///
/// What stands in the statement is not bound again: many runs are at the same step of the same workflow at the same time, and
/// most of what is told of them is the same.
pub(crate) struct Adding<'c> {
    statement: CachedStatement<'c>,
    texts: [String; 5],
    /// Mostly none.
    giver: Option<String>,
    numbers: [Option<i64>; 5],
    /// Mostly none.
    link: Option<Link>,
}

impl<'c> Adding<'c> {
    pub(crate) fn new(connection: &'c Connection) -> Result<Self, Trouble> {
        let statement = connection.prepare_cached(ADD)?;
        Ok(Self { statement, texts: Default::default(), giver: None, numbers: [None; 5], link: None })
    }

    /// Adds a record of a run.
    pub(crate) fn add(&mut self, run: u64, record: &Record) -> Result<(), Trouble> {
        let key = key(run, record.seq).ok_or_else(too_large)?;
        let Self { statement, texts, giver, numbers, link } = self;
        let usage = usage(&record.usage);
        let now = [record.kind.name(), &record.scope, &record.node, &record.label, &usage];
        for ((column, text), now) in (1..).zip(texts).zip(now) {
            if text != now {
                now.clone_into(text);
                statement.raw_bind_parameter(column, stored(now))?;
            }
        }
        if *giver != record.by {
            giver.clone_from(&record.by);
            statement.raw_bind_parameter(6, giver.as_deref())?;
        }
        let now = [
            Some(record.turn.cast_signed()),
            Some(record.attempt.into()),
            Some(record.began_at),
            Some(record.at.wrapping_sub(record.began_at)),
            record.after.map(|after| record.seq.wrapping_sub(after).cast_signed()),
        ];
        for ((column, number), now) in (7..).zip(numbers).zip(now) {
            if *number != now {
                *number = now;
                statement.raw_bind_parameter(column, now)?;
            }
        }
        statement.raw_bind_parameter(12, key)?;
        statement.raw_bind_parameter(13, stored(&record.live))?;
        statement.raw_bind_parameter(14, stored(&record.value))?;
        statement.raw_bind_parameter(15, crc(key, record))?;
        if *link != record.link {
            *link = record.link;
            statement.raw_bind_parameter(16, link.as_ref().map(|link| &link.bytes()[..]))?;
        }
        statement.raw_execute()?;
        Ok(())
    }
}

/// Adds the input of a run.
pub(crate) fn add_input(connection: &Connection, run: u64, input: &str) -> Result<(), Trouble> {
    let key = key(run, 0).ok_or_else(too_large)?;
    let add = "INSERT INTO records (key, kind, value, crc) VALUES (?1, ?2, ?3, ?4)";
    write(connection, add, params![key, INPUT, stored(input), input_crc(key, input)])?;
    Ok(())
}

fn link(row: &Row<'_>, column: usize) -> Result<Option<Link>, Odd> {
    match row.get_ref(column)? {
        ValueRef::Null => Ok(None),
        ValueRef::Blob(bytes) => Ok(Some(Link::of(bytes.try_into().map_err(|_| Odd)?))),
        _ => Err(Odd),
    }
}

fn parse(row: &Row<'_>) -> Result<Record, Odd> {
    let (key, began_at) = (int(row, 0)?, int(row, 7)?);
    let seq = seq(key);
    let record = Record {
        seq,
        kind: RecordKind::of(&text(row, 1)?).ok_or(Odd)?,
        scope: text(row, 2)?,
        turn: int(row, 3)?.cast_unsigned(),
        node: text(row, 4)?.into(),
        label: text(row, 5)?.into(),
        attempt: int(row, 6)?.try_into()?,
        began_at,
        at: began_at.wrapping_add(int(row, 8)?),
        after: maybe_int(row, 9)?.map(|back| seq.wrapping_sub(back.cast_unsigned())),
        live: text(row, 10)?,
        value: text(row, 11)?,
        by: maybe_text(row, 14)?,
        usage: spent(row, 12)?,
        link: link(row, 15)?,
    };
    Odd::unless(crc(key, &record) == int(row, 13)?)?;
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
    let mut records = Vec::new();
    for next in (from.max(1)..=LAST).take(limit) {
        match record(connection, run, next)? {
            Some(record) => records.push(record),
            None if has(connection, run, next + 1)? => return Err(odd(connection, run, next)),
            None => break,
        }
    }
    Ok(records)
}

/// Whether a run has a record of a number.
fn has(connection: &Connection, run: u64, seq: u64) -> Result<bool, Trouble> {
    let Some(key) = key(run, seq) else { return Ok(false) };
    Ok(one(connection, "SELECT 1 FROM records WHERE key = ?1", [key], |_| Ok(()))?.is_some())
}

/// The number of the last record of a run, which has so many at least; 0 of one that has none. It has every number up to
/// that one, so the last is found in as many steps as that number has binary digits, or in two if there are no more.
pub(crate) fn last_seq(connection: &Connection, run: u64, least: u64) -> Result<u64, Trouble> {
    if least > 0 && !has(connection, run, least)? {
        return Err(odd(connection, run, least));
    }
    let (mut last, mut step) = (least, 1);
    while has(connection, run, last + step)? {
        last += step;
        step *= 2;
    }
    // What was just missed is too far; half of it may be as well.
    while step > 1 {
        step /= 2;
        if has(connection, run, last + step)? {
            last += step;
        }
    }
    Ok(last)
}

/// The last record of a run.
pub(crate) fn last(connection: &Connection, run: u64) -> Result<Option<Record>, Trouble> {
    let least = runs::by_number(connection, run)?.map_or(0, |row| row.records);
    let seq = last_seq(connection, run, least)?;
    record(connection, run, seq)
}

/// Whether a record of a run says that it was cancelled, of so many.
pub(crate) fn has_cancelled(connection: &Connection, run: u64, records: u64) -> Result<bool, Trouble> {
    let found = "SELECT 1 FROM records WHERE key = ?1 AND kind = ?2";
    for seq in (1..=records).rev() {
        let Some(key) = key(run, seq) else { continue };
        if one(connection, found, params![key, RecordKind::Cancelled.name()], |_| Ok(()))?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Deletes the records of a run, and its input. There are so many at least.
pub(crate) fn delete(connection: &Connection, run: u64, least: u64) -> Result<(), Trouble> {
    for seq in 0..=LAST {
        let Some(key) = key(run, seq) else { break };
        if write(connection, "DELETE FROM records WHERE key = ?1", [key])? == 0 && seq > least {
            break;
        }
    }
    Ok(())
}
