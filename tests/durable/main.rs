//! Runs that are kept: begun, cut off at every write, and carried on.

#[path = "../kept/mod.rs"]
mod kept;

mod cached;
mod changes;
mod constructs;
mod cut;
mod once;
mod plain;
mod steps;
mod visits;
mod waits;
