//! What is read and written, in a connection or a transaction that is there.
//!
//! A search has two parts. The index of words says which rows of the user have a word of the query, so that only these are
//! read. What fits best of them is reckoned as in memory, and not by the index: that counts over the rows of all users, so
//! what is written for one would change what is found for another.

use super::{
    super::{
        rank::{Candidate, best},
        store::{Episode, Fact},
        words::{Query, words},
    },
    trouble::Trouble,
};
use crate::message::Message;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, Transaction, params, types::Type};

type Done<T> = Result<T, Trouble>;

/// How many rows that have a word of a query are looked at, newest first.
const CANDIDATES: i64 = 5_000;

/// The number of a user who has one.
fn owner(connection: &Connection, user: Option<&str>) -> Done<Option<i64>> {
    let found = "SELECT number FROM memory_users WHERE user IS ?1";
    Ok(connection.prepare_cached(found)?.query_row([user], |row| row.get(0)).optional()?)
}

/// The number of a user, who is given one if need be.
fn owner_or_new(writer: &Transaction<'_>, user: Option<&str>) -> Done<i64> {
    if let Some(owner) = owner(writer, user)? {
        return Ok(owner);
    }
    writer.execute("INSERT INTO memory_users (user) VALUES (?1)", [user])?;
    Ok(writer.last_insert_rowid())
}

fn execute(writer: &Transaction<'_>, sql: &str, values: impl rusqlite::Params) -> Done<usize> {
    Ok(writer.prepare_cached(sql)?.execute(values)?)
}

fn fact_of(row: &Row<'_>) -> rusqlite::Result<Fact> {
    Ok(Fact { key: row.get(0)?, text: row.get(1)?, session: row.get(2)?, by: row.get(3)?, at: row.get(4)? })
}

fn episode_of(row: &Row<'_>) -> rusqlite::Result<Episode> {
    let unreadable = |error| rusqlite::Error::FromSqlConversionFailure(1, Type::Text, Box::new(error));
    let messages: Vec<Message> = serde_json::from_str(row.get_ref(1)?.as_str()?).map_err(unreadable)?;
    Ok(Episode { key: row.get(0)?, messages, session: row.get(2)?, by: row.get(3)?, at: row.get(4)? })
}

pub(super) fn remember(writer: &Transaction<'_>, user: Option<&str>, fact: &Fact) -> Done<()> {
    let owner = owner_or_new(writer, user)?;
    let Fact { key, text, session, by, at } = fact;
    let there = "SELECT number, text = ?3 FROM memory_facts WHERE owner = ?1 AND key = ?2";
    let there =
        writer.prepare_cached(there)?.query_row(params![owner, key, text], |row| Ok((row.get(0)?, row.get(1)?)));
    match there.optional()? {
        Some((_, true)) => return Ok(()),
        Some((number, false)) => drop_fact(writer, number)?,
        None => {}
    }
    let words = words(&fact.searched()).join(" ");
    let fact = "INSERT INTO memory_facts (owner, key, text, words, session, by, at) \
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    execute(writer, fact, params![owner, key, text, words, session, by, at])?;
    let index = "INSERT INTO memory_facts_words (rowid, owner, words) VALUES (?1, ?2, ?3)";
    execute(writer, index, params![writer.last_insert_rowid(), token(owner), words])?;
    Ok(())
}

fn drop_fact(writer: &Transaction<'_>, number: i64) -> Done<()> {
    execute(writer, "DELETE FROM memory_facts_words WHERE rowid = ?1", [number])?;
    execute(writer, "DELETE FROM memory_facts WHERE number = ?1", [number])?;
    Ok(())
}

pub(super) fn forget(writer: &Transaction<'_>, user: Option<&str>, key: &str) -> Done<bool> {
    let Some(owner) = owner(writer, user)? else { return Ok(false) };
    let there = "SELECT number FROM memory_facts WHERE owner = ?1 AND key = ?2";
    let there = writer.prepare_cached(there)?.query_row(params![owner, key], |row| row.get(0)).optional()?;
    there.map_or(Ok(false), |number| drop_fact(writer, number).map(|()| true))
}

pub(super) fn fact(reader: &Connection, user: Option<&str>, key: &str) -> Done<Option<Fact>> {
    let Some(owner) = owner(reader, user)? else { return Ok(None) };
    let fact = "SELECT key, text, session, by, at FROM memory_facts WHERE owner = ?1 AND key = ?2";
    Ok(reader.prepare_cached(fact)?.query_row(params![owner, key], fact_of).optional()?)
}

pub(super) fn facts(reader: &Connection, user: Option<&str>) -> Done<Vec<Fact>> {
    let Some(owner) = owner(reader, user)? else { return Ok(Vec::new()) };
    let facts = "SELECT key, text, session, by, at FROM memory_facts WHERE owner = ?1 ORDER BY key";
    Ok(reader.prepare_cached(facts)?.query_map([owner], fact_of)?.collect::<Result<_, _>>()?)
}

pub(super) fn facts_about(reader: &Connection, user: Option<&str>, query: &str, most: usize) -> Done<Vec<Fact>> {
    let Some(owner) = owner(reader, user)? else { return Ok(Vec::new()) };
    let tables = Tables {
        count: "SELECT count(*) FROM memory_facts WHERE owner = ?1",
        having: "SELECT number, at, words FROM memory_facts WHERE number IN (SELECT rowid FROM memory_facts_words \
                 WHERE memory_facts_words MATCH ?1 ORDER BY rowid DESC LIMIT ?2) ORDER BY key",
        row: "SELECT key, text, session, by, at FROM memory_facts WHERE number = ?1",
    };
    tables.find(reader, owner, query, most, fact_of)
}

pub(super) fn record(writer: &Transaction<'_>, user: Option<&str>, episode: &Episode) -> Done<()> {
    let owner = owner_or_new(writer, user)?;
    let Episode { key, session, messages, by, at } = episode;
    let messages = serde_json::to_string(messages).map_err(|error| Trouble::Undone(error.into()))?;
    let words = words(&episode.searched()).join(" ");
    let there = "SELECT number, messages = ?4 FROM memory_episodes WHERE owner = ?1 AND key = ?2 AND session IS ?3";
    let values = params![owner, key, session, messages];
    let there = writer.prepare_cached(there)?.query_row(values, |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let number: i64 = match there {
        Some((_, true)) => return Ok(()),
        Some((number, false)) => {
            execute(writer, "DELETE FROM memory_episodes_words WHERE rowid = ?1", [number])?;
            let again = "UPDATE memory_episodes SET messages = ?2, words = ?3, by = ?4, at = ?5 WHERE number = ?1";
            execute(writer, again, params![number, messages, words, by, at])?;
            number
        }
        None => {
            let episode = "INSERT INTO memory_episodes (owner, session, key, messages, words, by, at) \
                           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
            execute(writer, episode, params![owner, session, key, messages, words, by, at])?;
            writer.last_insert_rowid()
        }
    };
    let index = "INSERT INTO memory_episodes_words (rowid, owner, words) VALUES (?1, ?2, ?3)";
    execute(writer, index, params![number, token(owner), words])?;
    Ok(())
}

pub(super) fn last(reader: &Connection, user: Option<&str>, session: Option<&str>, most: usize) -> Done<Vec<Episode>> {
    let Some(owner) = owner(reader, user)? else { return Ok(Vec::new()) };
    let last = "SELECT key, messages, session, by, at FROM memory_episodes WHERE owner = ?1 AND session IS ?2 \
                ORDER BY number DESC LIMIT ?3";
    let mut statement = reader.prepare_cached(last)?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut last: Vec<_> = statement.query_map(params![owner, session, most], episode_of)?.collect::<Result<_, _>>()?;
    last.reverse();
    Ok(last)
}

pub(super) fn episodes_about(reader: &Connection, user: Option<&str>, query: &str, most: usize) -> Done<Vec<Episode>> {
    let Some(owner) = owner(reader, user)? else { return Ok(Vec::new()) };
    let tables = Tables {
        count: "SELECT count(*) FROM memory_episodes WHERE owner = ?1",
        having: "SELECT number, at, words FROM memory_episodes WHERE number IN (SELECT rowid FROM \
                 memory_episodes_words WHERE memory_episodes_words MATCH ?1 ORDER BY rowid DESC LIMIT ?2) \
                 ORDER BY number DESC",
        row: "SELECT key, messages, session, by, at FROM memory_episodes WHERE number = ?1",
    };
    tables.find(reader, owner, query, most, episode_of)
}

pub(super) fn forget_session(writer: &Transaction<'_>, user: Option<&str>, session: Option<&str>) -> Done<u64> {
    let Some(owner) = owner(writer, user)? else { return Ok(0) };
    let index = "DELETE FROM memory_episodes_words WHERE rowid IN \
                 (SELECT number FROM memory_episodes WHERE owner = ?1 AND session IS ?2)";
    execute(writer, index, params![owner, session])?;
    let gone =
        execute(writer, "DELETE FROM memory_episodes WHERE owner = ?1 AND session IS ?2", params![owner, session])?;
    Ok(u64::try_from(gone).unwrap_or(u64::MAX))
}

pub(super) fn prune(writer: &Transaction<'_>, before: i64) -> Done<u64> {
    let index = "DELETE FROM memory_episodes_words WHERE rowid IN (SELECT number FROM memory_episodes WHERE at < ?1)";
    execute(writer, index, [before])?;
    let gone = execute(writer, "DELETE FROM memory_episodes WHERE at < ?1", [before])?;
    let nobody = "DELETE FROM memory_users WHERE number NOT IN (SELECT owner FROM memory_facts) \
                  AND number NOT IN (SELECT owner FROM memory_episodes)";
    execute(writer, nobody, [])?;
    Ok(u64::try_from(gone).unwrap_or(u64::MAX))
}

pub(super) fn forget_user(writer: &Transaction<'_>, user: Option<&str>) -> Done<()> {
    let Some(owner) = owner(writer, user)? else { return Ok(()) };
    for sql in [
        "DELETE FROM memory_facts_words WHERE rowid IN (SELECT number FROM memory_facts WHERE owner = ?1)",
        "DELETE FROM memory_episodes_words WHERE rowid IN (SELECT number FROM memory_episodes WHERE owner = ?1)",
        "DELETE FROM memory_facts WHERE owner = ?1",
        "DELETE FROM memory_episodes WHERE owner = ?1",
        "DELETE FROM memory_users WHERE number = ?1",
    ] {
        execute(writer, sql, [owner])?;
    }
    Ok(())
}

/// What the index of words calls a user.
fn token(owner: i64) -> String {
    format!("u{owner}")
}

/// Where something is found that has words.
struct Tables {
    /// How many rows a user has.
    count: &'static str,
    /// Those that have a word of a query, in the order they are to have among equals.
    having: &'static str,
    /// One row.
    row: &'static str,
}

impl Tables {
    fn find<T>(
        &self,
        reader: &Connection,
        owner: i64,
        query: &str,
        most: usize,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Done<Vec<T>> {
        let query = Query::new(query);
        let Some(terms) = query.fts() else { return Ok(Vec::new()) };
        let terms = format!("owner : {} AND words : ({terms})", token(owner));
        let texts: i64 = reader.prepare_cached(self.count)?.query_row([owner], |row| row.get(0))?;
        let mut having = reader.prepare_cached(self.having)?;
        let candidates = candidates(&mut having, &terms, &query)?;
        let best = best(&query, usize::try_from(texts).unwrap_or_default(), candidates, most);
        let mut row = reader.prepare_cached(self.row)?;
        Ok(best.into_iter().map(|number| row.query_row([number], read)).collect::<Result<_, _>>()?)
    }
}

/// The numbers of what has a word of a query in it.
fn candidates(having: &mut CachedStatement<'_>, terms: &str, query: &Query) -> Done<Vec<Candidate<i64>>> {
    let mut rows = having.query(params![terms, CANDIDATES])?;
    let mut candidates = Vec::new();
    while let Some(row) = rows.next()? {
        let words = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
        if let Some(found) = query.counts(words.split_ascii_whitespace()) {
            candidates.push(Candidate { item: row.get(0)?, at: row.get(1)?, found });
        }
    }
    Ok(candidates)
}
