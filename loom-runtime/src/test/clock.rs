//! A runtime of the kit's own, whose clock skips all that a run waits for.

use tokio::runtime::{Builder, Handle};

/// Does some work with a clock that stands still but for timers, which pass at once. Nothing of it goes by the wall clock.
///
/// It blocks the thread. Within a runtime, which must not be blocked by another one, it does so on a thread of its own.
///
/// # Panics
/// When the work does.
pub fn skipping<T: Send>(work: impl AsyncFnOnce() -> T + Send) -> T {
    let run = || {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime with a timer can be made").block_on(work())
    };
    if Handle::try_current().is_err() {
        return run();
    }
    std::thread::scope(|scope| match scope.spawn(run).join() {
        Ok(done) => done,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}
