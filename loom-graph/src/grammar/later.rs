//! What the grammar reads and this release does not run: each is refused in one sentence.

use super::{
    ast::{Fork, Guard},
    errors::Errors,
};
use proc_macro2::Span;

/// `require`.
pub const REQUIRE: &str = "`require` is not in this release yet: take the statement out";
/// `try`.
pub const TRY: &str = "`try` is not in this release yet: let the step's output say what can go wrong, and route on it";
/// `sleep` with a duration.
pub const SLEEP: &str = "`sleep` is not in this release yet: wait within a step, with `tokio::time::sleep`";
/// `+=`.
pub const APPEND: &str =
    "`+=` is not in this release yet: let the step take the list and give it back, `log = add(log)`";
const FORK: &str = "forks are not in this release yet: write the branches one after another";
const FIRST: &str = "`first` is not in this release yet: race within a step, with `tokio::select!`";
const WITHIN: &str = "`within` is not in this release yet: give the step a time limit with `#[step(timeout = …)]`";
const CATCH: &str = "`catch` is not in this release yet: let the step's output say what can go wrong, and route on it";

/// Refuses one.
pub fn refuse(errors: &Errors, span: Span, sentence: &str) {
    errors.lost(syn::Error::new(span, sentence));
}

/// Refuses a guard other than `max`.
pub fn refuse_guard(errors: &Errors, guard: &Guard) {
    match guard {
        Guard::Max(_) => {}
        Guard::Within { keyword, .. } => refuse(errors, *keyword, WITHIN),
        Guard::Catch { keyword, .. } => refuse(errors, *keyword, CATCH),
    }
}

/// Refuses a fork.
pub fn refuse_fork(errors: &Errors, fork: &Fork) {
    match fork {
        Fork::Static(bracket, _) => refuse(errors, bracket.span.open(), FORK),
        Fork::Each(each) => refuse(errors, each.bracket.span.open(), FORK),
        Fork::First(keyword, _) => refuse(errors, *keyword, FIRST),
    }
}
