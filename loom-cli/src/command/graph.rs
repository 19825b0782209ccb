//! `graph`: the drawing of a workflow.

use crate::{exit::Exit, session::Session, trouble::Trouble};
use clap::{Args, ValueEnum};
use loomflow_graph::draw::Drawing;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Draw the graph of a workflow, or of a run with where it went
#[derive(Debug, Args)]
pub(crate) struct Graph {
    /// The workflow
    #[arg(value_name = "WORKFLOW", required_unless_present = "run")]
    workflow: Option<String>,
    /// The id of a run, which is laid over the drawing: where it is, where it was, how often and for how long
    #[arg(long, value_name = "RUN", conflicts_with = "workflow")]
    run: Option<String>,
    /// The node of that run at which a workflow was entered that is to be drawn
    #[arg(long, value_name = "NODE", requires = "run", conflicts_with = "workflow")]
    within: Option<String>,
    /// How it is drawn; else as the name of the file says, or as Mermaid
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// The file to write to; else standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a page that draws Mermaid, as those of GitHub
    Mermaid,
    /// For Graphviz
    Dot,
    /// An image
    Svg,
}

impl Graph {
    pub(crate) async fn carry_out<C: Send + Sync + 'static>(self, session: &mut Session<C>) -> Result<Exit, Trouble> {
        let drawing = match (self.run, self.workflow) {
            (Some(run), _) => {
                let id = session.info(&run).await?.id;
                let loom = session.reader().await?;
                match self.within {
                    Some(node) => loom.drawing_within(&id, &node).await?,
                    None => loom.drawing(&id).await?,
                }
            }
            (None, workflow) => {
                let workflow = workflow.unwrap_or_default();
                session.workflows.find(&workflow).map_err(Trouble::Usage)?.graph().drawing()
            }
        };
        let format = self.format.or_else(|| self.output.as_deref().and_then(of_file)).unwrap_or(Format::Mermaid);
        let drawn = drawn(&drawing, format)?;
        match self.output {
            None => session.out.raw(drawn.as_bytes()),
            Some(file) => {
                fs::write(&file, drawn).map_err(|error| Trouble::File { file, done: "written", error })?;
            }
        }
        Ok(Exit::Done)
    }
}

#[cfg_attr(feature = "svg", expect(clippy::unnecessary_wraps, reason = "not every program draws images"))]
fn drawn(drawing: &Drawing<'_>, format: Format) -> Result<String, Trouble> {
    match format {
        Format::Mermaid => Ok(drawing.to_mermaid()),
        Format::Dot => Ok(drawing.to_dot()),
        #[cfg(feature = "svg")]
        Format::Svg => Ok(drawing.to_svg()),
        #[cfg(not(feature = "svg"))]
        Format::Svg => Err(Trouble::Usage(
            "this program draws no images: add the feature `svg` to its dependency on loomflow, or give `--format dot` to Graphviz"
                .to_owned(),
        )),
    }
}

fn of_file(file: &Path) -> Option<Format> {
    match file.extension()?.to_str()? {
        "svg" => Some(Format::Svg),
        "dot" | "gv" => Some(Format::Dot),
        _ => None,
    }
}
