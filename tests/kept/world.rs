//! A journal that stays, and the programs that come and go with it.

use super::mortal::{Cut, Mortal};
use loomflow::{
    Loom,
    journal::{Journal as _, MemoryJournal, Record},
};
use std::time::Duration;
use tokio::time::{Instant, advance};

/// How long a lease lasts. Nobody carries a run on before that of the program that died is over.
pub(crate) const LEASE: Duration = Duration::from_secs(3600);

/// A journal, and how much time has gone by.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) kept: MemoryJournal,
    elapsed: Duration,
}

impl World {
    /// One program: a runtime of its own, whose tasks die with it. It begins when no lease of the one before stands.
    pub(crate) fn program<T>(&mut self, cut: Cut, work: impl AsyncFnOnce(Mortal) -> T) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let journal = Mortal::new(&self.kept, cut);
        let (done, elapsed) = runtime.expect("a runtime can be made").block_on(async {
            let begun = Instant::now();
            advance(self.elapsed).await;
            let done = work(journal).await;
            (done, begun.elapsed())
        });
        self.elapsed = elapsed + LEASE + Duration::from_secs(1);
        done
    }

    /// A program that lives, with the context of its runs.
    pub(crate) fn lives<C: Send + Sync + 'static, T>(&mut self, context: C, work: impl AsyncFnOnce(Loom<C>) -> T) -> T {
        self.program(Cut::Never, async |journal| {
            work(Loom::builder(context).journal(journal).lease(LEASE).build()).await
        })
    }

    /// What was recorded of the first run.
    pub(crate) fn records(&self) -> Vec<Record> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime can be made");
        runtime.block_on(self.kept.records(1, 0, usize::MAX)).expect("a journal in memory can be read")
    }
}

/// One program by itself, whose clock stands still but for its timers.
pub(crate) fn program<T>(work: impl Future<Output = T>) -> T {
    World::default().program(Cut::Never, async |_| work.await)
}
