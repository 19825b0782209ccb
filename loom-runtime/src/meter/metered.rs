//! Where a call counts.

use super::{Meter, Usage};
use crate::locked::locked;
use std::{
    mem,
    sync::{Arc, Mutex},
    time::Duration,
};

/// Where a call counts: in its run, and in its step where that is kept.
#[derive(Debug, Clone)]
pub(crate) struct Metered {
    run: Meter,
    step: Option<Arc<Mutex<Usage>>>,
}

impl Metered {
    /// A run.
    pub(crate) fn of(run: &Meter) -> Self {
        Metered { run: run.clone(), step: None }
    }

    /// A step of a run, which is asked later what it spent.
    pub(crate) fn step(run: &Meter) -> Self {
        Metered { run: run.clone(), step: Some(Arc::default()) }
    }

    pub(super) const fn meter(&self) -> &Meter {
        &self.run
    }

    pub(super) fn count(&self, usage: Usage) {
        if let Some(step) = &self.step {
            *locked(step) += usage;
        }
    }

    /// What the step spent since this was asked last, in whole milliseconds, as records have it.
    pub(crate) fn take(&self) -> Usage {
        let usage = self.step.as_ref().map(|step| mem::take(&mut *locked(step))).unwrap_or_default();
        let ms = u64::try_from(usage.time.as_millis()).unwrap_or(u64::MAX);
        Usage { time: Duration::from_millis(ms), ..usage }
    }
}
