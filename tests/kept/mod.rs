//! What the tests of runs that are kept share: programs that die, and runs that are cut off at every write.

#![allow(dead_code, unused_imports, reason = "each of them uses its own part")]

mod case;
mod executions;
mod mortal;
mod world;

pub(crate) use case::{case, case_in};
pub(crate) use mortal::{Cut, Mortal};
pub(crate) use world::{LEASE, World, program};
