//! Files that journals are kept in, and how times are told.

use loomflow::{Loom, Sqlite, sqlite::Durability};
use std::{
    fs,
    future::Future,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::runtime::Builder;

/// Where the files are.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) const fn new(path: PathBuf) -> Self {
        Folder(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A file that is not there yet.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        let path = self.0.join(name).with_extension("db");
        for end in ["db", "db-wal", "db-shm"] {
            let _ = fs::remove_file(path.with_extension(end));
        }
        path
    }
}

/// What a file takes, with what is beside it.
pub(crate) fn weight(path: &Path) -> u64 {
    let bytes = |end| fs::metadata(path.with_extension(end)).map_or(0, |file| file.len());
    bytes("db") + bytes("db-wal")
}

/// A `Loom` over a file.
pub(crate) async fn open(path: &Path, durability: Durability) -> Loom<()> {
    let journal = Sqlite::options().durability(durability).open(path).await.expect("a journal");
    Loom::builder(()).journal(journal).build()
}

/// Runs a future on one thread.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    Builder::new_current_thread().enable_time().build().expect("a runtime").block_on(future)
}

/// The one in the middle.
pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Microseconds for each of so many.
pub(crate) fn each(time: Duration, many: usize) -> f64 {
    time.as_secs_f64() * 1e6 / number(many)
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
pub(crate) const fn number(count: usize) -> f64 {
    count as f64
}
