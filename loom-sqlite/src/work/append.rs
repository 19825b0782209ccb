//! Writing what happened in a run.

use crate::{
    known::Standing,
    rows::{heads, messages, questions, records, runs},
    store::Store,
    trouble::Trouble,
};
use loomflow_runtime::{
    journal::{Append, Asked, Claim, JournalError, QuestionState},
    meter::Usage,
};
use std::collections::BTreeMap;

/// Writes what happened in a run.
pub(crate) fn append(store: &mut Store<'_>, append: &Append) -> Result<(), Trouble> {
    let Claim { run, token } = append.claim;
    let fenced = || JournalError::Fenced { run };
    let standing = store.standing(run)?.filter(|standing| standing.token == token).ok_or_else(fenced)?;
    if has(store, &standing, append)? {
        return Ok(());
    }
    store.leased(standing.owner.as_deref().ok_or_else(fenced)?, append.now)?;
    follows(&standing, append)?;
    let questions = become_of(store, append)?;

    for record in &append.records {
        store.add(run, record)?;
    }
    for start in &append.forget {
        heads::forget(store.connection, run, start)?;
    }
    for head in &append.heads {
        heads::set(store.connection, run, head)?;
    }
    for asked in questions.values() {
        questions::set(store.connection, run, asked)?;
    }
    for &number in &append.taken {
        messages::take(store.connection, run, number)?;
    }
    store.known.advance(run, append.records.len() as u64);
    if !is_plain(append) {
        store.known.take_plain(run);
    }
    spend(store, append)?;
    if append.status.is_some() {
        leave(store, append, standing.next - 1 + append.records.len() as u64)?;
    }
    Ok(())
}

/// Whether nothing but records is written.
fn is_plain(append: &Append) -> bool {
    append.heads.is_empty()
        && append.forget.is_empty()
        && append.asked.is_empty()
        && append.closed.is_empty()
        && append.taken.is_empty()
}

/// Adds what the records say was spent on models to what the run has spent in all.
fn spend(store: &mut Store<'_>, append: &Append) -> Result<(), Trouble> {
    let spent: Usage = append.records.iter().map(|record| record.usage).sum();
    if spent.is_nothing() {
        return Ok(());
    }
    let run = append.claim.run;
    let plain = store.known.take_plain(run);
    let is_plain = plain.is_some();
    let row = if is_plain { plain } else { runs::by_number(store.connection, run)? };
    if let Some(mut row) = row {
        row.info.usage += spent;
        row.change(store.connection)?;
        if is_plain {
            store.known.set_plain(row);
        }
    }
    Ok(())
}

/// Leaves a run as it stands now, with so many records.
fn leave(store: &mut Store<'_>, append: &Append, records: u64) -> Result<(), Trouble> {
    let run = append.claim.run;
    let plain = store.known.take_plain(run);
    let is_plain = plain.is_some();
    let row = if is_plain { plain } else { runs::by_number(store.connection, run)? };
    let (Some((status, wake_at)), Some(mut row)) = (append.status, row) else { return Ok(()) };
    row.info.status = status;
    row.info.wake_at = wake_at;
    row.info.ended_at = status.is_end().then_some(append.now);
    row.info.owner = None;
    row.records = records;
    if !is_plain {
        row.counts = runs::counts(store.connection, run)?;
        row.signal |= row.info.cancel_at.is_some() && !records::has_cancelled(store.connection, run, records)?;
        row.signal |= messages::has_answer(store.connection, run)?;
    }
    row.change(store.connection)?;
    store.known.forget_run(run);
    Ok(())
}

/// Whether an append was written before, so that only the answer to it was lost.
fn has(store: &Store<'_>, standing: &Standing, append: &Append) -> Result<bool, Trouble> {
    let run = append.claim.run;
    let Some(first) = append.records.first() else {
        let Some((status, _)) = append.status.filter(|_| standing.owner.is_none()) else { return Ok(false) };
        return Ok(runs::by_number(store.connection, run)?.is_some_and(|row| row.info.status == status));
    };
    if first.seq >= standing.next {
        return Ok(false);
    }
    for record in &append.records {
        if records::record(store.connection, run, record.seq)?.as_ref() != Some(record) {
            return Err(JournalError::Sequence { run, found: first.seq, expected: standing.next }.into());
        }
    }
    Ok(true)
}

/// Refuses records that do not follow the last one.
fn follows(standing: &Standing, append: &Append) -> Result<(), Trouble> {
    match (standing.next..).zip(&append.records).find(|(expected, record)| record.seq != *expected) {
        Some((expected, record)) => {
            Err(JournalError::Sequence { run: append.claim.run, found: record.seq, expected }.into())
        }
        None => Ok(()),
    }
}

/// What becomes of questions that are asked or closed; refuses what cannot.
fn become_of(store: &Store<'_>, append: &Append) -> Result<BTreeMap<u64, Asked>, Trouble> {
    let run = append.claim.run;
    let mut questions = BTreeMap::new();
    for asked in &append.asked {
        let before = match questions.remove(&asked.seq) {
            Some(before) => Some(before),
            None => questions::question(store.connection, run, asked.seq)?,
        };
        let mut now = before.unwrap_or_else(|| Asked { state: QuestionState::Open, ..asked.clone() });
        now.may_become(&asked.state)?;
        now.become_of(asked.state.clone());
        questions.insert(asked.seq, now);
    }
    for &question in &append.closed {
        let before = match questions.remove(&question) {
            Some(before) => Some(before),
            None => questions::question(store.connection, run, question)?,
        };
        let Some(mut now) = before else {
            let id = runs::by_number(store.connection, run)?.map(|row| row.info.id).unwrap_or_default();
            return Err(JournalError::NotAsked { id, question }.into());
        };
        now.may_become(&QuestionState::Closed)?;
        now.become_of(QuestionState::Closed);
        questions.insert(question, now);
    }
    Ok(questions)
}
