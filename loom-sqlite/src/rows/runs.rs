//! The rows of runs.

use super::{Odd, damaged, int, keys, maybe_int, maybe_text, one, spent, stored, text, usage, write};
use crate::{checksum::Checksum, trouble::Trouble};
use loomflow_runtime::{
    Value as _,
    journal::{Filter, RunInfo, Status},
    meter::Budget,
};
use rusqlite::{Connection, Params, Row, ToSql, params};

/// The columns, in the order they are read in.
macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT run, id, workflow, version, fingerprint, status, user, session, metadata, created_at, ended_at, ",
            "wake_at, cancel_at, owner, token, records, heads, questions, messages, signal, crc, budget, usage FROM runs ",
            $rest
        )
    };
}

/// What stands in the row of a run.
#[derive(Debug, Clone)]
pub(crate) struct RunRow {
    pub(crate) info: RunInfo,
    /// The token of its newest claim.
    pub(crate) token: u64,
    /// How many records it had when the row was last changed: there are no fewer.
    pub(crate) records: u64,
    /// How many of what belongs to it there are while nobody has it.
    pub(crate) counts: Counts,
    /// Whether something was put since its owner was told.
    pub(crate) signal: bool,
}

/// How many of what belongs to a run there are.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) heads: i64,
    pub(crate) questions: i64,
    pub(crate) messages: i64,
}

/// How the budget of a run is stored.
fn budget(info: &RunInfo) -> Option<String> {
    // Of numbers, nothing can be refused.
    info.budget.map(|budget| budget.write().unwrap_or_default())
}

impl RunRow {
    fn crc(&self) -> i64 {
        let info = &self.info;
        Checksum::new()
            .int(info.run.cast_signed())
            .text(&info.id)
            .text(&info.workflow)
            .int(info.version.into())
            .text(&info.fingerprint)
            .text(info.status.name())
            .maybe_text(info.user.as_deref())
            .maybe_text(info.session.as_deref())
            .maybe_text(info.metadata.as_deref())
            .int(info.created_at)
            .maybe_int(info.ended_at)
            .maybe_int(info.wake_at)
            .maybe_int(info.cancel_at)
            .maybe_text(info.owner.as_deref())
            .int(self.token.cast_signed())
            .int(self.records.cast_signed())
            .int(self.counts.heads)
            .int(self.counts.questions)
            .int(self.counts.messages)
            .int(self.signal.into())
            .maybe_text(budget(info).as_deref())
            .text(&usage(&info.usage))
            .end()
    }

    fn read(row: &Row<'_>) -> Result<Self, Trouble> {
        Self::parse(row).map_err(|Odd| {
            let id = text(row, 1).unwrap_or_default();
            Trouble::Damaged(format!("the row of run `{id}` is not what was written"))
        })
    }

    fn parse(row: &Row<'_>) -> Result<Self, Odd> {
        let info = RunInfo {
            run: int(row, 0)?.cast_unsigned(),
            id: text(row, 1)?,
            workflow: text(row, 2)?,
            version: int(row, 3)?.try_into()?,
            fingerprint: text(row, 4)?,
            status: Status::of(&text(row, 5)?).ok_or(Odd)?,
            user: maybe_text(row, 6)?,
            session: maybe_text(row, 7)?,
            metadata: maybe_text(row, 8)?,
            created_at: int(row, 9)?,
            ended_at: maybe_int(row, 10)?,
            wake_at: maybe_int(row, 11)?,
            cancel_at: maybe_int(row, 12)?,
            owner: maybe_text(row, 13)?,
            budget: maybe_text(row, 21)?.map(|json| Budget::read(&json).map_err(|_| Odd)).transpose()?,
            usage: spent(row, 22)?,
        };
        let (token, records) = (int(row, 14)?.cast_unsigned(), int(row, 15)?.cast_unsigned());
        let counts = Counts { heads: int(row, 16)?, questions: int(row, 17)?, messages: int(row, 18)? };
        let read = Self { info, token, records, counts, signal: int(row, 19)? != 0 };
        Odd::unless(read.crc() == int(row, 20)?)?;
        Ok(read)
    }

    /// Adds the row of a new run, unless there is one of its id. Gives whether it did.
    pub(crate) fn add(&self, connection: &Connection) -> Result<bool, Trouble> {
        let (info, crc) = (&self.info, self.crc());
        let added = write(
            connection,
            "INSERT INTO runs (run, id, workflow, version, fingerprint, status, user, session, metadata, created_at, \
             ended_at, wake_at, cancel_at, owner, token, records, heads, questions, messages, signal, crc, budget, usage) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, \
             ?22, ?23) ON CONFLICT (id) DO NOTHING",
            params![
                info.run.cast_signed(),
                info.id,
                info.workflow,
                info.version,
                info.fingerprint,
                info.status.name(),
                info.user,
                info.session,
                info.metadata,
                info.created_at,
                info.ended_at,
                info.wake_at,
                info.cancel_at,
                info.owner,
                self.token.cast_signed(),
                self.records.cast_signed(),
                self.counts.heads,
                self.counts.questions,
                self.counts.messages,
                self.signal,
                crc,
                budget(info),
                stored(&usage(&info.usage))
            ],
        )?;
        Ok(added > 0)
    }

    /// Writes what can change of a run.
    pub(crate) fn change(&self, connection: &Connection) -> Result<(), Trouble> {
        let info = &self.info;
        write(
            connection,
            "UPDATE runs SET status = ?2, ended_at = ?3, wake_at = ?4, cancel_at = ?5, owner = ?6, token = ?7, \
             records = ?8, heads = ?9, questions = ?10, messages = ?11, signal = ?12, crc = ?13, usage = ?14 \
             WHERE run = ?1",
            params![
                info.run.cast_signed(),
                info.status.name(),
                info.ended_at,
                info.wake_at,
                info.cancel_at,
                info.owner,
                self.token.cast_signed(),
                self.records.cast_signed(),
                self.counts.heads,
                self.counts.questions,
                self.counts.messages,
                self.signal,
                self.crc(),
                stored(&usage(&info.usage))
            ],
        )?;
        Ok(())
    }
}

/// The number that comes after all that are there and all that were deleted.
pub(crate) fn next_number(connection: &Connection) -> Result<u64, Trouble> {
    let highest = "SELECT (SELECT max(run) FROM runs), (SELECT value FROM meta WHERE name = 'run')";
    let last = one(connection, highest, [], |row| {
        Ok(row.get::<_, Option<i64>>(0)?.unwrap_or(0).max(row.get::<_, Option<i64>>(1)?.unwrap_or(0)))
    })?;
    Ok(last.unwrap_or(0).cast_unsigned() + 1)
}

/// Deletes the row of a run, whose number is not used again.
pub(crate) fn delete(connection: &Connection, run: u64) -> Result<(), Trouble> {
    let run = [run.cast_signed()];
    write(connection, "DELETE FROM runs WHERE run = ?1", run)?;
    write(connection, "UPDATE meta SET value = ?1 WHERE name = 'run' AND value < ?1", run)?;
    Ok(())
}

/// The run of an id.
pub(crate) fn by_id(connection: &Connection, id: &str) -> Result<Option<RunRow>, Trouble> {
    one(connection, columns!("WHERE id = ?1"), [id], RunRow::read)
}

/// The run of a number.
pub(crate) fn by_number(connection: &Connection, run: u64) -> Result<Option<RunRow>, Trouble> {
    one(connection, columns!("WHERE run = ?1"), [run.cast_signed()], RunRow::read)
}

/// How many of what belongs to a run there are.
pub(crate) fn counts(connection: &Connection, run: u64) -> Result<Counts, Trouble> {
    let Some((first, last)) = keys(run) else { return Ok(Counts::default()) };
    let counts = "SELECT (SELECT count(*) FROM heads WHERE run = ?1), \
                         (SELECT count(*) FROM questions WHERE key BETWEEN ?2 AND ?3), \
                         (SELECT count(*) FROM messages WHERE run = ?1)";
    let counts = one(connection, counts, [run.cast_signed(), first, last], |row| {
        Ok(Counts { heads: row.get(0)?, questions: row.get(1)?, messages: row.get(2)? })
    })?;
    Ok(counts.unwrap_or_default())
}

/// Refuses a number of something that is not as many as there were when nobody had the run any more.
pub(crate) fn all_there(
    connection: &Connection,
    run: u64,
    what: &str,
    found: usize,
    counted: impl FnOnce(&Counts) -> i64,
) -> Result<(), Trouble> {
    match by_number(connection, run)? {
        Some(row) if row.info.owner.is_none() && i64::try_from(found) != Ok(counted(&row.counts)) => {
            Err(damaged(connection, run, what))
        }
        _ => Ok(()),
    }
}

/// The runs of a query, at most so many, without those whose row is damaged: none of them is to hide the others. Whoever asks
/// for such a run by its id is told.
fn whole(connection: &Connection, sql: &str, parameters: impl Params, limit: usize) -> Result<Vec<RunRow>, Trouble> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(parameters)?;
    let mut found = Vec::new();
    while found.len() < limit {
        let Some(row) = rows.next()? else { break };
        match RunRow::read(row) {
            Ok(run) => found.push(run),
            Err(Trouble::Damaged(what)) => {
                tracing::warn!(journal = connection.path(), "a run is left out of a list: {what}");
            }
            Err(trouble) => return Err(trouble),
        }
    }
    Ok(found)
}

/// An owner's runs that it is to be told of.
pub(crate) fn signalled(connection: &Connection, owner: &str) -> Result<Vec<RunRow>, Trouble> {
    whole(
        connection,
        columns!(
            "INDEXED BY runs_open \
         WHERE ended_at IS NULL AND status = 'running' AND wake_at IS NULL AND signal = 1 AND owner = ?1 ORDER BY run"
        ),
        [owner],
        usize::MAX,
    )
}

/// The runs that a filter lets through, the newest first.
pub(crate) fn list(connection: &Connection, filter: &Filter) -> Result<Vec<RunInfo>, Trouble> {
    let status = filter.status.map(Status::name);
    let limit = match filter.limit {
        0 => usize::MAX,
        limit => limit,
    };
    let conditions: [(&str, Option<&dyn ToSql>); 5] = [
        ("workflow = ?", filter.workflow.as_ref().map(|workflow| workflow as _)),
        ("status = ?", status.as_ref().map(|status| status as _)),
        ("user = ?", filter.user.as_ref().map(|user| user as _)),
        ("session = ?", filter.session.as_ref().map(|session| session as _)),
        ("created_at < ?", filter.created_before.as_ref().map(|before| before as _)),
    ];
    let mut sql = columns!("WHERE 1").to_owned();
    let mut parameters: Vec<&dyn ToSql> = Vec::new();
    for (condition, parameter) in conditions {
        if let Some(parameter) = parameter {
            sql.push_str(" AND ");
            sql.push_str(condition);
            parameters.push(parameter);
        }
    }
    sql.push_str(" ORDER BY run DESC");
    Ok(whole(connection, &sql, parameters.as_slice(), limit)?.into_iter().map(|row| row.info).collect())
}

/// The ids of runs that are to go on and nobody is at, the oldest first.
pub(crate) fn ready(connection: &Connection, now: i64, limit: usize) -> Result<Vec<String>, Trouble> {
    let ready = columns!(
        "INDEXED BY runs_open WHERE ended_at IS NULL AND ( \
           status = 'waiting' AND (signal OR wake_at <= ?1) OR status = 'running' AND ( \
             owner IS NULL OR NOT EXISTS (SELECT 1 FROM owners WHERE owners.owner = runs.owner AND until > ?1))) \
         ORDER BY run"
    );
    Ok(whole(connection, ready, [now], limit)?.into_iter().map(|row| row.info.id).collect())
}

/// When the next run that waits is to go on.
pub(crate) fn next_wake(connection: &Connection) -> Result<Option<i64>, Trouble> {
    let next = "SELECT wake_at FROM runs INDEXED BY runs_open \
                WHERE ended_at IS NULL AND status = 'waiting' AND wake_at IS NOT NULL ORDER BY wake_at LIMIT 1";
    one(connection, next, [], |row| Ok(row.get(0)?))
}
