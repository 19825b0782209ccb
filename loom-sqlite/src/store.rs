//! The connection that writes, its transactions, and the owners it lives for.

use crate::{
    known::{Known, Standing},
    locks::{Lock, Locks},
    queue::Job,
    rows::{damaged, one, owners, records, runs, write},
    trouble::{Trouble, failed},
};
use loomflow_runtime::journal::JournalError;
use rusqlite::{Connection, Error};
use std::{collections::HashMap, mem, sync::Arc, time::Duration};

/// How long to wait at the end while another process writes. What cannot be cleaned up then is by whoever finds it.
const LAST_PATIENCE: Duration = Duration::from_millis(100);

/// The connection that writes.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) connection: Connection,
    pub(crate) known: Known,
    /// What the journal is called in errors.
    journal: Arc<str>,
    locks: Locks,
    /// The files that say that the owners which were given their leases here live.
    held: HashMap<String, Lock>,
    /// The owners whose leases are ended in this transaction because they are gone.
    buried: Vec<String>,
}

impl Store {
    pub(crate) fn new(connection: Connection, journal: Arc<str>, locks: Locks) -> Self {
        Self { connection, known: Known::default(), journal, locks, held: HashMap::new(), buried: Vec::new() }
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
        match self.attempt(|store| jobs.iter_mut().try_for_each(|job| job.run(store))) {
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

    /// Does work in the transaction that has begun, all or nothing.
    fn attempt(&mut self, work: impl FnOnce(&mut Self) -> Result<(), Trouble>) -> Result<(), Trouble> {
        let done = self.transact(work);
        let buried = mem::take(&mut self.buried);
        if done.is_ok() {
            // No sooner: were it all undone, the files would have to tell again that their owners are gone.
            for owner in &buried {
                self.locks.remove(owner);
            }
        } else {
            self.known.clear();
            if !self.connection.is_autocommit() {
                // Should that fail too, the next transaction cannot begin and says why.
                let _ = self.connection.execute_batch("ROLLBACK");
            }
        }
        done
    }

    fn transact(&mut self, work: impl FnOnce(&mut Self) -> Result<(), Trouble>) -> Result<(), Trouble> {
        // It changes when another connection has written. From here on, none can.
        let version = one(&self.connection, "PRAGMA data_version", [], |row| Ok(row.get(0)?))?;
        self.known.only_of(version.unwrap_or_default());
        work(self)?;
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
                let until = owners::until(&self.connection, owner)?;
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

    /// Has it said for as long as this store is open that an owner lives, where that can be said.
    pub(crate) fn live(&mut self, owner: &str) -> Result<(), Trouble> {
        if self.held.contains_key(owner) {
            return Ok(());
        }
        // Of an owner whose lease was over when somebody cleared up, nothing need be said any more.
        for other in self.held.keys().cloned().collect::<Vec<_>>() {
            if owners::until(&self.connection, &other)?.is_none() {
                self.held.remove(&other);
            }
        }
        if let Some(lock) = self.locks.lock(owner) {
            self.held.insert(owner.to_owned(), lock);
        }
        self.bury_all()
    }

    /// Ends the lease of an owner that is gone, and gives whether it is.
    pub(crate) fn bury(&mut self, owner: &str) -> Result<bool, Trouble> {
        let is_gone = self.locks.is_gone(owner);
        if is_gone {
            owners::delete(&self.connection, owner)?;
            self.known.forget_leases();
            self.buried.push(owner.to_owned());
        }
        Ok(is_gone)
    }

    /// Ends the leases of all owners that are gone.
    fn bury_all(&mut self) -> Result<(), Trouble> {
        self.locks.gone().iter().try_for_each(|owner| self.bury(owner).map(drop))
    }
}

/// The owners that were given their leases here are gone with the store. What cannot be written then is left to whoever
/// finds their files without a lock.
impl Drop for Store {
    fn drop(&mut self) {
        if self.held.is_empty() {
            return;
        }
        self.held.clear();
        if self.connection.busy_timeout(LAST_PATIENCE).is_ok() && self.begin().is_ok() {
            let _ = self.attempt(Self::bury_all);
        }
        self.locks.tidy();
    }
}
