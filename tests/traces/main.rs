//! The spans of runs, as a subscriber sees them.

#[path = "../kept/mod.rs"]
mod kept;

mod capture;
mod runs;

#[cfg(feature = "openai")]
mod models;
