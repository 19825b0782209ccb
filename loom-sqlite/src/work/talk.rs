//! What is put for a run from outside, and what is kept of steps.

use crate::{
    checksum::Checksum,
    rows::{
        messages, questions,
        runs::{self, RunRow},
        write,
    },
    store::Store,
    trouble::Trouble,
};
use loomflow_runtime::journal::{JournalError, Message, QuestionState};
use rusqlite::params;

/// The run of an id that has not ended, which is about to be changed.
fn going(store: &mut Store<'_>, id: &str) -> Result<RunRow, Trouble> {
    match runs::by_id(store.connection, id)? {
        None => Err(JournalError::Unknown { id: id.to_owned() }.into()),
        Some(row) if row.info.status.is_end() => Err(JournalError::Ended { id: id.to_owned() }.into()),
        Some(row) => {
            store.known.take_plain(row.info.run);
            Ok(row)
        }
    }
}

/// Puts an answer or a message.
pub(crate) fn put(store: &mut Store<'_>, id: &str, message: &Message) -> Result<(), Trouble> {
    let mut row = going(store, id)?;
    let run = row.info.run;
    if let Some(question) = message.question {
        let found = questions::question(store.connection, run, question)?;
        let mut asked = found.ok_or_else(|| JournalError::NotAsked { id: id.to_owned(), question })?;
        match &asked.state {
            QuestionState::Open => {}
            QuestionState::Answered { by, .. } => {
                return Err(JournalError::Answered { question, by: by.clone() }.into());
            }
            QuestionState::Closed => return Err(JournalError::Closed { question }.into()),
        }
        asked.become_of(QuestionState::Answered { by: message.by.clone(), at: message.at });
        questions::set(store.connection, run, &asked)?;
    }
    messages::add(store.connection, run, message)?;
    row.counts.messages += 1;
    row.signal = true;
    row.change(store.connection)
}

/// Asks that a run be cancelled.
pub(crate) fn cancel(store: &mut Store<'_>, id: &str, now: i64) -> Result<(), Trouble> {
    let mut row = going(store, id)?;
    if row.info.cancel_at.is_none() {
        row.info.cancel_at = Some(now);
        row.signal = true;
        row.change(store.connection)?;
    }
    Ok(())
}

/// Tells an owner of its runs for which something was put.
pub(crate) fn signals(store: &mut Store<'_>, owner: &str) -> Result<Vec<String>, Trouble> {
    let mut ids = Vec::new();
    for mut row in runs::signalled(store.connection, owner)? {
        row.signal = false;
        store.known.take_plain(row.info.run);
        row.change(store.connection)?;
        ids.push(row.info.id);
    }
    Ok(ids)
}

/// What is kept of a step is found by this.
pub(crate) fn hash(step: &str, input: &str) -> i64 {
    Checksum::new().text(step).text(input).end()
}

/// The checksum of what is kept of a step.
pub(crate) fn cache_crc(step: &str, input: &str, output: &str, until: i64) -> i64 {
    Checksum::new().text(step).text(input).text(output).int(until).end()
}

/// Keeps what a step gave for an input.
pub(crate) fn cache(store: &mut Store<'_>, step: &str, input: &str, output: &str, until: i64) -> Result<(), Trouble> {
    let hash = hash(step, input);
    let new = "INSERT OR REPLACE INTO cache (hash, step, input, output, until, crc) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let crc = cache_crc(step, input, output, until);
    write(store.connection, new, params![hash, step, input, output, until, crc])?;
    Ok(())
}
