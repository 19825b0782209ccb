//! A run that was begun, to wait for.

use super::{
    carrying::carry,
    error::LoomError,
    events::Events,
    inner::{End, State},
    loom::{Loom, OpenQuestion},
};
use crate::{
    journal::{JournalError, Status},
    locked::locked,
    machine::Workflow,
};
use std::{fmt, marker::PhantomData, time::Duration};

/// How often it is looked whether a run that another process carries on has come to something.
const LOOK: Duration = Duration::from_millis(200);

/// A run that was begun. Dropping it leaves the run alone.
pub struct Handle<C, W> {
    loom: Loom<C>,
    id: String,
    workflow: PhantomData<fn() -> W>,
}

impl<C, W> fmt::Debug for Handle<C, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What a run has come to.
#[derive(Debug)]
pub enum Outcome<T> {
    /// It has ended with this.
    Done(T),
    /// It waits: for the answers to these questions, or, where there are none, for a time.
    Waiting(Vec<OpenQuestion>),
}

impl<C: Send + Sync + 'static, W: Workflow> Handle<C, W> {
    pub(super) const fn new(loom: Loom<C>, id: String) -> Self {
        Handle { loom, id, workflow: PhantomData }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What the run comes to: its output, or that it waits. A run that nobody is at is carried on.
    ///
    /// # Errors
    /// [`LoomError::Failed`] with its failure when it failed, and why it cannot go on when it cannot.
    pub async fn outcome(&self) -> Result<Outcome<W::Output>, LoomError> {
        loop {
            if let Some(end) = self.left().await? {
                return self.loom.0.read(&self.id, &end).map(Outcome::Done);
            }
            let info = self.loom.0.info(&self.id).await?;
            match info.status {
                Status::Done | Status::Failed | Status::Cancelled => {
                    return self.loom.0.ended(&info).await.map(Outcome::Done);
                }
                Status::Waiting => {
                    if !locked(&self.loom.0.heard.live).contains_key(&self.id) {
                        return Ok(Outcome::Waiting(self.loom.questions(&self.id).await?));
                    }
                }
                Status::Running => self.carried().await?,
            }
        }
    }

    /// The output of the run, when it has ended; until then it waits with it.
    ///
    /// # Errors
    /// Those of [`outcome`](Self::outcome).
    pub async fn output(&self) -> Result<W::Output, LoomError> {
        loop {
            if let Outcome::Done(output) = self.outcome().await? {
                return Ok(output);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// What happens in the run, from its beginning on: see [`Events`].
    pub fn events(&self) -> Events {
        self.loom.events(self.id.clone())
    }

    /// Cancels the run: see [`Loom::cancel`].
    ///
    /// # Errors
    /// When it has ended.
    pub async fn cancel(&self) -> Result<(), LoomError> {
        self.loom.cancel(&self.id).await
    }

    /// Waits until the run is not carried on here. Gives what it has ended with, if it is known.
    async fn left(&self) -> Result<Option<End>, LoomError> {
        let live = locked(&self.loom.0.heard.live).get(&self.id).cloned();
        let Some(live) = live else { return Ok(None) };
        let mut state = live.state.subscribe();
        drop(live);
        let state = match state.wait_for(|state| !matches!(state, State::Working)).await {
            Ok(state) => state.clone(),
            Err(_) => State::Left,
        };
        match state {
            State::Stopped(error) => Err(LoomError::Stopped(error)),
            State::Ended(end) => Ok(Some(end)),
            State::Working | State::Left => Ok(None),
        }
    }

    /// Carries a run on that nobody is at, or waits for who is.
    async fn carried(&self) -> Result<(), LoomError> {
        self.loom.0.ready().await?;
        match carry(&self.loom.0, &self.id, false).await {
            Err(LoomError::Journal(JournalError::Held { .. })) => {
                tokio::time::sleep(LOOK).await;
                Ok(())
            }
            // It has ended since it was looked at.
            Err(LoomError::Journal(JournalError::Ended { .. })) => Ok(()),
            other => other,
        }
    }
}
