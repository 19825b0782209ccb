//! What a journal keeps.

use super::{JournalError, Link};
use crate::meter::{Budget, Usage};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A run that is to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRun {
    /// Its id, which the user chose; any text that is not empty.
    pub id: String,
    /// The name of its workflow.
    pub workflow: String,
    /// The version of its workflow.
    pub version: u32,
    /// The fingerprint of its graph.
    pub fingerprint: String,
    /// The description of its graph, kept once for all runs of one fingerprint.
    pub graph: String,
    /// Its input, as JSON.
    pub input: String,
    /// Whom it is for.
    pub user: Option<String>,
    /// The session it belongs to.
    pub session: Option<String>,
    /// What else the user wants to know of it, as JSON.
    pub metadata: Option<String>,
    /// How much it may spend on models.
    pub budget: Option<Budget>,
}

/// What begins a run came to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there is one of it at a time")]
pub enum Begun {
    /// It has begun, and is claimed.
    New(Claim),
    /// There is a run of that id.
    Exists(RunInfo),
}

/// The right to write to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Claim {
    /// The number of the run within its journal, less than 2³¹. It is never used again.
    pub run: u64,
    /// Grows with every claim of the run.
    pub token: u64,
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It goes on, or was cut off while it did.
    Running,
    /// It waits for an answer or a time, and nobody is at it.
    Waiting,
    /// It has ended with its output.
    Done,
    /// It has failed.
    Failed,
    /// It was cancelled.
    Cancelled,
}

impl Status {
    /// Whether the run has ended.
    #[must_use]
    pub const fn is_end(self) -> bool {
        matches!(self, Status::Done | Status::Failed | Status::Cancelled)
    }

    /// Its name, as it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Status::Running => "running",
            Status::Waiting => "waiting",
            Status::Done => "done",
            Status::Failed => "failed",
            Status::Cancelled => "cancelled",
        }
    }

    /// The one of a name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        [Status::Running, Status::Waiting, Status::Done, Status::Failed, Status::Cancelled]
            .into_iter()
            .find(|status| status.name() == name)
    }
}

/// What is known of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunInfo {
    /// The number of the run within its journal.
    pub run: u64,
    /// Its id.
    pub id: String,
    /// The name of its workflow.
    pub workflow: String,
    /// The version of its workflow.
    pub version: u32,
    /// The fingerprint of the graph it was begun with.
    pub fingerprint: String,
    /// How it stands.
    pub status: Status,
    /// Whom it is for.
    pub user: Option<String>,
    /// The session it belongs to.
    pub session: Option<String>,
    /// What else the user wants to know of it, as JSON.
    pub metadata: Option<String>,
    /// When it began.
    pub created_at: i64,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// When it is to go on, of one that waits for a time.
    pub wake_at: Option<i64>,
    /// When it was asked to be cancelled.
    pub cancel_at: Option<i64>,
    /// Who has it, or had it last before its lease was over.
    pub owner: Option<String>,
    /// How much it may spend on models.
    pub budget: Option<Budget>,
    /// What its records tell that it has spent on models, in all.
    pub usage: Usage,
}

impl RunInfo {
    /// What is known of a run that begins, with the number its journal gives it.
    #[must_use]
    pub fn of(run: u64, new: &NewRun, owner: &str, now: i64) -> Self {
        RunInfo {
            run,
            id: new.id.clone(),
            workflow: new.workflow.clone(),
            version: new.version,
            fingerprint: new.fingerprint.clone(),
            status: Status::Running,
            user: new.user.clone(),
            session: new.session.clone(),
            metadata: new.metadata.clone(),
            created_at: now,
            ended_at: None,
            wake_at: None,
            cancel_at: None,
            owner: Some(owner.to_owned()),
            budget: new.budget,
            usage: Usage::default(),
        }
    }

    /// That it can be claimed, whoever has it: it has not ended, or it has failed and is claimed again.
    ///
    /// # Errors
    /// [`JournalError::Ended`].
    pub fn goes_on(&self, again: bool) -> Result<(), JournalError> {
        if self.status.is_end() && !(again && self.status == Status::Failed) {
            return Err(JournalError::Ended { id: self.id.clone() });
        }
        Ok(())
    }

    /// Notes that it is claimed. One that had failed is no longer to be cancelled.
    pub fn claimed_by(&mut self, owner: &str) {
        if self.status.is_end() {
            (self.ended_at, self.cancel_at) = (None, None);
        }
        (self.status, self.wake_at) = (Status::Running, None);
        self.owner = Some(owner.to_owned());
    }
}

/// One thing that happened in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its number within the run, from 1.
    pub seq: u64,
    /// What kind of thing it is.
    pub kind: RecordKind,
    /// The scope it happened in: empty for the run itself; else the way to a branch or a nested workflow.
    pub scope: String,
    /// How many turns the scope had taken before.
    pub turn: u64,
    /// The node it happened at: a text of the program that recorded it, or one that was read. `&*record.node` lends it as a
    /// `&str`, which `as_str` does not on a stable compiler.
    pub node: Cow<'static, str>,
    /// The label of the way that led to the node; empty where there was no choice.
    pub label: Cow<'static, str>,
    /// The attempt of the step, counted from 1; of a timer, which one it is at its node; else 0.
    pub attempt: u32,
    /// When it began.
    pub began_at: i64,
    /// When it was over.
    pub at: i64,
    /// The number of the record before it in the same scope; of a scope's first record the last one of the scope around.
    pub after: Option<u64>,
    /// What was live where the run came to the node, as JSON: see [the module](crate::journal#what-is-live).
    pub live: String,
    /// What it gave: an output, an answer, a failure, a time, as JSON.
    pub value: String,
    /// Who gave the answer that it tells of, if that was said.
    pub by: Option<String>,
    /// What it spent on models; its time in whole milliseconds.
    pub usage: Usage,
    /// What chains it to the record before it; none in a run that was not begun [chained](crate::Builder::chained).
    pub link: Option<Link>,
}

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RecordKind {
    /// A step gave its output.
    Output,
    /// A step failed for good.
    Failed,
    /// An attempt of a step failed, and there are more.
    Attempt,
    /// A step that must not happen twice is about to begin.
    Begun,
    /// A question was asked; the value is its text, if that is short, and if there is a limit, how long there is for the answer, in
    /// milliseconds: `{"text":"Send this answer?","within":86400000}`, or that number alone.
    Asked,
    /// It was answered; [`by`](Record::by) says who did.
    Answered,
    /// A timer was set; the value is how long it is until its time, in milliseconds.
    Timer,
    /// Its time has come.
    Fired,
    /// A value that is too large to be told with each record that needs it.
    Value,
    /// The run was cancelled at a node.
    Cancelled,
    /// A nested workflow was entered; the value is its inputs.
    Entered,
    /// The run has ended; the value is its output or its failure.
    Ended,
    /// A run that failed is tried again from where it stood.
    Retried,
}

impl RecordKind {
    /// All there are.
    pub(super) const ALL: [Self; 13] = [
        RecordKind::Output,
        RecordKind::Failed,
        RecordKind::Attempt,
        RecordKind::Begun,
        RecordKind::Asked,
        RecordKind::Answered,
        RecordKind::Timer,
        RecordKind::Fired,
        RecordKind::Value,
        RecordKind::Cancelled,
        RecordKind::Entered,
        RecordKind::Ended,
        RecordKind::Retried,
    ];

    /// Its name, as it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            RecordKind::Output => "output",
            RecordKind::Failed => "failed",
            RecordKind::Attempt => "attempt",
            RecordKind::Begun => "begun",
            RecordKind::Asked => "asked",
            RecordKind::Answered => "answered",
            RecordKind::Timer => "timer",
            RecordKind::Fired => "fired",
            RecordKind::Value => "value",
            RecordKind::Cancelled => "cancelled",
            RecordKind::Entered => "entered",
            RecordKind::Ended => "ended",
            RecordKind::Retried => "retried",
        }
    }

    /// The one of a name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The last record of a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The scope.
    pub scope: String,
    /// The number of its last record.
    pub seq: u64,
}

/// What is to be written to a run at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Append {
    /// The claim it is written under.
    pub claim: Claim,
    /// What time it is.
    pub now: i64,
    /// What happened, in order.
    pub records: Vec<Record>,
    /// Heads that are new, or others than before.
    pub heads: Vec<Head>,
    /// Heads to forget before those are set: all whose scope begins with one of these texts. An empty text forgets all.
    pub forget: Vec<String>,
    /// Questions that are asked; of one that was asked before and is open, what became of it.
    pub asked: Vec<Asked>,
    /// The numbers of questions that are closed without an answer.
    pub closed: Vec<u64>,
    /// The numbers of messages that are taken: they are gone, and the questions they answer are answered.
    pub taken: Vec<u64>,
    /// How the run stands now, and when it is to go on; none when it goes on. The claim ends with it, and the owner has the
    /// run no more. A run that is handed back as [`Status::Running`] is for anybody to go on with.
    pub status: Option<(Status, Option<i64>)>,
}

impl Append {
    /// Nothing yet, to be written under a claim.
    #[must_use]
    pub const fn nothing(claim: Claim, now: i64) -> Self {
        Append {
            claim,
            now,
            records: Vec::new(),
            heads: Vec::new(),
            forget: Vec::new(),
            asked: Vec::new(),
            closed: Vec::new(),
            taken: Vec::new(),
            status: None,
        }
    }
}

/// A question that a run asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The number of the record of it.
    pub seq: u64,
    /// The scope it was asked in.
    pub scope: String,
    /// The node that asks.
    pub node: String,
    /// The ask.
    pub ask: String,
    /// How it is worded, as JSON; gone when it is no longer open.
    pub question: Option<String>,
    /// When it was asked.
    pub at: i64,
    /// What became of it.
    pub state: QuestionState,
}

impl Asked {
    /// Refuses a second end of a question.
    ///
    /// # Errors
    /// [`JournalError::Answered`] and [`JournalError::Closed`], when that is what became of it and it is told otherwise.
    pub fn may_become(&self, state: &QuestionState) -> Result<(), JournalError> {
        match &self.state {
            QuestionState::Open => Ok(()),
            now if now == state => Ok(()),
            QuestionState::Answered { by, .. } => Err(JournalError::Answered { question: self.seq, by: by.clone() }),
            QuestionState::Closed => Err(JournalError::Closed { question: self.seq }),
        }
    }

    /// Sets what became of a question, whose wording goes when it is no longer open.
    pub fn become_of(&mut self, state: QuestionState) {
        if state != QuestionState::Open {
            self.question = None;
        }
        self.state = state;
    }
}

/// What became of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuestionState {
    /// It waits for its answer.
    Open,
    /// It was answered.
    Answered {
        /// By whom, if that was said.
        by: Option<String>,
        /// When.
        at: i64,
    },
    /// It was closed without an answer: its time was up, or the run was cancelled.
    Closed,
}

/// Something that was put for a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The ask it is for.
    pub ask: String,
    /// The number of the question it answers; none of a message that came before its question, to an inbox.
    pub question: Option<u64>,
    /// The answer, as JSON.
    pub value: String,
    /// Who gave it.
    pub by: Option<String>,
    /// When.
    pub at: i64,
}

/// Which runs to list. What is not said lets all through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those of this workflow.
    pub workflow: Option<String>,
    /// Those that stand so.
    pub status: Option<Status>,
    /// Those for this user.
    pub user: Option<String>,
    /// Those of this session.
    pub session: Option<String>,
    /// Those that began before a time.
    pub created_before: Option<i64>,
    /// At most so many; 0 lists all.
    pub limit: usize,
}
