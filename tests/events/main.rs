//! The events of runs: in order, none lost and none twice, whoever reads them when.

#[path = "../kept/mod.rs"]
mod kept;

#[cfg(feature = "openai")]
mod agent;
mod live;
mod reconnected;
mod recorded;
mod slow;
#[cfg(feature = "openai")]
mod tokens;
mod watch;
