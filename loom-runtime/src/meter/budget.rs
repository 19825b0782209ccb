//! How much a run may spend on models.

use super::Usage;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use thiserror::Error;

/// How much a run may spend on models: it fails before the call that would go over it.
///
/// How many tokens a call will take is not known before it was made. Its question is reckoned at one token for four bytes,
/// and it may write no more than what is left; of calls at the same time each may, unless it says that it writes less. What
/// is counted is what the server tells.
///
/// ```
/// use loomflow_runtime::meter::Budget;
/// use std::time::Duration;
///
/// let budget = Budget::new().calls(40).tokens(50_000).time(Duration::from_secs(600));
/// assert_ne!(budget, Budget::new());
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Budget {
    #[serde(skip_serializing_if = "Option::is_none")]
    calls: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<Duration>,
}

impl Budget {
    /// One that bounds nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Budget { calls: None, tokens: None, time: None }
    }

    /// At most so many calls.
    #[must_use]
    pub const fn calls(mut self, calls: u64) -> Self {
        self.calls = Some(calls);
        self
    }

    /// At most so many tokens, read and written.
    #[must_use]
    pub const fn tokens(mut self, tokens: u64) -> Self {
        self.tokens = Some(tokens);
        self
    }

    /// No call begins when those before have taken so long in all.
    #[must_use]
    pub const fn time(mut self, time: Duration) -> Self {
        self.time = Some(time);
        self
    }

    /// How many tokens a call may write that reads so many, if that is bounded.
    pub(super) fn left(&self, spent: Usage, input: u64) -> Result<Option<u64>, OverBudget> {
        if let Some(most) = self.calls.filter(|&most| spent.calls >= most) {
            return Err(OverBudget::Calls { most, made: spent.calls });
        }
        if let Some(most) = self.time.filter(|&most| spent.time >= most) {
            return Err(OverBudget::Time { most, taken: spent.time });
        }
        let Some(most) = self.tokens else { return Ok(None) };
        match most.saturating_sub(spent.tokens()).saturating_sub(input) {
            0 => Err(OverBudget::Tokens { most, spent: spent.tokens(), input }),
            left => Ok(Some(left)),
        }
    }
}

/// A call of a model that was not made, because it would have gone over the [`Budget`] of its run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OverBudget {
    /// There were as many calls as there may be.
    #[error("the run may make {most} calls of models, and has made {made}")]
    Calls {
        /// How many there may be.
        most: u64,
        /// How many there were, with those under way.
        made: u64,
    },
    /// Too few tokens are left.
    #[error("the run may spend {most} tokens on models, has spent {spent}, and the next call reads about {input}")]
    Tokens {
        /// How many may be spent.
        most: u64,
        /// How many were, with those that calls under way may take.
        spent: u64,
        /// How many the call reads, as reckoned.
        input: u64,
    },
    /// The calls took as long as they may.
    #[error("the run may spend {most:?} on calls of models, and they took {taken:?}")]
    Time {
        /// How long they may take.
        most: Duration,
        /// How long they took.
        taken: Duration,
    },
}
