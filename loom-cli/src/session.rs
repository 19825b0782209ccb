//! What a command works with: the workflows, the journal and, where it runs something, their `Loom`.

use crate::{
    cli::Setup,
    nearest::or_nearest,
    out::Out,
    trouble::Trouble,
    workflows::{Known, Workflows},
};
use loomflow_runtime::{
    Loom, LoomError,
    journal::{Filter, Journal, RecordKind, RunInfo},
};
use loomflow_sqlite::Sqlite;
use std::{path::PathBuf, sync::Arc};

/// How many runs are looked at for one whose id is near.
const NEAR: usize = 1_000;

pub(crate) struct Session<C> {
    /// What makes the `Loom`, until it is made.
    pub(crate) setup: Option<Setup<C>>,
    pub(crate) workflows: Workflows<C>,
    /// The journal, once it is opened, or the program's own.
    pub(crate) journal: Option<Arc<dyn Journal>>,
    /// The file that runs are kept in, where they are kept in one.
    pub(crate) file: PathBuf,
    /// The same, where it was said on the command line: what is to be said next says it too.
    pub(crate) journal_option: Option<PathBuf>,
    /// The program, as it was called.
    pub(crate) program: String,
    pub(crate) out: Out,
}

impl<C: Send + Sync + 'static> Session<C> {
    /// The journal, which is there already: only what begins a run makes one.
    pub(crate) async fn journal(&mut self) -> Result<Arc<dyn Journal>, Trouble> {
        if self.journal.is_none() && !self.file.exists() {
            let file = self.file.display();
            return Err(Trouble::Usage(format!(
                "there is no journal `{file}`: the first `run` makes it; another one is named by `--journal FILE` or LOOMFLOW_JOURNAL"
            )));
        }
        self.journal_or_new().await
    }

    async fn journal_or_new(&mut self) -> Result<Arc<dyn Journal>, Trouble> {
        if let Some(journal) = &self.journal {
            return Ok(Arc::clone(journal));
        }
        let journal: Arc<dyn Journal> = Arc::new(Sqlite::open(&self.file).await?);
        self.journal = Some(Arc::clone(&journal));
        Ok(journal)
    }

    /// A `Loom` that only looks, for which nothing has to be made.
    pub(crate) async fn reader(&mut self) -> Result<Loom<()>, Trouble> {
        let builder = Loom::builder(()).shared_journal(self.journal().await?);
        Ok(self.workflows.all().fold(builder, |builder, known| known.is_looked_at(builder)).build())
    }

    /// The `Loom` that carries runs on.
    pub(crate) async fn loom(&mut self, may_make: bool) -> Result<Loom<C>, Trouble> {
        if !may_make {
            self.journal().await?;
        }
        let Some(setup) = self.setup.take() else { unreachable!("a command makes one `Loom`") };
        let builder = setup().await.map_err(Trouble::Setup)?;
        let builder = self.workflows.all().fold(builder, |builder, known| known.name(builder));
        Ok(builder.shared_journal(self.journal_or_new().await?).build())
    }

    /// What is known of a run.
    pub(crate) async fn info(&mut self, id: &str) -> Result<RunInfo, Trouble> {
        let journal = self.journal().await?;
        if let Some(info) = journal.run(id).await? {
            return Ok(info);
        }
        let runs = journal.runs(&Filter { limit: NEAR, ..Filter::default() }).await?;
        let ids: Vec<String> = runs.into_iter().map(|run| run.id).collect();
        Err(Trouble::Usage(or_nearest(format!("there is no run `{id}`"), id, &ids, "the runs are")))
    }

    /// The workflow of a run.
    pub(crate) fn known(&self, info: &RunInfo) -> Result<Arc<dyn Known<C>>, Trouble> {
        self.workflows.of(&info.workflow, info.version).ok_or_else(|| match info.version {
            // The workflow of plain Rust has no version, and no name that one could have.
            0 => LoomError::Program { id: info.id.clone() }.into(),
            _ => {
                let there = self.workflows.all().map(|known| known.graph());
                let there = there.map(|graph| format!("`{}`, version {}", graph.name(), graph.version()));
                Trouble::Usage(format!(
                    "run `{}` is one of `{}`, version {}, and this program has {}",
                    info.id,
                    info.workflow,
                    info.version,
                    there.collect::<Vec<_>>().join(" and "),
                ))
            }
        })
    }

    /// A command line of this program, as a shell is told it.
    pub(crate) fn says(&self, args: &[&str]) -> String {
        let file = self.journal_option.as_ref().map(|file| file.to_string_lossy().into_owned());
        let journal = file.iter().flat_map(|file| ["--journal", file]);
        let words = std::iter::once(self.program.as_str()).chain(args.iter().copied()).chain(journal);
        // What no shell can be told, a NUL, no argument has.
        shlex::try_join(words).unwrap_or_default()
    }

    /// The number of the last record of a run that is told as an event; 0 where there is none.
    pub(crate) async fn last_told(&mut self, run: u64) -> Result<u64, Trouble> {
        let journal = self.journal().await?;
        let mut last = journal.last(run).await?;
        while let Some(value) = last.take_if(|last| last.kind == RecordKind::Value) {
            last = journal.record(run, value.seq - 1).await?;
        }
        Ok(last.map_or(0, |last| last.seq))
    }
}
