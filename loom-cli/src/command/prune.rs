//! `prune`: runs that ended long ago are deleted.

use crate::{exit::Exit, session::Session, trouble::Trouble, when::duration};
use clap::Args;
use serde::Serialize;
use std::time::Duration;

/// Delete the runs that ended long ago, with all that is kept of them
#[derive(Debug, Args)]
pub(crate) struct Prune {
    /// How long ago they ended at least: `30d`, `12h`
    #[arg(long, value_name = "AGE", value_parser = duration)]
    older_than: Duration,
}

#[derive(Serialize)]
struct Pruned {
    deleted: u64,
}

impl Prune {
    pub(crate) async fn carry_out<C: Send + Sync + 'static>(self, session: &mut Session<C>) -> Result<Exit, Trouble> {
        let deleted = session.reader().await?.prune(self.older_than).await?;
        match (session.out.is_text, deleted) {
            (false, _) => session.out.json(&Pruned { deleted }),
            (true, 1) => session.out.line("deleted 1 run"),
            (true, _) => session.out.line(format!("deleted {deleted} runs")),
        }
        Ok(Exit::Done)
    }
}
