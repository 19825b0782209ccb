//! The connection that writes, and its transactions.

use crate::{
    known::{Known, Standing},
    queue::Job,
    rows::{damaged, one, records, runs, write},
    trouble::{Trouble, failed},
};
use loomflow_runtime::journal::JournalError;
use rusqlite::{Connection, Error};
use std::sync::Arc;

/// The connection that writes.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) connection: Connection,
    pub(crate) known: Known,
    /// What the journal is called in errors.
    journal: Arc<str>,
}

impl Store {
    pub(crate) fn new(connection: Connection, journal: Arc<str>) -> Self {
        Self { connection, known: Known::default(), journal }
    }

    /// Does jobs in one transaction and tells each of them how it went.
    ///
    /// When one of them makes the database fail, each is done in a transaction of its own, so that only that one fails.
    pub(crate) fn commit(&mut self, jobs: &mut [Box<dyn Job>]) {
        // Where no transaction can begin, because another process does not end its own, no job need try that again.
        if let Err(error) = self.begin() {
            for job in jobs {
                job.settle(Some(failed(&error, &self.journal, job.tried())));
            }
            return;
        }
        match self.attempt(jobs) {
            Ok(()) => jobs.iter_mut().for_each(|job| job.settle(None)),
            Err(trouble) => match jobs {
                [job] => job.settle(Some(trouble.told(&self.journal, job.tried()))),
                jobs => jobs.chunks_mut(1).for_each(|job| self.commit(job)),
            },
        }
    }

    fn begin(&self) -> Result<(), Error> {
        self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([]).map(drop)
    }

    /// Does jobs in the transaction that has begun, all or nothing.
    fn attempt(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<(), Trouble> {
        let done = self.transact(jobs);
        if done.is_err() {
            self.known.clear();
            if !self.connection.is_autocommit() {
                // Should that fail too, the next transaction cannot begin and says why.
                let _ = self.connection.execute_batch("ROLLBACK");
            }
        }
        done
    }

    fn transact(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<(), Trouble> {
        // It changes when another connection has written. From here on, none can.
        let version = one(&self.connection, "PRAGMA data_version", [], |row| Ok(row.get(0)?))?;
        self.known.only_of(version.unwrap_or_default());
        for job in jobs {
            job.run(self)?;
        }
        write(&self.connection, "COMMIT", [])?;
        Ok(())
    }

    /// Where a run stands, if there is one.
    pub(crate) fn standing(&mut self, run: u64) -> Result<Option<Standing>, Trouble> {
        if let Some(standing) = self.known.run(run) {
            return Ok(Some(standing));
        }
        let Some(row) = runs::by_number(&self.connection, run)? else { return Ok(None) };
        let last = records::last_seq(&self.connection, run)?;
        if last < row.records {
            return Err(damaged(&self.connection, run, &format!("record {}", last + 1)));
        }
        let standing = Standing { token: row.token, next: last + 1, owner: row.info.owner.map(Into::into) };
        self.known.set_run(run, standing.clone());
        Ok(Some(standing))
    }

    /// How long the lease of an owner lasts beyond now, if it does.
    pub(crate) fn left(&mut self, owner: &str, now: i64) -> Result<Option<i64>, Trouble> {
        let until = match self.known.lease(owner) {
            Some(until) => Some(until),
            None => {
                let until = "SELECT until FROM owners WHERE owner = ?1";
                let until = one(&self.connection, until, [owner], |row| Ok(row.get(0)?))?;
                if let Some(until) = until {
                    self.known.set_lease(owner, until);
                }
                until
            }
        };
        Ok(until.map(|until| until.saturating_sub(now)).filter(|&left| left > 0))
    }

    /// Refuses an owner without a lease.
    pub(crate) fn leased(&mut self, owner: &str, now: i64) -> Result<(), Trouble> {
        match self.left(owner, now)? {
            Some(_) => Ok(()),
            None => Err(JournalError::Expired { owner: owner.to_owned() }.into()),
        }
    }
}
