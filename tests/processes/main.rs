//! Real processes that share a journal in a file: they are killed at any moment, or carry on the same runs at once.
//!
//! A process that is to be killed is this program again, with the test that is its part.

#[cfg(feature = "openai")]
mod agents;
mod contention;
mod executions;
mod job;
mod killed;
mod process;
