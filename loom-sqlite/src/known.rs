//! What the connection that writes knows without reading: it need not read again what nobody else has written since.
//!
//! All of it is dropped when another connection wrote, and when a transaction came to nothing.

use crate::rows::runs::RunRow;
use foldhash::HashMap;
use std::{collections::HashSet, sync::Arc};

/// How many runs are known at most. A run is forgotten when it is left, so there are more only where very many go on.
const MOST: usize = 65_536;

/// What is known.
#[derive(Debug, Default)]
pub(crate) struct Known {
    version: Option<i64>,
    /// The number of the next run that is begun.
    next_run: Option<u64>,
    runs: HashMap<u64, Standing>,
    /// Of the few owners there are.
    leases: Vec<(Arc<str>, i64)>,
    graphs: HashSet<String>,
    /// The rows of runs that were begun here and have nothing but records, as they stand.
    plain: HashMap<u64, RunRow>,
}

/// Where a run stands.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    /// The token of its newest claim.
    pub(crate) token: u64,
    /// The number of its next record.
    pub(crate) next: u64,
    /// Who has it.
    pub(crate) owner: Option<Arc<str>>,
}

impl Known {
    /// Forgets all, unless the database has the version that it is known of.
    pub(crate) fn only_of(&mut self, version: i64) {
        if self.version != Some(version) {
            self.clear();
            self.version = Some(version);
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The number of the next run that is begun, if that is known.
    pub(crate) const fn next_run(&self) -> Option<u64> {
        self.next_run
    }

    pub(crate) const fn set_next_run(&mut self, run: u64) {
        self.next_run = Some(run);
    }

    /// Where a run stands, if that is known.
    pub(crate) fn run(&self, run: u64) -> Option<Standing> {
        self.runs.get(&run).cloned()
    }

    pub(crate) fn set_run(&mut self, run: u64, mut standing: Standing) {
        // All runs of an owner have its name in one place.
        let owner = standing.owner.take();
        standing.owner = owner.map(|owner| {
            self.leases.iter().map(|(known, _)| known).find(|known| **known == owner).cloned().unwrap_or(owner)
        });
        if self.runs.len() >= MOST {
            self.runs.clear();
        }
        self.runs.insert(run, standing);
    }

    pub(crate) fn forget_run(&mut self, run: u64) {
        self.runs.remove(&run);
        self.plain.remove(&run);
    }

    /// The row of a run that has nothing but records, if that is known.
    pub(crate) fn take_plain(&mut self, run: u64) -> Option<RunRow> {
        self.plain.remove(&run)
    }

    pub(crate) fn set_plain(&mut self, row: RunRow) {
        if self.plain.len() >= MOST {
            self.plain.clear();
        }
        self.plain.insert(row.info.run, row);
    }

    /// Records were written to a run.
    pub(crate) fn advance(&mut self, run: u64, by: u64) {
        if let Some(standing) = self.runs.get_mut(&run) {
            standing.next += by;
        }
    }

    /// Whether a graph is there.
    pub(crate) fn has_graph(&self, fingerprint: &str) -> bool {
        self.graphs.contains(fingerprint)
    }

    pub(crate) fn set_graph(&mut self, fingerprint: &str) {
        self.graphs.insert(fingerprint.to_owned());
    }

    pub(crate) fn forget_graphs(&mut self) {
        self.graphs.clear();
    }

    /// Until when the lease of an owner lasts.
    pub(crate) fn lease(&self, owner: &str) -> Option<i64> {
        self.leases.iter().find(|(other, _)| **other == *owner).map(|(_, until)| *until)
    }

    pub(crate) fn set_lease(&mut self, owner: &str, until: i64) {
        self.leases.retain(|(other, _)| **other != *owner);
        self.leases.push((owner.into(), until));
    }

    pub(crate) fn forget_leases(&mut self) {
        self.leases.clear();
    }
}
