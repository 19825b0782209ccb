//! What begins runs that are kept, and carries them on.

use super::{
    answer::Answer,
    builder::Builder,
    carrying::{carry, nudge},
    error::LoomError,
    events::Events,
    handle::Handle,
    inner::Inner,
    keeper,
    once::Settled,
    registry::Runner,
    start::{Inputs, Start},
};
use crate::{
    ask::Ask,
    clock::{before, now_ms},
    journal::{Asked, Filter, Journal, QuestionState, RunInfo},
    locked::locked,
    machine::Machine,
    step::Step,
    value::Value,
};
use std::{
    fmt,
    sync::{Arc, PoisonError, atomic::Ordering},
    time::{Duration, SystemTime},
};

/// Begins runs that outlive their process, carries them on, answers and cancels them.
///
/// A cheap clone; one is enough for thousands of runs at once. Its methods need a Tokio runtime with its timer on.
pub struct Loom<C>(pub(super) Arc<Inner<C>>);

impl<C> Clone for Loom<C> {
    fn clone(&self) -> Self {
        Loom(Arc::clone(&self.0))
    }
}

impl<C> fmt::Debug for Loom<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loom").field("journal", &self.0.journal).field("owner", &self.0.owner).finish_non_exhaustive()
    }
}

/// A question that a run waits with.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OpenQuestion {
    /// The node that asks.
    pub node: String,
    /// The ask.
    pub ask: String,
    /// Its number in the journal of its run.
    pub number: u64,
    /// What is asked.
    pub question: crate::Question,
    /// When it was asked.
    pub asked_at: SystemTime,
}

impl<C: Send + Sync + 'static> Loom<C> {
    /// Builds one, whose runs are lent this context.
    pub fn builder(context: C) -> Builder<C> {
        Builder::new(context)
    }

    /// Begins a run. When it gives a handle, the run is in the journal.
    ///
    /// The same id with the same input is the same run: a second one is not begun, and one that was cut off is carried on.
    /// A workflow of several inputs takes a tuple of them: `loom.start::<Triage>("ticket-42", (ticket, desk)).user("ada").await`.
    ///
    /// # Errors
    /// [`LoomError::Another`] when there is a run of that id with another input or of another workflow, and what the journal
    /// fails with.
    pub fn start<W: Machine<C>>(&self, id: impl Into<String>, input: impl Inputs<W::Input>) -> Start<C, W> {
        Start::new(self.clone(), self.register::<W>(), id.into(), &input.inputs())
    }

    /// The same with the inputs as a JSON object, each by its name: what a page or a command line is given.
    ///
    /// # Errors
    /// [`LoomError::Input`] when one is missing, does not fit or is not the workflow's, and those of [`start`](Self::start).
    ///
    /// ```
    /// use loomflow_runtime::LoomError;
    /// # use loomflow_runtime::{Loom, machine::Machine};
    /// # async fn begin<Triage: Machine<()>>(loom: Loom<()>) -> Result<(), LoomError> {
    /// loom.start_json::<Triage>("ticket-42", r#"{"ticket": "I was charged twice."}"#).user("ada").await?;
    ///
    /// let refused = loom.start_json::<Triage>("ticket-43", r#"{"ticket": 43}"#).await.unwrap_err();
    /// assert_eq!(
    ///     refused.to_string(),
    ///     "this is no input of `Triage`: `ticket` cannot be read: invalid type: integer `43`, expected a string"
    /// );
    /// # Ok(())
    /// # }
    /// ```
    pub fn start_json<W: Machine<C>>(&self, id: impl Into<String>, inputs: &str) -> Start<C, W> {
        Start::untyped(self.clone(), self.register::<W>(), id.into(), inputs)
    }

    /// A handle of a run that was begun before.
    pub fn handle<W: Machine<C>>(&self, id: impl Into<String>) -> Handle<C, W> {
        self.register::<W>();
        Handle::new(self.clone(), id.into())
    }

    /// Carries a run on that nobody is at: one that was cut off, or that waits and whose answer has come. It goes on in the
    /// background; one that is carried on here already just does so.
    ///
    /// # Errors
    /// [`JournalError::Held`](crate::journal::JournalError::Held) when another process is at it, [`LoomError::Unregistered`]
    /// when its workflow was not named to this `Loom`, and what the journal fails with.
    pub async fn resume(&self, id: &str) -> Result<(), LoomError> {
        self.0.ready().await?;
        carry(&self.0, id, false).await
    }

    /// Carries on all runs that nobody is at and that can go on, and from then on those of other processes that die. Gives
    /// how many go on now.
    ///
    /// A run that cannot be carried on in this program, as its workflow is not known here or has changed, is left as it is;
    /// `tracing` is told.
    ///
    /// # Errors
    /// What the journal fails with.
    pub async fn resume_all(&self) -> Result<usize, LoomError> {
        self.0.ready().await?;
        self.0.adopts.store(true, Ordering::Relaxed);
        locked(&self.0.passed).clear();
        let resumed = keeper::adopt(&self.0).await?;
        self.0.kept.notify_one();
        Ok(resumed)
    }

    /// Tries a run again that has failed, from where it stood: what is recorded is not done again, the step that failed is.
    ///
    /// # Errors
    /// [`JournalError::Ended`](crate::journal::JournalError::Ended) when it has ended otherwise, and those of [`resume`](Self::resume).
    pub async fn retry(&self, id: &str) -> Result<(), LoomError> {
        self.0.ready().await?;
        carry(&self.0, id, true).await
    }

    /// Asks that a run be cancelled: where it stands, its nodes fail with [`Cancelled`](crate::FailureKind::Cancelled). The
    /// request is in the journal when this returns.
    ///
    /// # Errors
    /// When there is no such run, or it has ended.
    pub async fn cancel(&self, id: &str) -> Result<(), LoomError> {
        self.0.journal.cancel(id, now_ms()).await?;
        nudge(&self.0, id).await
    }

    /// Answers a question of a run: `loom.answer::<approve>("ticket-42", Approval::Granted).await?`.
    ///
    /// The answer is in the journal when this returns, and the run goes on, here when it can. The first answer stands.
    ///
    /// # Errors
    /// [`LoomError::Answered`] when the question was answered before, [`LoomError::Late`] when it is no longer open,
    /// [`LoomError::NotAsked`] when it was never asked, [`LoomError::Ambiguous`] when the run waits at several nodes of that
    /// ask and none was said.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an answer is given away, and most are written where they are given"
    )]
    pub fn answer<A: Ask>(&self, id: impl Into<String>, answer: A::Output) -> Answer<C> {
        Answer::new(self.clone(), id.into(), A::NAME, answer.write(), A::INBOX)
    }

    /// The same with an answer as JSON, for the ask, or the node, of this name. It is checked to be of the shape the ask
    /// needs.
    ///
    /// # Errors
    /// Those of [`answer`](Self::answer), and [`LoomError::Shape`].
    pub fn answer_json(&self, id: impl Into<String>, ask: &str, json: impl Into<String>) -> Answer<C> {
        Answer::untyped(self.clone(), id.into(), ask, json.into())
    }

    /// Says whether a step happened that must not happen twice ([`at_most_once`](crate::Step::POLICY)), where a run was cut off
    /// in it: `loom.settle::<charge>("order-7", Settled::Happened(receipt)).by("ada").await?`.
    ///
    /// What happened is recorded as the output of the step, and the run goes on with it. What did not is performed. As JSON
    /// it is an [answer](Self::answer_json) to the step: `{"happened": output}` or `"did_not"`.
    ///
    /// # Errors
    /// Those of [`answer`](Self::answer); [`LoomError::NotAsked`] when the run knows how the step came out.
    pub fn settle<S: Step>(&self, id: impl Into<String>, settled: Settled<S::Output>) -> Answer<C> {
        Answer::new(self.clone(), id.into(), S::NAME, settled.write(), false)
    }

    /// The questions a run waits with.
    ///
    /// # Errors
    /// When there is no such run, and what the journal fails with.
    pub async fn questions(&self, id: &str) -> Result<Vec<OpenQuestion>, LoomError> {
        let info = self.0.info(id).await?;
        let asked = self.0.journal.questions(info.run).await?;
        Ok(asked.into_iter().filter(|asked| asked.state == QuestionState::Open).filter_map(open).collect())
    }

    /// What happens in a run, from its beginning on: see [`Events`]. Whoever lost the connection goes on
    /// [after](Events::after) what was seen last.
    ///
    /// A run of any workflow, and one of plain Rust, has events; that there is no such run is an error of the stream.
    pub fn events(&self, id: impl Into<String>) -> Events {
        Events::of(Arc::clone(&self.0.journal), &self.0.heard, &id.into())
    }

    /// What is known of a run.
    ///
    /// # Errors
    /// What the journal fails with.
    pub async fn info(&self, id: &str) -> Result<Option<RunInfo>, LoomError> {
        Ok(self.0.journal.run(id).await?)
    }

    /// The runs a filter lets through, the newest first.
    ///
    /// # Errors
    /// What the journal fails with.
    pub async fn runs(&self, filter: &Filter) -> Result<Vec<RunInfo>, LoomError> {
        Ok(self.0.journal.runs(filter).await?)
    }

    /// Deletes a run with all that is kept of it. Gives whether there was one.
    ///
    /// # Errors
    /// [`JournalError::Held`](crate::journal::JournalError::Held) when somebody is at it.
    pub async fn delete(&self, id: &str) -> Result<bool, LoomError> {
        Ok(self.0.journal.delete(id, now_ms()).await?)
    }

    /// Deletes the runs that ended longer ago than this. Gives how many.
    ///
    /// # Errors
    /// What the journal fails with.
    pub async fn prune(&self, age: Duration) -> Result<u64, LoomError> {
        Ok(self.0.journal.prune(before(age)).await?)
    }

    /// The journal.
    #[must_use]
    pub fn journal(&self) -> &Arc<dyn Journal> {
        &self.0.journal
    }

    pub(super) fn register<W: Machine<C>>(&self) -> Arc<dyn Runner<C>> {
        let (runner, is_new) = self.0.workflows.write().unwrap_or_else(PoisonError::into_inner).put::<W>();
        if is_new {
            locked(&self.0.passed).clear();
        }
        runner
    }
}

fn open(asked: Asked) -> Option<OpenQuestion> {
    let at = u64::try_from(asked.at).unwrap_or_default();
    Some(OpenQuestion {
        node: asked.node,
        ask: asked.ask,
        number: asked.seq,
        question: serde_json::from_str(&asked.question?).ok()?,
        asked_at: SystemTime::UNIX_EPOCH + Duration::from_millis(at),
    })
}
