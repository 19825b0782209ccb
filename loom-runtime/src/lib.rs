//! The runtime of [loomflow](https://docs.rs/loomflow): the traits that generated machines implement, and the drivers
//! that run them. Use it through the `loomflow` crate.
//!
//! `workflow!` makes a [`Machine`](machine::Machine): it knows what comes next and does no I/O. A
//! [`Driver`](driver::Driver) performs what the machine asks for and knows nothing of routes and bounds.

mod answers;
pub mod around;
pub mod ask;
mod attempt;
pub mod audit;
mod cancel;
mod charge;
mod clock;
pub mod context;
pub mod driver;
mod durable;
pub mod event;
mod failure;
pub mod fit;
mod fork;
mod guard;
mod items;
pub mod journal;
mod line;
mod locked;
pub mod machine;
mod memory;
pub mod meter;
pub mod parts;
mod permanent;
mod plain;
mod policy;
mod question;
mod run;
mod seats;
mod spans;
pub mod state;
pub mod step;
#[cfg(feature = "test")]
pub mod test;
mod unread;
pub mod value;
mod visit;
mod wait;

#[doc(hidden)]
pub mod __private;

pub use ask::Ask;
pub use context::Provides;
pub use durable::{
    Answer, Builder, Events, Handle, Inputs, Loom, LoomError, OpenQuestion, Outcome, Program, Settled, Start,
};
pub use failure::{Failure, FailureKind, Fault};
pub use line::Line;
pub use machine::Workflow;
pub use memory::Traced;
pub use permanent::Permanent;
pub use policy::{Backoff, Policy};
pub use question::Question;
pub use run::Run;
pub use step::Step;
pub use value::Value;
pub use visit::Visit;
pub use wait::{Until, Wait, backoff};
