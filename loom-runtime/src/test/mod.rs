//! Testing a workflow: mocks, answers, faults, skipped time, and what is to be said of the path that was taken.
//!
//! `plan` is what a test says, `session` how far that is used up in one run, `play` a step under it; `driver` runs a workflow
//! and `log` is what it saw. The rules of the language are the machine's, as for every driver.

mod build;
mod clock;
mod coverage;
mod driver;
mod edges;
mod handed;
mod log;
mod path;
mod paths;
mod plan;
mod play;
mod replay;
mod session;
mod tested;
mod ways;
mod words;
mod writes;

pub use build::{Test, Testing, of};
pub use clock::skipping;
pub use coverage::{Coverage, FILE, Untaken, coverage, covered};
pub use handed::{Handed, Lent};
pub use path::Path;
pub use paths::{Paths, Route, paths};
pub use replay::{Difference, Replayed, Went};
pub use tested::Tested;
pub use ways::Ways;
pub use writes::{Carried, Faults, FaultyJournal, Trouble, Wrapped};

pub(crate) use play::perform;
pub(crate) use session::{Session, UnderTest};
