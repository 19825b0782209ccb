//! Runs that outlive their process.
//!
//! A [`Loom`] begins runs and carries them on; each run is a task with a driver that records what happens in a
//! [journal](crate::journal). Where a run goes on is read back from its last records.

mod answer;
mod asking;
mod audit;
mod book;
mod builder;
mod cached;
mod carrying;
mod changes;
mod def;
mod driver;
mod error;
mod events;
mod forms;
mod handle;
mod idle;
mod inner;
mod keeper;
mod keeping;
mod live;
mod loom;
mod once;
mod program;
mod registry;
mod resolve;
mod restore;
mod scope;
mod signal;
mod start;
mod task;
mod timing;
mod waiting;
mod wording;
mod writing;

pub use answer::Answer;
pub use audit::{Auditing, Verify};
pub use builder::Builder;
pub use error::LoomError;
pub use events::Events;
pub use handle::{Handle, Outcome};
pub use loom::{Loom, OpenQuestion};
pub use once::{Settled, check_settled};
pub use program::Program;
pub use start::{Inputs, Start};

pub(crate) use driver::Durable;
pub(crate) use events::Spot;
pub(crate) use keeping::{entry, failed_as};
pub(crate) use live::error;
pub(crate) use once::{Doubt, doubt};
pub(crate) use scope::Scope;
