//! `retry`: a run that failed is tried again.

use crate::{
    exit::Exit,
    follow::{Stay, follow},
    session::Session,
    trouble::Trouble,
};
use clap::Args;
use loomflow_runtime::journal::Status;

/// Try a failed run again from where it stood, and follow it until it ends or waits
///
/// What is recorded is not done again; the step that failed is.
#[derive(Debug, Args)]
pub(crate) struct Retry {
    /// The id of the run
    #[arg(value_name = "RUN")]
    id: String,
    #[command(flatten)]
    stay: Stay,
}

impl Retry {
    pub(crate) async fn carry_out<C: Send + Sync + 'static>(self, session: &mut Session<C>) -> Result<Exit, Trouble> {
        let info = session.info(&self.id).await?;
        let known = session.known(&info)?;
        if info.status != Status::Failed {
            let status = info.status.name();
            return Err(Trouble::Usage(format!(
                "run `{}` has not failed, it is {status}: there is nothing to try again",
                self.id
            )));
        }
        let loom = session.loom(false).await?;
        let after = session.last_told(info.run).await?;
        loom.retry(&self.id).await?;
        follow(session, &loom, &*known, &self.id, Some(after), self.stay).await
    }
}
