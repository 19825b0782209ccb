//! `run`: a run begins, and is followed.

use crate::{
    exit::Exit,
    follow::{Stay, follow},
    input::Said,
    out::{DIM, safe, styled},
    session::Session,
    trouble::Trouble,
    workflows::New,
};
use clap::Args;
use serde_json::Value;
use std::path::PathBuf;

/// Begin a run of a workflow, and follow it until it ends or waits
///
/// The input is a JSON object with each input by its name, or `name=value` for each. A value is read as JSON where the input can be
/// read so, and else as text: `count=3 text=hello`. The same id with the same input is the same run, however often it is begun.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The workflow
    #[arg(index = 1, value_name = "WORKFLOW")]
    workflow: String,
    /// Inputs by their names; `-` reads a JSON object from standard input
    #[arg(index = 2, value_name = "NAME=VALUE")]
    values: Vec<String>,
    /// The id of the run, best one that stands for the work, as a ticket's number; else one is made up
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    id: Option<String>,
    /// The input as a JSON object
    #[arg(long, value_name = "JSON", conflicts_with = "input_file")]
    input: Option<String>,
    /// A file with the input as a JSON object; `-` is standard input
    #[arg(long, value_name = "FILE")]
    input_file: Option<PathBuf>,
    /// Whom the run is for
    #[arg(long)]
    user: Option<String>,
    /// The session the run belongs to
    #[arg(long)]
    session: Option<String>,
    /// What else is to be known of the run
    #[arg(long, value_name = "JSON", value_parser = json)]
    metadata: Option<Value>,
    #[command(flatten)]
    stay: Stay,
}

impl Run {
    pub(crate) async fn carry_out<C: Send + Sync + 'static>(self, session: &mut Session<C>) -> Result<Exit, Trouble> {
        let known = session.workflows.find(&self.workflow).map_err(Trouble::Usage)?;
        let input = Said { json: self.input, file: self.input_file, values: self.values }.read(&*known)?;
        let id = self.id.unwrap_or_else(|| made_up(known.graph().name()));
        let loom = session.loom(true).await?;
        let new = New { id: id.clone(), input, user: self.user, session: self.session, metadata: self.metadata };
        known.begin(&loom, new).await?;
        session.out.note(styled(DIM, format!("run {} of {}", safe(&id), known.graph().name())));
        follow(session, &loom, &*known, &id, None, self.stay).await
    }
}

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))
}

/// An id that no run has yet.
fn made_up(workflow: &str) -> String {
    format!("{}-{:08x}", workflow.to_lowercase(), fastrand::u32(..))
}
