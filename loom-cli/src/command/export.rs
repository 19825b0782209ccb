//! `export`: the audit log of runs.

use super::runs::Which;
use crate::{exit::Exit, session::Session, trouble::Trouble};
use clap::Args;
use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::PathBuf,
};

/// Write the audit log of a run, or of all, as JSON lines
///
/// A line is one thing that happened: what was recorded, of which node, how long it took and what it spent. The runs are told the
/// oldest first.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The id of the run; else all, or those that the options say
    #[arg(value_name = "RUN", conflicts_with_all = ["status", "workflow", "user", "session"])]
    id: Option<String>,
    #[command(flatten)]
    which: Which,
    /// With what was live at each of them, which is a lot
    #[arg(long)]
    values: bool,
    /// The file to write to; else standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Export {
    pub(crate) async fn carry_out<C: Send + Sync + 'static>(self, session: &mut Session<C>) -> Result<Exit, Trouble> {
        let ids = match self.id {
            Some(id) => vec![session.info(&id).await?.id],
            None => self.which.ids(session).await?,
        };
        let loom = session.reader().await?;
        let trouble = |file: &PathBuf| {
            let file = file.clone();
            move |error| Trouble::File { file, done: "written", error }
        };
        let mut file = match &self.output {
            Some(path) => Some((BufWriter::new(File::create(path).map_err(trouble(path))?), path)),
            None => None,
        };
        for id in ids.iter().rev() {
            let audit = loom.audit(id);
            let audit = if self.values { audit.with_values().await? } else { audit.await? };
            match &mut file {
                Some((file, path)) => audit.write(file).map_err(trouble(path))?,
                None => audit.entries.iter().for_each(|entry| session.out.json(entry)),
            }
        }
        if let Some((mut file, path)) = file {
            file.flush().map_err(trouble(path))?;
            session.out.note(format!("wrote {} runs to {}", ids.len(), path.display()));
        }
        Ok(Exit::Done)
    }
}
