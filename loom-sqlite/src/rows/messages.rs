//! The rows of messages.

use super::{Odd, all, damaged, int, maybe_int, maybe_text, one, runs, text, write};
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
    let next = "UPDATE meta SET value = value + 1 WHERE name = 'message' RETURNING value";
    let number = one(connection, next, [], |row| Ok(row.get(0)?))?;
    let number: i64 =
        number.ok_or_else(|| Trouble::Damaged("it does not say how many messages there were".to_owned()))?;
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
    let take = "DELETE FROM messages WHERE run = ?1 AND number = ?2";
    write(connection, take, [run.cast_signed(), number.cast_signed()])?;
    Ok(())
}

/// Deletes the messages of a run.
pub(crate) fn delete(connection: &Connection, run: u64) -> Result<(), Trouble> {
    write(connection, "DELETE FROM messages WHERE run = ?1", [run.cast_signed()])?;
    Ok(())
}
