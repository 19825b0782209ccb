//! The events of runs: in order, none lost and none twice, whoever reads them when.

#[path = "../kept/mod.rs"]
mod kept;

mod live;
mod reconnected;
mod recorded;
mod slow;
#[cfg(feature = "openai")]
mod tokens;
mod watch;
