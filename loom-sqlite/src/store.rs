//! What a piece of work finds in its transaction: the database, what is known of it, and the owners that live here.

use crate::{
    known::{Known, Standing},
    locks::{Lock, Locks},
    rows::{
        owners,
        records::{self, Adding},
        runs,
    },
    trouble::Trouble,
};
use loomflow_runtime::journal::{JournalError, Record};
use rusqlite::Connection;
use std::collections::HashMap;

/// The database within a transaction.
pub(crate) struct Store<'w> {
    pub(crate) connection: &'w Connection,
    pub(crate) known: &'w mut Known,
    owners: &'w mut Owners,
    /// Adds records, of which there are many in a transaction of many runs.
    adding: Option<Adding<'w>>,
}

/// The owners that the connection lives for.
#[derive(Debug)]
pub(crate) struct Owners {
    pub(crate) locks: Locks,
    /// The files that say that the owners which were given their leases here live.
    pub(crate) held: HashMap<String, Lock>,
    /// The owners whose leases are ended in this transaction because they are gone.
    pub(crate) buried: Vec<String>,
}

impl Owners {
    pub(crate) fn new(locks: Locks) -> Self {
        Self { locks, held: HashMap::new(), buried: Vec::new() }
    }
}

impl<'w> Store<'w> {
    pub(crate) fn new(connection: &'w Connection, known: &'w mut Known, owners: &'w mut Owners) -> Self {
        Self { connection, known, owners, adding: None }
    }

    /// Adds a record to a run.
    pub(crate) fn add(&mut self, run: u64, record: &Record) -> Result<(), Trouble> {
        match &mut self.adding {
            Some(adding) => adding,
            none => none.insert(Adding::new(self.connection)?),
        }
        .add(run, record)
    }

    /// The number of the next run.
    pub(crate) fn next_run(&self) -> Result<u64, Trouble> {
        self.known.next_run().map_or_else(|| runs::next_number(self.connection), Ok)
    }

    /// Where a run stands, if there is one.
    pub(crate) fn standing(&mut self, run: u64) -> Result<Option<Standing>, Trouble> {
        if let Some(standing) = self.known.run(run) {
            return Ok(Some(standing));
        }
        let Some(row) = runs::by_number(self.connection, run)? else { return Ok(None) };
        let last = records::last_seq(self.connection, run, row.records)?;
        let standing = Standing { token: row.token, next: last + 1, owner: row.info.owner.map(Into::into) };
        self.known.set_run(run, standing.clone());
        Ok(Some(standing))
    }

    /// How long the lease of an owner lasts beyond now, if it does.
    pub(crate) fn left(&mut self, owner: &str, now: i64) -> Result<Option<i64>, Trouble> {
        let until = match self.known.lease(owner) {
            Some(until) => Some(until),
            None => {
                let until = owners::until(self.connection, owner)?;
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
        if self.owners.held.contains_key(owner) {
            return Ok(());
        }
        // Of an owner whose lease was over when somebody cleared up, nothing need be said any more.
        for other in self.owners.held.keys().cloned().collect::<Vec<_>>() {
            if owners::until(self.connection, &other)?.is_none() {
                self.owners.held.remove(&other);
            }
        }
        if let Some(lock) = self.owners.locks.lock(owner) {
            self.owners.held.insert(owner.to_owned(), lock);
        }
        self.bury_all()
    }

    /// Ends the lease of an owner that is gone, and gives whether it is.
    pub(crate) fn bury(&mut self, owner: &str) -> Result<bool, Trouble> {
        let is_gone = self.owners.locks.is_gone(owner);
        if is_gone {
            owners::delete(self.connection, owner)?;
            self.known.forget_leases();
            self.owners.buried.push(owner.to_owned());
        }
        Ok(is_gone)
    }

    /// Ends the leases of all owners that are gone.
    pub(crate) fn bury_all(&mut self) -> Result<(), Trouble> {
        self.owners.locks.gone().iter().try_for_each(|owner| self.bury(owner).map(drop))
    }
}
