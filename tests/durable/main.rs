//! Runs that are kept: begun, cut off at every write, and carried on.

#[path = "../kept/mod.rs"]
mod kept;

mod around;
mod asks;
mod cached;
mod changes;
mod constructs;
#[cfg(feature = "openai")]
mod echo;
mod ends;
mod generated;
mod json_inputs;
mod many;
#[cfg(feature = "openai")]
mod memory;
mod once;
mod performed;
mod plain;
#[cfg(feature = "sqlite")]
mod size;
mod spends;
mod steps;
#[cfg(feature = "openai")]
mod tone;
mod visits;
mod waits;
