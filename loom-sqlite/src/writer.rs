//! The connection that writes, and its transactions.

use crate::{
    known::Known,
    locks::Locks,
    queue::Job,
    rows::{one, write},
    store::{Owners, Store},
    trouble::{Trouble, failed},
};
use rusqlite::{Connection, Error};
use std::{mem, sync::Arc, time::Duration};

/// How long to wait at the end while another process writes. What cannot be cleaned up then is by whoever finds it.
const LAST_PATIENCE: Duration = Duration::from_millis(100);

/// The connection that writes.
#[derive(Debug)]
pub(crate) struct Writer {
    connection: Connection,
    known: Known,
    owners: Owners,
    /// What the journal is called in errors.
    journal: Arc<str>,
}

impl Writer {
    pub(crate) fn new(connection: Connection, journal: Arc<str>, locks: Locks) -> Self {
        Self { connection, known: Known::default(), owners: Owners::new(locks), journal }
    }

    /// Does jobs in one transaction and tells each of them how it went.
    ///
    /// When one of them makes the database fail, each is done in a transaction of its own, so that only that one fails.
    pub(crate) fn commit(&mut self, jobs: &[Arc<dyn Job>]) {
        // Where no transaction can begin, because another process does not end its own, no job need try that again.
        if let Err(error) = self.begin() {
            for job in jobs {
                job.settle(Some(failed(&error, &self.journal, job.tried())));
            }
            return;
        }
        match self.attempt(|store| jobs.iter().try_for_each(|job| job.run(store))) {
            Ok(()) => jobs.iter().for_each(|job| job.settle(None)),
            Err(trouble) => match jobs {
                [job] => job.settle(Some(trouble.told(&self.journal, job.tried()))),
                jobs => jobs.chunks(1).for_each(|job| self.commit(job)),
            },
        }
    }

    fn begin(&self) -> Result<(), Error> {
        self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([]).map(drop)
    }

    /// Does work in the transaction that has begun, all or nothing.
    fn attempt(&mut self, work: impl FnOnce(&mut Store<'_>) -> Result<(), Trouble>) -> Result<(), Trouble> {
        let done = self.transact(work);
        let buried = mem::take(&mut self.owners.buried);
        if done.is_ok() {
            // No sooner: were it all undone, the files would have to tell again that their owners are gone.
            for owner in &buried {
                self.owners.locks.remove(owner);
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

    fn transact(&mut self, work: impl FnOnce(&mut Store<'_>) -> Result<(), Trouble>) -> Result<(), Trouble> {
        // It changes when another connection has written. From here on, none can.
        let version = one(&self.connection, "PRAGMA data_version", [], |row| Ok(row.get(0)?))?;
        self.known.only_of(version.unwrap_or_default());
        work(&mut Store::new(&self.connection, &mut self.known, &mut self.owners))?;
        write(&self.connection, "COMMIT", [])?;
        Ok(())
    }
}

/// The owners that were given their leases here are gone with the writer. What cannot be written then is left to whoever
/// finds their files without a lock.
impl Drop for Writer {
    fn drop(&mut self) {
        if self.owners.held.is_empty() {
            return;
        }
        self.owners.held.clear();
        if self.connection.busy_timeout(LAST_PATIENCE).is_ok() && self.begin().is_ok() {
            #[expect(clippy::redundant_closure_for_method_calls, reason = "the method alone is of one lifetime only")]
            let _ = self.attempt(|store| store.bury_all());
        }
        self.owners.locks.tidy();
    }
}
