//! `cancel`: a run is cancelled.

use crate::{
    exit::Exit,
    follow::{Stay, follow},
    session::Session,
    trouble::Trouble,
};
use clap::Args;

/// Cancel a run, and follow it while it undoes what it has to
#[derive(Debug, Args)]
pub(crate) struct Cancel {
    /// The id of the run
    #[arg(value_name = "RUN")]
    id: String,
}

impl Cancel {
    pub(crate) async fn carry_out<C: Send + Sync + 'static>(self, session: &mut Session<C>) -> Result<Exit, Trouble> {
        let info = session.info(&self.id).await?;
        let known = session.known(&info)?;
        let loom = session.loom(false).await?;
        let after = session.last_told(info.run).await?;
        loom.cancel(&self.id).await?;
        match follow(session, &loom, &*known, &self.id, Some(after), Stay { stay: false }).await? {
            // That is what was asked for.
            Exit::Cancelled => Ok(Exit::Done),
            other => Ok(other),
        }
    }
}
