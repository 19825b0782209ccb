//! Tickets whose runs are kept in a file: a program that was killed goes on where it stood.

use std::path::Path;

use loomflow::journal::RecordKind;
use loomflow::version::fingerprint;
use loomflow::{Loom, LoomError, Sqlite};

use super::graph::{App, Triage};
use super::steps::Reply;
use super::tickets::Ticket;

/// The runs of a journal.
pub(crate) struct Kept(Loom<App>);

impl Kept {
    /// Opens the journal, or makes a new one.
    pub(crate) async fn open(app: App, journal: &Path) -> Result<Self, LoomError> {
        let journal = Sqlite::open(journal).await?;
        Ok(Kept(Loom::builder(app).journal(journal).workflow::<Triage>().build()))
    }

    /// Runs one ticket, or goes on with it, or tells what became of it before: the nodes that were recorded, and the reply.
    pub(crate) async fn run_one(&self, ticket: Ticket) -> Result<(Vec<String>, Reply), LoomError> {
        // The same text of the same file is the same run, however often this program is started.
        let id = format!("{} {}", ticket.name, fingerprint(&ticket.text));
        let reply = self.0.start::<Triage>(&id, ticket).await?.output().await?;
        let run = self.0.info(&id).await?.map_or(0, |info| info.run);
        let records = self.0.journal().records(run, 1, usize::MAX).await?;
        let visited = records.into_iter().filter(|record| record.kind == RecordKind::Output);
        Ok((visited.map(|record| record.node.into_owned()).collect(), reply))
    }
}
