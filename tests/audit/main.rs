//! Runs read afterwards: as a log, verified, explained and drawn.

#[path = "../kept/mod.rs"]
mod kept;

mod drawn;
mod explained;
mod logged;
mod runs;
mod verified;
