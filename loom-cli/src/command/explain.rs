//! `explain`: why a node ran, or did not.

use crate::{exit::Exit, out::safe, session::Session, trouble::Trouble};
use clap::Args;

/// Tell why a node ran in a run, or did not
///
/// The way that led there each time, its attempts and what it gave; or else where the run went elsewhere, and what would have led there.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The id of the run
    #[arg(value_name = "RUN")]
    id: String,
    /// The node; of one in a workflow within, by way of the nodes around: `billing/refund`
    #[arg(value_name = "NODE")]
    node: String,
}

impl Explain {
    pub(crate) async fn carry_out<C: Send + Sync + 'static>(self, session: &mut Session<C>) -> Result<Exit, Trouble> {
        let id = session.info(&self.id).await?.id;
        let told = session.reader().await?.explain(&id, &self.node).await?;
        if session.out.is_text {
            session.out.line(safe(&told.to_string()));
        } else {
            session.out.json(&told);
        }
        Ok(Exit::Done)
    }
}
