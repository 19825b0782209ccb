//! Runs read afterwards: as a log, verified, explained and drawn.

#[path = "../kept/mod.rs"]
mod kept;

mod drawn;
mod explained;
mod runs;
mod verified;
