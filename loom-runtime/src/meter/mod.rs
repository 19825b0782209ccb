//! What a run spends on models, and how much it may.
//!
//! A [`Meter`] belongs to one run, and stands [around](crate::around) its code: steps are plain functions and are not told of
//! it. Who calls models and what that costs is told by them; nothing here knows a model.

mod budget;

pub use crate::charge::{Charge, begin, begin_reckoning};
pub use budget::{Budget, OverBudget};

use crate::locked::locked;
use serde::{Deserialize, Serialize};
use std::{
    iter::Sum,
    ops::{Add, AddAssign, Sub},
    sync::{Arc, Mutex},
    time::Duration,
};

/// What calls of models took.
///
/// As JSON, times are milliseconds: `{"calls":1,"input":120,"output":8,"time":430}`.
///
/// ```
/// use loomflow_runtime::meter::Usage;
///
/// let one = Usage { calls: 1, input: 20, output: 5, ..Usage::default() };
/// let run: Usage = [one, one].into_iter().sum();
/// assert_eq!((run.calls, run.tokens()), (2, 50));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// How many calls there were. One that was tried several times is one.
    pub calls: u64,
    /// Tokens the models read. Servers need not tell, and then it is 0.
    pub input: u64,
    /// Tokens they wrote.
    pub output: u64,
    /// How long the calls took, added up: calls at once count each.
    #[serde(with = "ms")]
    pub time: Duration,
}

impl Usage {
    /// Tokens that were read and written.
    #[must_use]
    pub const fn tokens(&self) -> u64 {
        self.input.saturating_add(self.output)
    }

    /// Whether there was no call.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Usage::default()
    }
}

impl Add for Usage {
    type Output = Usage;
    fn add(self, other: Usage) -> Usage {
        Usage {
            calls: self.calls.saturating_add(other.calls),
            input: self.input.saturating_add(other.input),
            output: self.output.saturating_add(other.output),
            time: self.time.saturating_add(other.time),
        }
    }
}

impl Sub for Usage {
    type Output = Usage;
    fn sub(self, other: Usage) -> Usage {
        Usage {
            calls: self.calls.saturating_sub(other.calls),
            input: self.input.saturating_sub(other.input),
            output: self.output.saturating_sub(other.output),
            time: self.time.saturating_sub(other.time),
        }
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Usage) {
        *self = *self + other;
    }
}

impl Sum for Usage {
    fn sum<I: Iterator<Item = Usage>>(usages: I) -> Usage {
        usages.fold(Usage::default(), Add::add)
    }
}

mod ms {
    use serde::{Deserialize, Deserializer, Serializer};
    use std::time::Duration;

    pub(super) fn serialize<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_millis)
    }
}

/// What a run in memory spends on models, and how much it may. A clone is the same meter.
///
/// Steps need not be told of it: every call that a `Model` makes in the run counts. What a step hands to another task is
/// not in the run.
///
/// ```
/// use loomflow_runtime::meter::{Budget, Meter};
///
/// let meter = Meter::within(Budget::new().calls(40).tokens(50_000));
/// // Triage::run(&app, ticket).metered(&meter).await?;
/// assert_eq!(meter.usage().calls, 0);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Counted>);

#[derive(Debug, Default)]
struct Counted {
    budget: Budget,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    usage: Usage,
    /// What is set aside for calls that have begun and not ended.
    aside: Usage,
}

impl Meter {
    /// A meter of what is spent.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A meter of what is spent that lets no more be spent than this.
    #[must_use]
    pub fn within(budget: Budget) -> Self {
        Self::from(budget, Usage::default())
    }

    /// One of a run that has spent this before.
    pub(crate) fn from(budget: Budget, usage: Usage) -> Self {
        Meter(Arc::new(Counted { budget, state: Mutex::new(State { usage, aside: Usage::default() }) }))
    }

    /// What was spent so far. A call counts when it has ended.
    #[must_use]
    pub fn usage(&self) -> Usage {
        locked(&self.0.state).usage
    }

    /// Lets a call begin that reads about so many tokens and writes no more than it says, if it says.
    pub(crate) fn begin(&self, input: u64, output: Option<u64>) -> Result<Granted, OverBudget> {
        let mut state = locked(&self.0.state);
        let left = self.0.budget.left(state.usage + state.aside, input)?;
        let output = left.into_iter().chain(output).min();
        // What a call writes that names no limit is not known: others may begin beside it.
        let aside =
            Usage { calls: 1, input, output: output.filter(|_| left != output).unwrap_or(0), ..Usage::default() };
        state.aside += aside;
        Ok(Granted { aside, output })
    }

    /// A call has ended, for which this was set aside.
    pub(crate) fn end(&self, aside: Usage, usage: Usage) {
        let mut state = locked(&self.0.state);
        state.aside = state.aside - aside;
        state.usage += usage;
    }
}

/// What a call was granted.
#[derive(Debug)]
pub(crate) struct Granted {
    /// What was set aside for it.
    pub(crate) aside: Usage,
    /// The most tokens it may write, if that is bounded.
    pub(crate) output: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_is_kept_as_short_json_and_what_is_missing_is_nothing() {
        let usage = Usage { calls: 1, input: 120, output: 8, time: Duration::from_millis(430) };
        let json = serde_json::to_string(&usage).expect("it can be written");
        assert_eq!(json, r#"{"calls":1,"input":120,"output":8,"time":430}"#);
        assert_eq!(serde_json::from_str::<Usage>(&json).expect("it can be read"), usage);
        assert_eq!(serde_json::from_str::<Usage>("{}").expect("it can be read"), Usage::default());
    }
}
