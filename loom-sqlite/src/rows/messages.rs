//! The rows of messages.

use super::{Odd, all, damaged, int, maybe_int, maybe_text, next_number, one, runs, text, write};
use crate::{checksum::Checksum, trouble::Trouble};
use loomflow_runtime::journal::Message;
use rusqlite::{Connection, Row, params};

fn crc(number: i64, run: u64, message: &Message) -> i64 {
    Checksum::new()
        .int(number)
        .int(run.cast_signed())
        .text(&message.ask)
        .maybe_int(message.question.map(u64::cast_signed))
        .text(&message.value)
        .maybe_text(message.by.as_deref())
        .int(message.at)
        .end()
}

fn parse(run: u64, row: &Row<'_>) -> Result<(u64, Message), Odd> {
    let number = int(row, 0)?;
    let message = Message {
        ask: text(row, 1)?,
        question: maybe_int(row, 2)?.map(i64::cast_unsigned),
        value: text(row, 3)?,
        by: maybe_text(row, 4)?,
        at: int(row, 5)?,
    };
    Odd::unless(crc(number, run, &message) == int(row, 6)?)?;
    Ok((number.cast_unsigned(), message))
}

/// Adds a message, whose number nothing had before.
pub(crate) fn add(connection: &Connection, run: u64, message: &Message) -> Result<(), Trouble> {
    let highest = "SELECT (SELECT max(number) FROM messages), (SELECT value FROM meta WHERE name = 'message')";
    let number = next_number(connection, highest)?;
    write(
        connection,
        "INSERT INTO messages (number, run, ask, question, value, giver, at, crc) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            number,
            run.cast_signed(),
            message.ask,
            message.question.map(u64::cast_signed),
            message.value,
            message.by,
            message.at,
            crc(number, run, message)
        ],
    )?;
    Ok(())
}

/// What was put for a run and not taken yet, in order.
pub(crate) fn list(connection: &Connection, run: u64) -> Result<Vec<(u64, Message)>, Trouble> {
    let messages = "SELECT number, ask, question, value, giver, at, crc FROM messages WHERE run = ?1 ORDER BY number";
    let put = all(connection, messages, [run.cast_signed()], |row| {
        parse(run, row).map_err(|Odd| damaged(connection, run, "a message"))
    })?;
    runs::all_there(connection, run, "the list of messages", put.len(), |counts| counts.messages)?;
    Ok(put)
}

/// Whether an answer is there that its run has not taken.
pub(crate) fn has_answer(connection: &Connection, run: u64) -> Result<bool, Trouble> {
    let found = "SELECT 1 FROM messages WHERE run = ?1 AND question IS NOT NULL LIMIT 1";
    Ok(one(connection, found, [run.cast_signed()], |_| Ok(()))?.is_some())
}

/// Takes a message of a run.
pub(crate) fn take(connection: &Connection, run: u64, number: u64) -> Result<(), Trouble> {
    let take = "DELETE FROM messages WHERE number = ?1 AND run = ?2";
    if write(connection, take, [number.cast_signed(), run.cast_signed()])? > 0 {
        is_used(connection, number)?;
    }
    Ok(())
}

/// Deletes the messages of a run.
pub(crate) fn delete(connection: &Connection, run: u64) -> Result<(), Trouble> {
    let last = "SELECT max(number) FROM messages WHERE run = ?1";
    let last: Option<i64> = one(connection, last, [run.cast_signed()], |row| Ok(row.get(0)?))?.flatten();
    if let Some(last) = last {
        write(connection, "DELETE FROM messages WHERE run = ?1", [run.cast_signed()])?;
        is_used(connection, last.cast_unsigned())?;
    }
    Ok(())
}

/// Has the number of a message that is gone never used again.
fn is_used(connection: &Connection, number: u64) -> Result<(), Trouble> {
    let used = "UPDATE meta SET value = ?1 WHERE name = 'message' AND value < ?1";
    write(connection, used, [number.cast_signed()])?;
    Ok(())
}
