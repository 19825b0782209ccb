//! Agents: what a model said and was told, what it may choose at a place, and the step in which it chooses.
//!
//! An [`agent!`](https://docs.rs/loomflow) is a workflow, and all that runs it is the workflow's. Here is what its nodes do:
//!
//! - [`said`] is the conversation, one entry a turn or a call; all that is counted is counted there, so that nothing has to
//!   be kept besides;
//! - [`place`] is what the graph says of a place, [`given`] what it computes for it, and `open` which of its choices are left;
//! - `request` is what the model is sent, `judge` what its reply is taken for, and [`think`] the step that does both;
//! - [`prompt`] is what an agent's prompt can be;
//! - [`remember`] says whose memory an agent uses, and is the step that writes its answer down;
//! - [`approve`] is the ask before a call.

pub mod approve;
pub mod error;
pub mod given;
mod judge;
mod open;
pub mod place;
pub mod prompt;
pub mod remember;
mod request;
pub mod said;
pub mod think;
