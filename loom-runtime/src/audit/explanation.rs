//! Why a node of a run ran, or did not.

use crate::{event::Json, journal::Status, meter::Usage};
use serde::Serialize;
use std::{fmt, time::Duration};

/// Why a node of a run ran, or did not. It displays as plain sentences.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The id of the run.
    pub run: String,
    /// How the run stands.
    pub status: Status,
    /// The node; of one in a workflow within, by way of the nodes around: `billing/refund`.
    pub node: String,
    /// The visits of the node, in order.
    pub ran: Vec<Ran>,
    /// Why it did not run; none of a node that did.
    pub missed: Option<Missed>,
    /// The node around that the run did not come to, which is what `missed` tells of.
    pub around: Option<String>,
}

/// A visit of a node.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Ran {
    /// The number of its first record.
    pub seq: u64,
    /// The scope it was in: see [`Event::scope`](crate::event::Event::scope).
    pub scope: String,
    /// How many turns the scope had taken before.
    pub turn: u64,
    /// The nodes from which the run came, more than one where branches join; `start` at first.
    pub from: Vec<String>,
    /// The label of the way; empty where there was no choice.
    pub label: String,
    /// The texts of the attempts that failed, the last one too when it failed for good.
    pub failures: Vec<String>,
    /// What it came to.
    pub came: Came,
    /// How long it took, in milliseconds.
    pub took: u64,
    /// What it spent on models.
    pub usage: Usage,
}

/// What a visit came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Came {
    /// It gave this.
    Gave(Json),
    /// It was answered.
    Answered {
        /// The answer.
        answer: Json,
        /// Who gave it, if that was said.
        by: Option<String>,
    },
    /// A fork or an end, which has no record: the run came by.
    Passed,
    /// A workflow was run there, and has come to its end, or the run has gone on from it.
    Entered,
    /// Its time came.
    Fired,
    /// It failed for good.
    Failed,
    /// It was cancelled.
    Cancelled,
    /// It waits there.
    Waits {
        /// The question, if it waits for an answer and the text is known.
        question: Option<String>,
    },
    /// It is at work, or was cut off or dropped there.
    Open,
}

/// Why a node did not run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Missed {
    /// The run took another way.
    Elsewhere {
        /// The last node from which it could have come there.
        at: String,
        /// The number of that visit's last record; 0 of the start.
        seq: u64,
        /// The label of the way that was taken; empty when it is not recorded, or there is none.
        took: String,
        /// Where that way led.
        to: String,
        /// The bound that was spent, if that is why: `max 3`.
        spent: Option<String>,
        /// The labels of the ways that would have led there.
        would: Vec<String>,
    },
    /// A fork on the way had no branch that led there, as one over an empty list.
    NoBranch {
        /// The fork.
        at: String,
    },
    /// The branch that it is in was dropped.
    Dropped {
        /// The last node that was come to in the branch.
        at: String,
    },
    /// The run waits before it.
    Waits {
        /// Where.
        at: String,
        /// The question, if it waits for an answer and the text is known.
        question: Option<String>,
    },
    /// The run has failed before it.
    Failed {
        /// Where.
        at: String,
        /// Why.
        error: String,
    },
    /// The run was cancelled before it.
    Cancelled {
        /// Where.
        at: String,
    },
    /// The run has not come there yet.
    NotYet {
        /// The last node it came to.
        at: String,
    },
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Explanation { run, status, node, ran, missed, around } = self;
        if let Some(missed) = missed {
            let yet = if status.is_end() { "did not run" } else { "has not run" };
            write!(f, "`{node}` {yet} in run `{run}`: ")?;
            if let Some(around) = around {
                write!(f, "it stands within `{around}`, which {yet}; ")?;
            }
            return missed.fmt(f);
        }
        let times = match ran.len() {
            1 => "once".to_owned(),
            2 => "twice".to_owned(),
            more => format!("{more} times"),
        };
        write!(f, "`{node}` ran {times} in run `{run}`:")?;
        ran.iter().zip(1..).try_for_each(|(ran, number)| write!(f, "\n{number}. {ran}"))
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.from.is_empty() {
            f.write_str("the way there is not known")?;
        } else {
            write!(f, "from {}", listed(&self.from))?;
        }
        if !self.label.is_empty() {
            write!(f, " by `{}`", self.label)?;
        }
        if !self.scope.is_empty() {
            write!(f, ", in `{}`", self.scope)?;
        }
        let mut failed = self.failures.iter().peekable();
        let mut attempt = 1;
        while let Some(failure) = failed.next() {
            let for_good = failed.peek().is_none() && matches!(self.came, Came::Failed | Came::Cancelled);
            if !for_good {
                write!(f, "; attempt {attempt} failed: {failure}")?;
            }
            attempt += 1;
        }
        f.write_str("; it ")?;
        match &self.came {
            Came::Gave(value) => write!(f, "gave {}", short(value.get()))?,
            Came::Answered { answer, by } => {
                write!(f, "was answered with {}", short(answer.get()))?;
                by.iter().try_for_each(|by| write!(f, " by {by}"))?;
            }
            Came::Entered => f.write_str("ran a workflow")?,
            Came::Fired => f.write_str("waited for its time")?,
            Came::Failed => {
                let why = self.failures.last().map_or("", String::as_str);
                return write!(f, "failed after {}: {why}", span(self.took));
            }
            Came::Cancelled => f.write_str("was cancelled")?,
            Came::Passed => return f.write_str("was come by"),
            Came::Waits { question: Some(question) } => return write!(f, "waits for the answer to {question:?}"),
            Came::Waits { question: None } => return f.write_str("waits"),
            Came::Open => return f.write_str("has come to nothing yet, or was dropped"),
        }
        write!(f, " after {}", span(self.took))
    }
}

impl fmt::Display for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Missed::Elsewhere { at, took, to, spent, would, .. } => {
                match (spent, took.as_str()) {
                    (Some(bound), _) => {
                        write!(f, "at `{at}` its bound, `{bound}`, was spent, and the run went to `{to}`")?;
                    }
                    (None, "") => write!(f, "from `{at}` the run went to `{to}`")?,
                    (None, took) => write!(f, "at `{at}` the way was `{took}`, to `{to}`")?,
                }
                if !would.is_empty() {
                    write!(f, "; {} would have led there", listed(would))?;
                }
                Ok(())
            }
            Missed::NoBranch { at } => write!(f, "`{at}` had no branch that led there"),
            Missed::Dropped { at } => write!(f, "its branch was dropped at `{at}`, as another one decided"),
            Missed::Waits { at, question: Some(question) } => {
                write!(f, "the run waits at `{at}` for the answer to {question:?}")
            }
            Missed::Waits { at, question: None } => write!(f, "the run waits at `{at}`"),
            Missed::Failed { at, error } => write!(f, "the run failed at `{at}` before it: {error}"),
            Missed::Cancelled { at } => write!(f, "the run was cancelled at `{at}` before it"),
            Missed::NotYet { at } => write!(f, "the run has come to `{at}` so far"),
        }
    }
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// A value that fits into a sentence.
fn short(json: &str) -> String {
    const FITS: usize = 100;
    match json.char_indices().nth(FITS) {
        Some((end, _)) => format!("{}…", &json[..end]),
        None => json.to_owned(),
    }
}

/// Milliseconds as people say them.
pub(crate) fn span(ms: u64) -> String {
    let span = Duration::from_millis(ms);
    let (seconds, minutes) = (span.as_secs(), span.as_secs() / 60);
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{:.1} s", span.as_secs_f64()),
        60_000..3_600_000 => format!("{minutes} min {} s", seconds % 60),
        3_600_000..86_400_000 => format!("{} h {} min", minutes / 60, minutes % 60),
        _ => format!("{} d {} h", minutes / 1_440, minutes / 60 % 24),
    }
}
