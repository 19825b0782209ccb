//! `verify`: whether what is recorded is what was written.

use super::runs::Which;
use crate::{
    exit::Exit,
    out::{BAD, DIM, GOOD, safe, styled},
    session::Session,
    trouble::Trouble,
};
use clap::Args;
use loomflow_runtime::{
    audit::{Chain, Verified},
    journal::Seal,
};

/// Look whether the records of a run, or of all, are what was written
///
/// That is known of runs that are chained, which the program says where it builds its `Loom`. The chain does not tell that records are
/// missing at its end, unless the seal is said that was told before. The exit code is 1 when a chain is broken, and when the one run
/// that is asked for has none.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The id of the run; else all, or those that the options say
    #[arg(value_name = "RUN", conflicts_with_all = ["status", "workflow", "user", "session"])]
    id: Option<String>,
    #[command(flatten)]
    which: Which,
    /// What an earlier look told as the end of the chain, and was kept elsewhere
    #[arg(long, value_name = "SEAL", requires = "id")]
    expecting: Option<Seal>,
}

impl Verify {
    pub(crate) async fn carry_out<C: Send + Sync + 'static>(self, session: &mut Session<C>) -> Result<Exit, Trouble> {
        let is_one = self.id.is_some();
        let ids = match self.id {
            Some(id) => vec![session.info(&id).await?.id],
            None => self.which.ids(session).await?,
        };
        let loom = session.reader().await?;
        let mut exit = Exit::Done;
        for id in ids {
            let looking = loom.verify(id);
            let found = match self.expecting {
                Some(seal) => looking.expecting(seal).await?,
                None => looking.await?,
            };
            if matches!(found.chain, Chain::Broken(_)) || (is_one && !found.is_sound()) {
                exit = Exit::Failed;
            }
            if session.out.is_text {
                session.out.line(format!("{} {}", sign(&found), safe(&found.to_string())));
            } else {
                session.out.json(&found);
            }
        }
        Ok(exit)
    }
}

fn sign(found: &Verified) -> String {
    match found.chain {
        Chain::Sound => styled(GOOD, "✓"),
        Chain::Missing => styled(DIM, "-"),
        _ => styled(BAD, "✗"),
    }
}
