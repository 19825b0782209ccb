//! What happens in a run, as whoever watches it is told.
//!
//! [`Loom::events`](crate::Loom::events) gives the [`Events`] of a run, in order. Most are *recorded*: each is a
//! record of the run's [journal](crate::journal) and has its number, so that whoever lost the connection says which was the
//! last and misses none. The others are *fleeting*: they tell what a run that is at work here does between two records,
//! the words of a model as they come among them, and are kept nowhere.
//!
//! | `kind` | recorded | what happened |
//! | --- | --- | --- |
//! | `started` | as number 0 | the run began |
//! | `output`, `failed` | yes | a step gave its output; it failed for good |
//! | `attempt` | yes | an attempt failed, and there are more |
//! | `begun` | yes | a step that must not happen twice is about to begin |
//! | `asked`, `answered` | yes | a question was asked; it was answered |
//! | `timer`, `fired` | yes | a timer was set; its time has come |
//! | `entered` | yes | a nested workflow was entered |
//! | `cancelled` | yes | the run was cancelled at a node |
//! | `ended`, `retried` | yes | the run has ended; one that failed is tried again |
//! | `performing` | no | a step is at work |
//! | `token`, `broken` | no | words of a model; its answer broke off |
//! | `missed` | no | who watches was too slow for so many fleeting events |
//!
//! An event serializes to one flat JSON object, whose fields are the columns of the journal:
//!
//! ```json
//! {"seq":2,"kind":"output","value":"Dear Ada","scope":"","turn":1,"node":"draft","label":"Desk::Billing","attempt":1,
//!  "began_at":1800000000000,"at":1800000000120,"usage":{"calls":1,"input":20,"output":8,"time":110}}
//! ```

mod json;
mod speech;

pub use crate::durable::Events;
pub use json::Json;
pub use speech::{Speech, speech};

use crate::{Failure, Question, journal::Status, meter::Usage};
use serde::Serialize;

/// Something that happened in a run.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Event {
    /// The number of its record; of a fleeting event that of the last record on disk when it happened. What comes
    /// [after](crate::Events::after) it is what this event's reader has not seen.
    pub seq: u64,
    /// What happened.
    #[serde(flatten)]
    pub what: Happened,
    /// The scope it happened in: empty for the run itself; a branch of a fork is told by the turn of its fork and its number,
    /// `4.1/`, a nested workflow by its turn, `4/`, each behind the scope around it.
    pub scope: String,
    /// How many turns the scope had taken before: what happens at one visit of a node has one scope and one turn.
    pub turn: u64,
    /// The node it happened at; empty where it happened to the run.
    pub node: String,
    /// The label of the way that led to the node: which route was taken. Empty where there was no choice.
    pub label: String,
    /// The attempt of the step, counted from 1; of a timer, which one it is at its node; else 0.
    pub attempt: u32,
    /// When it began, in milliseconds since the Unix epoch.
    pub began_at: i64,
    /// When it was over, in milliseconds since the Unix epoch.
    pub at: i64,
    /// What it spent on models.
    pub usage: Usage,
}

/// What happened.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Happened {
    /// The run began.
    Started {
        /// Its workflow.
        workflow: String,
        /// The version of its workflow.
        version: u32,
        /// Its inputs, by their names.
        input: Json,
    },
    /// A step gave its output.
    Output(Json),
    /// A step failed for good.
    Failed(Failure),
    /// An attempt of a step failed, and there are more.
    Attempt(Failure),
    /// A step that must not happen twice is about to begin.
    Begun,
    /// A question was asked; its number is that of the event.
    Asked {
        /// The ask.
        ask: String,
        /// How it is worded: whole for as long as it is open. After that a journal has its text if that is no longer than
        /// 120 bytes, and not what was shown with it: the one thing that whoever reads a recorded event later is told less of.
        question: Option<Question>,
        /// Until when it can be answered, in milliseconds since the Unix epoch, where it has a limit: no timer tells of that.
        until: Option<i64>,
    },
    /// A question was answered.
    Answered {
        /// The ask.
        ask: String,
        /// The answer.
        answer: Json,
        /// Who gave it, if that was said.
        by: Option<String>,
    },
    /// A timer was set: of a `sleep`, or of a `within` that is no question's.
    Timer {
        /// When it is due, in milliseconds since the Unix epoch.
        due: i64,
    },
    /// The time of a timer has come.
    Fired,
    /// The run was cancelled at a node.
    Cancelled(Failure),
    /// A nested workflow was entered, with these inputs by their names. What happens in it has a scope of its own.
    Entered(Json),
    /// The run has ended.
    Ended(End),
    /// The run, which had failed, is tried again from where it stood.
    Retried,
    /// A step is at work, from this attempt on. One that gives its output at once is told by that alone. Fleeting.
    Performing,
    /// Words of a model, as they come. Fleeting: of whichever answer they are part, the output of the step is what counts.
    Token {
        /// Tells apart the answers that a run's steps are given. What belongs to one answer has one number.
        stream: u64,
        /// The words.
        text: String,
    },
    /// An answer of a model broke off: the words of it that came are not the whole. Fleeting.
    Broken {
        /// Which answer.
        stream: u64,
        /// Why.
        error: String,
    },
    /// The reader was so slow that this many fleeting events are lost to it. No recorded one ever is. Fleeting.
    Missed(u64),
}

/// What a run has ended with.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum End {
    /// Its output.
    Done(Json),
    /// It failed.
    Failed(Failure),
    /// It was cancelled.
    Cancelled(Failure),
}

impl Event {
    /// What happened to the run as a whole.
    pub(crate) fn of_run(seq: u64, at: i64, what: Happened) -> Self {
        Event {
            seq,
            what,
            scope: String::new(),
            turn: 0,
            node: String::new(),
            label: String::new(),
            attempt: 0,
            began_at: at,
            at,
            usage: Usage::default(),
        }
    }

    /// Whether it is a record of the run's journal, which whoever reads the events again is told again.
    #[must_use]
    pub const fn is_recorded(&self) -> bool {
        !matches!(
            self.what,
            Happened::Performing | Happened::Token { .. } | Happened::Broken { .. } | Happened::Missed(_)
        )
    }
}

impl End {
    /// How the run stands.
    #[must_use]
    pub const fn status(&self) -> Status {
        match self {
            End::Done(_) => Status::Done,
            End::Failed(_) => Status::Failed,
            End::Cancelled(_) => Status::Cancelled,
        }
    }
}
