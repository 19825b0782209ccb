//! The test kit, used as a user would: each thing it offers, and the message of each assertion that does not hold.

#![deny(warnings)]
#![deny(clippy::pedantic)]

#[cfg(feature = "openai")]
mod agents;
mod covered;
mod faults;
mod flows;
mod forks;
mod mocks;
mod paths;
mod replays;
mod times;
mod ways;
mod writes;

use std::panic::{AssertUnwindSafe, catch_unwind};

/// What some work panics with.
fn told<T>(work: impl FnOnce() -> T) -> String {
    let Err(panic) = catch_unwind(AssertUnwindSafe(work)) else { panic!("it does not panic") };
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(other) => other.downcast::<&str>().map_or_else(|_| "no text".to_owned(), |text| (*text).to_owned()),
    }
}
