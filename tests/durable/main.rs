//! Runs that are kept: begun, cut off at every write, and carried on.

mod cached;
mod changes;
mod cut;
mod first;
mod once;
mod plain;
mod visits;
