//! `runs`: the runs of the journal.

use crate::{
    exit::Exit,
    out::{BAD, BOLD, DIM, GOES_ON, GOOD, WAITS, safe, styled},
    session::Session,
    trouble::Trouble,
    when::{now, off, roughly},
};
use anstyle::Style;
use clap::{Args, ValueEnum};
use loomflow_runtime::{
    journal::{Filter, RunInfo, Status},
    meter::Usage,
};
use serde::Serialize;
use serde_json::value::RawValue;

/// List the runs, the newest first
#[derive(Debug, Args)]
pub(crate) struct Runs {
    #[command(flatten)]
    which: Which,
    /// At most so many; 0 lists all
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
}

/// Which runs are meant.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// Those that stand so
    #[arg(long, value_enum)]
    status: Option<Stands>,
    /// Those of this workflow
    #[arg(long)]
    workflow: Option<String>,
    /// Those for this user
    #[arg(long)]
    user: Option<String>,
    /// Those of this session
    #[arg(long)]
    session: Option<String>,
}

impl Which {
    fn filter(self, limit: usize) -> Filter {
        let Which { status, workflow, user, session } = self;
        Filter { workflow, status: status.map(Status::from), user, session, limit, ..Filter::default() }
    }

    /// The ids of all of them, the newest first.
    pub(crate) async fn ids<C: Send + Sync + 'static>(self, session: &mut Session<C>) -> Result<Vec<String>, Trouble> {
        let runs = session.journal().await?.runs(&self.filter(0)).await?;
        Ok(runs.into_iter().map(|run| run.id).collect())
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Stands {
    /// It goes on, or was cut off while it did
    Running,
    /// It waits for an answer or a time
    Waiting,
    /// It has ended with its output
    Done,
    /// It has failed
    Failed,
    /// It was cancelled
    Cancelled,
}

/// A run, for a program.
#[derive(Debug, Serialize)]
pub(crate) struct Told<'r> {
    run: &'r str,
    workflow: &'r str,
    version: u32,
    status: Status,
    user: Option<&'r str>,
    session: Option<&'r str>,
    metadata: Option<Box<RawValue>>,
    /// Times are milliseconds since the Unix epoch.
    created_at: i64,
    ended_at: Option<i64>,
    wake_at: Option<i64>,
    usage: Usage,
}

impl Runs {
    pub(crate) async fn carry_out<C: Send + Sync + 'static>(self, session: &mut Session<C>) -> Result<Exit, Trouble> {
        let runs = session.journal().await?.runs(&self.which.filter(self.limit)).await?;
        if !session.out.is_text {
            for info in &runs {
                session.out.json(&Told::of(info));
            }
            return Ok(Exit::Done);
        }
        if runs.is_empty() {
            session.out.note("no runs");
            return Ok(Exit::Done);
        }
        let now = now();
        let head = ["RUN", "WORKFLOW", "STATUS", "BEGAN", "TOOK", "USER"].map(|head| styled(DIM, head)).to_vec();
        let rows: Vec<Vec<String>> = std::iter::once(head).chain(runs.iter().map(|info| row(info, now))).collect();
        session.out.table(&rows);
        if runs.len() == self.limit {
            session.out.note(styled(DIM, format!("the newest {}; `--limit 0` lists all", self.limit)));
        }
        Ok(Exit::Done)
    }
}

impl<'r> Told<'r> {
    pub(crate) fn of(info: &'r RunInfo) -> Self {
        Told {
            run: &info.id,
            workflow: &info.workflow,
            version: info.version,
            status: info.status,
            user: info.user.as_deref(),
            session: info.session.as_deref(),
            metadata: info.metadata.clone().and_then(|json| RawValue::from_string(json).ok()),
            created_at: info.created_at,
            ended_at: info.ended_at,
            wake_at: info.wake_at,
            usage: info.usage,
        }
    }
}

fn row(info: &RunInfo, now: i64) -> Vec<String> {
    let took = info.ended_at.map_or_else(String::new, |ended| roughly(ended.abs_diff(info.created_at)));
    vec![
        styled(BOLD, safe(&info.id)),
        safe(&info.workflow),
        styled(style(info.status), info.status.name()),
        off(info.created_at, now),
        took,
        safe(info.user.as_deref().unwrap_or_default()),
    ]
}

/// The colour of how a run stands.
pub(crate) const fn style(status: Status) -> Style {
    match status {
        Status::Running => GOES_ON,
        Status::Waiting => WAITS,
        Status::Done => GOOD,
        Status::Failed => BAD,
        Status::Cancelled => DIM,
    }
}

impl From<Stands> for Status {
    fn from(stands: Stands) -> Self {
        match stands {
            Stands::Running => Status::Running,
            Stands::Waiting => Status::Waiting,
            Stands::Done => Status::Done,
            Stands::Failed => Status::Failed,
            Stands::Cancelled => Status::Cancelled,
        }
    }
}
