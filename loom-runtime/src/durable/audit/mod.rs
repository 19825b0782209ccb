//! Reading what was: the journal as an audit log, whether its records are what was written, and where a run went.
//!
//! What it comes to is in [`audit`](crate::audit). Nothing here claims a run or writes to a journal.

mod entries;
mod explain;
mod overlay;
mod trail;
mod verify;
mod within;

pub use entries::Auditing;
pub use verify::Verify;

use super::{error::LoomError, loom::Loom};
use crate::{
    audit::{Explanation, Verified},
    journal::Filter,
};
use loomflow_graph::draw::Drawing;
use std::{io, sync::Arc};

impl<C: Send + Sync + 'static> Loom<C> {
    /// All that is recorded of a run, as one reads it afterwards: what it was begun with, each visit of a node with what it
    /// gave, attempts that failed, the way that was taken, questions and who answered them, timers, cancels, retries, the end.
    ///
    /// A run of any workflow can be read, and one of plain Rust, by any program, while it is at work or when it has ended.
    ///
    /// # Errors
    /// When there is no such run, and what the journal fails with.
    pub fn audit(&self, id: impl Into<String>) -> Auditing {
        Auditing::new(Arc::clone(&self.0.journal), id.into())
    }

    /// Writes the [audit logs](Self::audit) of the runs a filter lets through, the oldest first, as lines of JSON: one flat
    /// object each ([`Entry`](crate::audit::Entry)). Gives how many runs.
    ///
    /// # Errors
    /// What the journal fails with, and [`LoomError::Unwritten`] when `to` takes no more.
    pub async fn export(&self, filter: &Filter, to: &mut (impl io::Write + Send)) -> Result<usize, LoomError> {
        let runs = self.runs(filter).await?;
        for run in runs.iter().rev() {
            let audit = self.audit(&run.id).await?;
            audit.write(to).map_err(|source| LoomError::Unwritten { id: run.id.clone(), source })?;
        }
        Ok(runs.len())
    }

    /// Looks whether the records of a run are those that were written, by the [links](crate::journal::Link) that chain them:
    /// the first that was changed, removed or moved is named.
    ///
    /// The chain by itself does not tell that records are missing at its end, or that somebody wrote all of it anew.
    /// [`expecting`](Verify::expecting) what an earlier look gave does.
    ///
    /// # Errors
    /// When there is no such run, and when the journal cannot be read at all. A damaged record is no error, but what is found.
    pub fn verify(&self, id: impl Into<String>) -> Verify {
        Verify::new(Arc::clone(&self.0.journal), id.into())
    }

    /// The same of all runs a filter lets through, the newest first.
    ///
    /// # Errors
    /// Those of [`verify`](Self::verify).
    pub async fn verify_all(&self, filter: &Filter) -> Result<Vec<Verified>, LoomError> {
        let mut all = Vec::new();
        for run in self.runs(filter).await? {
            all.push(self.verify(run.id).await?);
        }
        Ok(all)
    }

    /// Why a node ran in a run, or did not: the way that led there each time, how many attempts it took and what it gave; or
    /// else where the run went elsewhere, and which labels would have led there.
    ///
    /// A node in a workflow within is named by way of the nodes around, `billing/refund`, or by its own name where no other
    /// node bears it. Where the program's graph is no longer the one that the run was begun with, it is told by the program's.
    ///
    /// # Errors
    /// [`LoomError::NoNode`] with the names that are near, [`LoomError::Unregistered`] when the workflow of the run was not
    /// named to this `Loom`, [`LoomError::NoGraph`] when the run is plain Rust, and what the journal fails with.
    pub async fn explain(&self, id: &str, node: &str) -> Result<Explanation, LoomError> {
        self.within(id).await?.explain(node)
    }

    /// The graph of a run with the run laid over it: where it is, what it visited how often, how long that took and how many
    /// tokens it spent.
    ///
    /// ```no_run
    /// # async fn draw<C: Send + Sync + 'static>(loom: loomflow_runtime::Loom<C>) -> Result<(), loomflow_runtime::LoomError> {
    /// println!("{}", loom.drawing("ticket-42").await?.to_mermaid());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of [`explain`](Self::explain).
    pub async fn drawing(&self, id: &str) -> Result<Drawing<'static>, LoomError> {
        self.within(id).await?.drawing("")
    }

    /// The same of a workflow within the run, by the node it was entered at. Where that was visited more than once the last visit
    /// is drawn.
    ///
    /// # Errors
    /// Those of [`explain`](Self::explain).
    pub async fn drawing_within(&self, id: &str, node: &str) -> Result<Drawing<'static>, LoomError> {
        self.within(id).await?.drawing(node)
    }
}
