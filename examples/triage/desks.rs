//! Where tickets are dealt with: in memory, or in a journal.

use std::error::Error;
use std::path::Path;

use super::graph::{App, Triage};
#[cfg(feature = "sqlite")]
use super::journal::Kept;
use super::steps::Reply;
use super::tickets::Ticket;

/// Why a ticket could not be dealt with.
pub(crate) type Trouble = Box<dyn Error + Send + Sync>;

/// Where runs are kept.
pub(crate) enum Desks {
    Memory(App),
    #[cfg(feature = "sqlite")]
    Journal(Kept),
}

impl Desks {
    #[cfg_attr(not(feature = "sqlite"), expect(clippy::unused_async, reason = "a journal is opened elsewhere"))]
    pub(crate) async fn open(app: App, journal: Option<&Path>) -> Result<Self, Trouble> {
        match journal {
            None => Ok(Desks::Memory(app)),
            #[cfg(feature = "sqlite")]
            Some(journal) => Ok(Desks::Journal(Kept::open(app, journal).await?)),
            #[cfg(not(feature = "sqlite"))]
            Some(_) => Err("this was built without SQLite: add `--features sqlite` behind `cargo run`".into()),
        }
    }

    /// Runs one ticket through the graph: the nodes it came through, and what became of it.
    pub(crate) async fn run_one(&self, ticket: Ticket) -> (Vec<String>, Result<Reply, Trouble>) {
        match self {
            Desks::Memory(app) => {
                let (path, outcome) = Triage::trace(app, ticket).await;
                (path.into_iter().map(str::to_owned).collect(), outcome.map_err(Into::into))
            }
            #[cfg(feature = "sqlite")]
            Desks::Journal(kept) => match kept.run_one(ticket).await {
                Ok((path, reply)) => (path, Ok(reply)),
                Err(error) => (Vec::new(), Err(error.into())),
            },
        }
    }
}
