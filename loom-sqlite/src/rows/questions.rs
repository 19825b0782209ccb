//! The rows of questions.

use super::{Odd, all, damaged, int, key, keys, maybe_text, one, runs, seq, stored, text, too_large, write};
use crate::{checksum::Checksum, trouble::Trouble};
use loomflow_runtime::journal::{Asked, QuestionState};
use rusqlite::{Connection, Row, params};

/// The columns, in the order they are read in.
macro_rules! columns {
    ($rest:literal) => {
        concat!("SELECT key, scope, node, ask, question, asked_at, state, answerer, took, crc FROM questions ", $rest)
    };
}

/// How a state is stored: its name, who answered, and at what time, which is told from the time of the question.
fn state(state: &QuestionState) -> (&'static str, Option<&str>, Option<i64>) {
    match state {
        QuestionState::Open => ("open", None, None),
        QuestionState::Answered { by, at } => ("answered", by.as_deref(), Some(*at)),
        QuestionState::Closed => ("closed", None, None),
    }
}

fn crc(key: i64, asked: &Asked) -> i64 {
    let (name, by, at) = state(&asked.state);
    Checksum::new()
        .int(key)
        .text(&asked.scope)
        .text(&asked.node)
        .text(&asked.ask)
        .maybe_text(asked.question.as_deref())
        .int(asked.at)
        .text(name)
        .maybe_text(by)
        .maybe_int(at)
        .end()
}

fn parse(row: &Row<'_>) -> Result<Asked, Odd> {
    let (key, asked_at) = (int(row, 0)?, int(row, 5)?);
    let asked = Asked {
        seq: seq(key),
        scope: text(row, 1)?,
        node: text(row, 2)?,
        ask: text(row, 3)?,
        question: maybe_text(row, 4)?,
        at: asked_at,
        state: match text(row, 6)?.as_str() {
            "open" => QuestionState::Open,
            "answered" => QuestionState::Answered { by: maybe_text(row, 7)?, at: asked_at.wrapping_add(int(row, 8)?) },
            "closed" => QuestionState::Closed,
            _ => return Err(Odd),
        },
    };
    Odd::unless(crc(key, &asked) == int(row, 9)?)?;
    Ok(asked)
}

/// Writes a question, in place of what stood there of it.
pub(crate) fn set(connection: &Connection, run: u64, asked: &Asked) -> Result<(), Trouble> {
    let key = key(run, asked.seq).ok_or_else(too_large)?;
    let (name, by, at) = state(&asked.state);
    write(
        connection,
        "INSERT OR REPLACE INTO questions (key, scope, node, ask, question, asked_at, state, answerer, took, crc) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            key,
            stored(&asked.scope),
            stored(&asked.node),
            stored(&asked.ask),
            asked.question,
            asked.at,
            name,
            by,
            at.map(|at| at.wrapping_sub(asked.at)),
            crc(key, asked)
        ],
    )?;
    Ok(())
}

/// A question of a run.
pub(crate) fn question(connection: &Connection, run: u64, number: u64) -> Result<Option<Asked>, Trouble> {
    let Some(key) = key(run, number) else { return Ok(None) };
    one(connection, columns!("WHERE key = ?1"), [key], |row| {
        parse(row).map_err(|Odd| damaged(connection, run, &format!("question {number}")))
    })
}

/// All questions of a run, in order.
pub(crate) fn list(connection: &Connection, run: u64) -> Result<Vec<Asked>, Trouble> {
    let Some((first, last)) = keys(run) else { return Ok(Vec::new()) };
    let asked = all(connection, columns!("WHERE key BETWEEN ?1 AND ?2 ORDER BY key"), [first, last], |row| {
        parse(row).map_err(|Odd| damaged(connection, run, "a question"))
    })?;
    runs::all_there(connection, run, "the list of questions", asked.len(), |counts| counts.questions)?;
    Ok(asked)
}

/// Deletes the questions of a run.
pub(crate) fn delete(connection: &Connection, run: u64) -> Result<(), Trouble> {
    if let Some((first, last)) = keys(run) {
        write(connection, "DELETE FROM questions WHERE key BETWEEN ?1 AND ?2", [first, last])?;
    }
    Ok(())
}
