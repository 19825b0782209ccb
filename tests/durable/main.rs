//! Runs that are kept: begun, cut off at every write, and carried on.

mod cut;
mod first;
