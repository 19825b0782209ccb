//! What whoever watches a run is told.
//!
//! The journal is the truth: what is recorded is read from there, in pages, by the reader and at its own pace ([`recorded`]
//! makes events of records). A run at work only wakes its readers ([`feed`]), so that it never waits for one and no buffer
//! grows. What is not recorded goes through a ring of a fixed size, in which a reader that is too slow loses the oldest, and
//! is told how many. [`reader`] puts both in order.

mod feed;
mod reader;
mod recorded;
mod spot;

pub(crate) use feed::Outlet;
pub use reader::Events;
pub(crate) use spot::Spot;

pub(super) use feed::Heard;
pub(super) use recorded::Recorded;
