//! Recorded runs against the graph of today: the outcomes that were recorded are handed to it in their order, and where it goes
//! is compared with where the run went. No step is performed.

mod driver;
mod recorded;

use super::build::Test;
use crate::{
    failure::Failure,
    journal::{Filter, Journal, JournalError, Record, RunInfo, Status},
    locked::locked,
    machine::{Machine, Workflow},
    state::Fields,
};
use driver::{Replay, Spot};
use recorded::Recorded;
use std::{
    fmt,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

/// How many records are read at once.
const PAGE: usize = 1_000;

/// What the graph of today makes of a recorded run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Replayed {
    /// The id of the run.
    pub id: String,
    /// The nodes whose outcomes it took from the recording, in the order in which they were recorded.
    pub path: Vec<String>,
    /// Where it goes another way first; none when it goes the same as far as is recorded.
    pub difference: Option<Difference>,
}

/// Where a recorded run and the graph of today part.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// Where the run went.
    pub recorded: Went,
    /// Where the graph goes now.
    pub now: Went,
}

/// Where a run goes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Went {
    /// To a node, by the labels of the way there, which are joined by commas.
    To {
        /// The node; of a nested workflow's or a branch's the node itself.
        node: String,
        /// The labels; empty where there was no choice.
        label: String,
    },
    /// To its end, by the labels of the way there.
    Ended(String),
    /// To a failure.
    Failed(String),
    /// Nowhere: what was recorded does not fit, and this is why.
    Unfit(String),
}

impl fmt::Display for Went {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = |label: &str| if label.is_empty() { String::new() } else { format!(" by `{label}`") };
        match self {
            Went::To { node, label } => write!(f, "to `{node}`{}", by(label)),
            Went::Ended(label) => write!(f, "to its end{}", by(label)),
            Went::Failed(failure) => write!(f, "to a failure: {failure}"),
            Went::Unfit(why) => write!(f, "nowhere: {why}"),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it went {}, and goes {} now", self.recorded, self.now)
    }
}

impl fmt::Display for Replayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "run `{}`: ", self.id)?;
        match &self.difference {
            Some(difference) => write!(f, "{difference}, after {}", self.path.last().map_or("start", String::as_str)),
            None => write!(f, "the same way"),
        }
    }
}

impl<W: Workflow, C> Test<W, C> {
    /// Says of each recorded run of the workflow that a filter lets through, the newest first, whether the graph of today takes
    /// the same way, given what was recorded of its steps, answers and timers. No step is performed, and nothing is written.
    ///
    /// Runs of other versions count too: what is not the same any more is what it tells.
    ///
    /// # Errors
    /// What the journal fails with.
    pub async fn replay(
        &self,
        journal: &(impl Journal + ?Sized),
        filter: &Filter,
    ) -> Result<Vec<Replayed>, JournalError>
    where
        W: Machine<C>,
        C: Send + Sync,
    {
        let filter = Filter { workflow: Some(W::NAME.to_owned()), ..filter.clone() };
        let mut replayed = Vec::new();
        for info in journal.runs(&filter).await? {
            let mut records: Vec<Record> = Vec::new();
            loop {
                let from = records.last().map_or(0, |last| last.seq + 1);
                let page = journal.records(info.run, from, PAGE).await?;
                let is_last = page.len() < PAGE;
                records.extend(page);
                if is_last {
                    break;
                }
            }
            let input = journal.input(info.run).await?;
            let context = (self.context)();
            replayed.push(one::<C, W>(&context, &info, &input, records));
        }
        Ok(replayed)
    }
}

/// Replays one run.
fn one<C: Sync, W: Machine<C>>(context: &C, info: &RunInfo, input: &str, records: Vec<Record>) -> Replayed {
    let end = records.iter().rev().find(|record| record.kind == crate::journal::RecordKind::Ended).cloned();
    let replay = Replay::new(Recorded::new(records));
    let input = match Fields::parse(input).and_then(|mut fields| W::read_input(&mut fields)) {
        Ok(input) => input,
        Err(unfit) => {
            let now = Went::Unfit(format!("its input does not fit: {unfit}"));
            let difference = Some(Difference { recorded: replay.recorded(), now });
            return Replayed { id: info.id.clone(), path: Vec::new(), difference };
        }
    };
    let root = Arc::new(Spot::new(String::new(), Vec::new()));
    let outcome = {
        let mut run = pin!(replay.drive::<C, W>(context, Arc::clone(&root), input));
        let mut polling = Context::from_waker(Waker::noop());
        loop {
            let before = replay.progress();
            match run.as_mut().poll(&mut polling) {
                Poll::Ready(outcome) => break Some(outcome.map(drop)),
                Poll::Pending if replay.progress() == before => break None,
                Poll::Pending => {}
            }
        }
    };
    let path = replay.path();
    let difference = replay.difference().or_else(|| ended(&replay, info, end.as_ref(), outcome, &root));
    Replayed { id: info.id.clone(), path, difference }
}

/// How the end of a run is different, where nothing before it was.
fn ended(
    replay: &Replay,
    info: &RunInfo,
    end: Option<&Record>,
    outcome: Option<Result<(), Failure>>,
    root: &Spot,
) -> Option<Difference> {
    let label = locked(&root.here).label();
    let now = match outcome {
        None => replay.stands(),
        Some(Ok(())) => Some(Went::Ended(label.clone())),
        Some(Err(failure)) => Some(Went::Failed(failure.to_string())),
    };
    if !replay.is_over() {
        let now = now.unwrap_or_else(|| Went::Unfit("nothing asks for what was recorded".to_owned()));
        return Some(Difference { recorded: replay.recorded(), now });
    }
    let recorded = match (info.status, end) {
        (Status::Done, Some(end)) => Went::Ended(end.label.clone().into_owned()),
        (Status::Failed | Status::Cancelled, Some(end)) => Went::Failed(failure_of(end)),
        // It was cut off, or waits: as far as it is recorded it is the same, unless it has ended now.
        _ => {
            let waits = replay.waits()?;
            let ends = now.filter(|now| !matches!(now, Went::To { .. }))?;
            return Some(Difference { recorded: waits, now: ends });
        }
    };
    let now = now?;
    let same = match (&recorded, &now) {
        (Went::Ended(recorded), Went::Ended(now)) => recorded.is_empty() || recorded == now,
        (Went::Failed(_), Went::Failed(_)) => true,
        _ => false,
    };
    (!same).then_some(Difference { recorded, now })
}

fn failure_of(end: &Record) -> String {
    use crate::value::Value as _;
    Failure::read(&end.value).map_or_else(|_| "one that cannot be read".to_owned(), |failure| failure.to_string())
}
