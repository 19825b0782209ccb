//! What a user writes: read, lowered onto the flow, checked; every fault a sentence at the user's own token.
//!
//! `parse` → [`ast`] → `lower` → [`program`] → [`check`]. Errors add up within a phase; a phase with errors is the last.

pub mod ast;
mod branches;
mod census;
pub mod check;
pub mod describe;
pub mod duration;
pub mod errors;
pub mod layout;
pub mod lower;
pub mod names;
pub mod parse;
pub mod program;
pub mod reads;
pub mod regions;
mod require;
pub mod steps;
pub mod text;
