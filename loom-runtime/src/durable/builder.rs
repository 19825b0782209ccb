//! How a `Loom` is built.

use super::{
    inner::Inner,
    loom::Loom,
    registry::{Looked, Registry, version},
};
use crate::{
    around::Given,
    journal::{Journal, MemoryJournal},
    machine::{Machine, Workflow},
};
use std::{fmt, sync::Arc, time::Duration};

/// How long a lease lasts if nothing else is said: so long after a process was killed another one takes over its runs at the
/// latest.
const LEASE: Duration = Duration::from_secs(30);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A [`Loom`] to be built.
pub struct Builder<C> {
    context: C,
    journal: Option<Arc<dyn Journal>>,
    workflows: Registry<C>,
    lease: Duration,
    given: Given,
    chained: bool,
    looked: Looked,
}

impl<C> fmt::Debug for Builder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("journal", &self.journal).field("lease", &self.lease).finish_non_exhaustive()
    }
}

impl<C: Send + Sync + 'static> Builder<C> {
    pub(super) fn new(context: C) -> Self {
        Builder {
            context,
            journal: None,
            workflows: Registry::new(),
            lease: LEASE,
            given: Given::default(),
            chained: false,
            looked: Looked::new(),
        }
    }

    /// Keeps runs in this journal. Without one they are kept in memory, and end with the process.
    #[must_use]
    pub fn journal(mut self, journal: impl Journal) -> Self {
        self.journal = Some(Arc::new(journal));
        self
    }

    /// The same with a journal that is [another `Loom`'s](Loom::journal) already.
    #[must_use]
    pub fn shared_journal(mut self, journal: Arc<dyn Journal>) -> Self {
        self.journal = Some(journal);
        self
    }

    /// Names a workflow whose runs may be in the journal already, so that they can be carried on. One that is begun here is
    /// named by that.
    #[must_use]
    pub fn workflow<W: Machine<C>>(mut self) -> Self {
        self.workflows.put::<W>();
        self
    }

    /// Names a workflow whose runs are only looked at here, [explained](Loom::explain) and [drawn](Loom::drawing): nothing has to be
    /// made that its steps could run in.
    #[must_use]
    pub fn graph_of<W: Workflow>(mut self) -> Self {
        self.looked.insert((W::NAME.to_owned(), version::<W>()), W::parts);
        self
    }

    /// How long a lease lasts that is not renewed; 30 s if nothing is said. It is renewed three times as often. So long after
    /// a process was killed, another one can take over its runs, and at once where the journal can tell that it is gone; a
    /// process that hangs for longer loses them. At most a day.
    #[must_use]
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease.min(DAY);
        self
    }

    /// Gives its runs something that their steps find [around](crate::around) them, by its type: what of a type is given last
    /// holds. It is not kept: whoever carries a run on gives it anew.
    #[must_use]
    pub fn with<V: Send + Sync + 'static>(mut self, value: V) -> Self {
        self.given.put(value);
        self
    }

    /// Chains the records of the runs that it begins, each to the one before it, so that [`verify`](Loom::verify) finds the first
    /// that was changed, removed or moved. From its first record on a run stays chained, or not, whoever carries it on.
    ///
    /// It is a choice because each record costs a hash and 18 bytes: a step that is kept in a file takes a tenth more instructions.
    #[must_use]
    pub fn chained(mut self) -> Self {
        self.chained = true;
        self
    }

    /// Gives its runs all of this, with nothing of what was given before.
    #[cfg(feature = "test")]
    pub(crate) fn give(mut self, given: Given) -> Self {
        self.given = given;
        self
    }

    /// Builds it. Nothing is done yet: the first run that is begun or carried on takes the lease.
    pub fn build(self) -> Loom<C> {
        let Builder { context, journal, workflows, lease, given, chained, looked } = self;
        let journal = journal.unwrap_or_else(|| Arc::new(MemoryJournal::new()));
        let owner = format!("{}-{:016x}", std::process::id(), fastrand::u64(..));
        let mut inner = Inner::new(context, given, journal, owner, lease, workflows);
        (inner.chained, inner.looked) = (chained, looked);
        Loom(Arc::new(inner))
    }
}
