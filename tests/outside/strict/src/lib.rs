//! Every construct of loomflow in a public interface, with the lints of rustc and Clippy denied: what the macros write is
//! no worse than what the crate itself may.

#![deny(
    warnings,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    missing_docs,
    unused,
    nonstandard_style,
    future_incompatible,
    let_underscore,
    rust_2018_idioms,
    rust_2021_compatibility,
    rust_2024_compatibility,
    unsafe_code,
    absolute_paths_not_starting_with_crate,
    ambiguous_negative_literals,
    closure_returning_async_block,
    deprecated_in_future,
    explicit_outlives_requirements,
    ffi_unwind_calls,
    impl_trait_redundant_captures,
    macro_use_extern_crate,
    meta_variable_misuse,
    missing_copy_implementations,
    missing_debug_implementations,
    non_ascii_idents,
    redundant_imports,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unreachable_pub,
    unused_crate_dependencies,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    variant_size_differences,
    clippy::allow_attributes_without_reason,
    clippy::dbg_macro,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::todo,
    clippy::unreachable,
    clippy::unwrap_used
)]

use loomflow::{Value, prelude::*};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{fmt, future};

/// What may be kept, alone and in a list.
pub trait Kept: Value + Serialize + DeserializeOwned {}

impl<T: Value + Serialize + DeserializeOwned> Kept for T {}

/// What a step asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    /// How many words it may say.
    pub words: usize,
}

/// Where something is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Log<L>(pub L);

/// What a run is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Context)]
pub struct App<L: Send + Sync> {
    /// The model.
    pub model: Model,
    /// The log.
    pub log: Log<L>,
    /// The model to fall back on.
    #[context(skip)]
    pub spare: Model,
}

/// Asks whether a ticket may wait.
#[ask(bool)]
#[must_use]
pub fn may_wait(#[context] model: &Model, ticket: &Ticket) -> Question {
    Question::new(format!("May this wait for {} words?", model.words)).show(ticket)
}

/// Asks for one of some things.
#[ask(T, inbox)]
#[must_use]
pub fn pick<T: Kept>(from: &[T]) -> Question {
    Question::new("Which?").show(from)
}

/// Does what must not happen twice.
#[step(at_most_once)]
#[must_use]
pub const fn once(n: u32) -> u32 {
    n
}

workflow! {
    /// Picks something for a ticket that may not wait.
    pub Picked<T: Kept>(ticket: Ticket, from: Vec<T>) -> Option<T> {
        start -> may_wait(ticket) -> if may_wait { end(None) } -> pick::<T>(from) -> once(1) -> end(Some(pick));
    }
}

/// A ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// What it says.
    pub text: String,
    /// How often it was sent.
    pub sent: u32,
}

/// The desk a ticket belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Desk {
    /// Money, of this account.
    Billing(u32),
    /// A product.
    Technical {
        /// Which.
        product: String,
        /// How bad it is.
        severity: u8,
    },
    /// Nothing that anyone waits for.
    Spam,
}

/// What keeps a ticket from being answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// It is empty.
    Empty,
    /// It came too often.
    TooOften(u32),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the ticket is empty"),
            Self::TooOften(times) => write!(f, "the ticket came {times} times"),
        }
    }
}

impl std::error::Error for Refusal {}

/// Decides which desk a ticket belongs to.
///
/// # Errors
/// When there is nothing to decide by.
#[step(retry = 3, backoff = 1ms..5ms, timeout = 30s)]
pub async fn classify(#[context] model: &Model, ticket: &Ticket, label: String) -> Result<Desk, Refusal> {
    let words = future::ready(ticket.text.split(' ').take(model.words).count()).await;
    match (words, label.as_str()) {
        (0, _) => Err(Refusal::Empty),
        (_, "spam") => Ok(Desk::Spam),
        (1, _) => Ok(Desk::Billing(ticket.sent)),
        (_, _) => Ok(Desk::Technical { product: label, severity: 3 }),
    }
}

/// Reads the label of a ticket.
#[step]
#[must_use]
pub fn label(ticket: &Ticket) -> Option<String> {
    ticket.text.split_once(": ").map(|(label, _)| label.to_owned())
}

/// Drafts an answer about an account.
#[step]
#[must_use]
pub fn billing(ticket: &Ticket, account: u32) -> String {
    format!("account {account}: {}", ticket.text)
}

/// Drafts an answer about a product.
#[step]
pub async fn technical(ticket: &Ticket, product: &str) -> String {
    future::ready(format!("{product}: {}", ticket.text)).await
}

/// Makes a draft more polite.
///
/// # Errors
/// Never.
#[step(retry = 1)]
pub fn polish(mut draft: String, times: &u32) -> Result<String, Refusal> {
    if *times > 9 {
        return Err(Refusal::TooOften(*times));
    }
    draft.insert_str(0, "please, ");
    Ok(draft)
}

/// Whether a draft is polite enough.
#[step]
#[must_use]
pub const fn review(draft: &str) -> usize {
    draft.len()
}

/// Does nothing.
#[step]
pub const fn rest() {}

/// The greatest of some things.
#[step]
#[must_use]
pub fn greatest<T: Kept + Clone + Ord>(of: &[T], otherwise: Option<&T>) -> Option<T> {
    of.iter().max().or(otherwise).cloned()
}

workflow! {
    /// Takes a draft and makes it polite.
    pub Polite(draft: String, rounds: u32) -> Result<String, Refusal> {
        let at: u32 = 0;
        start -> review(draft) -> if review >= 40 { end(draft) } else if at > 8 { fail(Refusal::TooOften(at)) }
              -> draft = polish(draft, at) -> at = (at + 1)
              -> review(draft) max rounds else end(draft);
    }
}

workflow! {
    /// Sorts a ticket and drafts an answer to it.
    ///
    /// Most of the language stands in this one.
    pub Answered(ticket: Ticket) -> Result<String, Refusal> {
        let name: String = String::from("none");
        let last: u32;
        start -> label(ticket) -> if let Some(found) = label { name = (found) }
              -> classify(ticket, name) -> match {
            Desk::Billing(account) if account > 100    => fail(Refusal::TooOften(account)),
            Desk::Billing(account)                     => draft = billing(ticket, account),
            Desk::Technical { severity: 4.., .. }      => end(String::new()),
            Desk::Technical { product, severity: _ }   => draft = technical(ticket, product),
            Desk::Spam                                 => { refused: rest() -> end(String::from("spam")) }
        } -> last = (ticket.sent) -> { draft = Polite(draft, last + 1) }
          -> measured: review -> match measured {
            0..40 => draft = again: polish(draft, last)
                -> measured: review(draft) max 2 per classify else end(draft),
            _     => {}
        } -> end(draft);
    }
}

workflow! {
    /// Takes the greatest, the generic way.
    pub Greatest<T>(of: Vec<T>, otherwise: T) -> T
    where
        T: Kept + Clone + Ord,
    {
        start -> greatest::<T>(of, Some(&otherwise)) -> match { Some(found) => end(found), None => end(otherwise) };
    }
}

workflow! {
    /// Measures a ticket again and again, said in statements.
    pub Measured(ticket: Ticket, n: u32) -> usize {
        start -> label(ticket) -> match { Some(_) => one: rest(), None => two: rest() };
        one | two -> review(&ticket.text);
        review max 3 else end(0) -> n = (n + 1) -> if n > 5 { end(_.min(2) as usize) } -> review(&ticket.text);
    }
}

workflow! {
    /// Binds more than each step reads, and takes more than it reads at all.
    pub Halved(ticket: Ticket, unread: u32, parts: Option<(Ticket, u32, String)>) -> String {
        let written: u32 = 0;
        start -> match parts {
            Some((first_part, second_part, third_part)) if second_part > 3 && !third_part.is_empty() => {
                head: billing(first_part, 1) -> written = (written + 1) -> tail: billing(ticket, second_part)
            }
            Some((_, twice, third_part)) => { other: billing(ticket, twice) -> rest() -> end(third_part) }
            None => end(String::new()),
        } -> end(head);
    }
}

workflow! {
    /// Where ways meet that carry different things, of which the jump behind them takes none.
    pub Met(ticket: Ticket, n: u32) -> String {
        start -> review(&ticket.text) -> match n {
            0 => label(ticket) -> n = (n + 1),
            1 => length: review(if n > 5 { "yes" } else { &ticket.text }) -> n = (n + 1),
            _ => end(ticket.text),
        } -> review(&if n > 5 { ticket.text } else { String::new() }) max 3 else end(String::new());
    }
}

workflow! {
    Inner(n: u32) -> u32 {
        start -> end(n + 1);
    }
}

workflow! {
    /// Forks, guards, lists and requirements.
    pub Gathered<T: Kept + Clone + Ord>(all: Vec<T>, floor: T) -> Vec<T> {
        let why: Failure;
        start -> found += [for one in all, 3 at once => greater::<T>(one, floor)]
              -> first {
                     greatest::<T>(found, None) => if let Some(most) = greatest { found += (most) },
                     sleep(1h) => end(found),
                 }
              -> [
                     low: greater::<T>(floor, floor) -> if low > floor { end(found) },
                     high: greater::<T>(&most_of(&found, &floor), floor),
                 ]
              -> last: greater::<T>(low, high) within 2m else end(found)
                     catch e @ FailureKind::Panicked => { why = (e) -> fail(why) }
                     catch _ => end(found)
              -> tried = try kept: greater::<T>(last, floor)
              -> if let Ok(kept) = tried { found += (kept) -> end(found) } -> end(found);
        require last before kept;
        require kept at most once;
    }
}

/// The greater of two.
#[step]
pub fn greater<T: Kept + Clone + Ord>(one: &T, other: &T) -> T {
    one.max(other).clone()
}

fn most_of<T: Clone + Ord>(all: &[T], floor: &T) -> T {
    all.iter().max().unwrap_or(floor).clone()
}

/// What is seen of a workflow that only this crate knows.
#[must_use]
pub fn inner_steps() -> String {
    Inner::GRAPH.max_steps().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        pin::pin,
        task::{self, Poll, Waker},
    };

    const APP: App<()> = App { model: Model { words: 4 }, log: Log(()), spare: Model { words: 0 } };

    fn block_on<F: Future>(run: F) -> F::Output {
        let mut run = pin!(run);
        loop {
            if let Poll::Ready(output) = run.as_mut().poll(&mut task::Context::from_waker(Waker::noop())) {
                return output;
            }
        }
    }

    fn ticket(text: &str) -> Ticket {
        Ticket { text: text.to_owned(), sent: 7 }
    }

    fn answer(text: &str) -> Result<String, String> {
        block_on(Answered::run(&APP, ticket(text))).map_err(|failure| failure.to_string())
    }

    #[test]
    fn workflows_run() {
        assert_eq!(answer("spam: a lot of it").as_deref(), Ok("spam"));
        assert_eq!(answer("refund").as_deref(), Ok("please, please, please, account 7: refund"));
        assert_eq!(answer("disk: it is full").as_deref(), Ok("please, please, please, disk: disk: it is full"));
        assert_eq!(block_on(Greatest::run(&(), vec![1, 3, 2], 9)).ok(), Some(3));
        assert_eq!(block_on(Greatest::run(&(), Vec::new(), 9)).ok(), Some(9));
        assert_eq!(block_on(Measured::run(&(), ticket("four"), 0)).ok(), Some(0));
        assert_eq!(block_on(Measured::run(&(), ticket("four"), 3)).ok(), Some(2));
        let parts = Some((ticket("a"), 4, "b".to_owned()));
        assert_eq!(block_on(Halved::run(&(), ticket("c"), 0, parts)).ok().as_deref(), Some("account 1: a"));
        assert_eq!(block_on(Met::run(&(), ticket("meet"), 0)).ok().as_deref(), Some("meet"));
        assert_eq!(block_on(Inner::run(&(), 1)).ok(), Some(2));
    }

    #[test]
    fn graphs_say_how_long_runs_take() {
        assert_eq!(inner_steps(), "0");
        assert_eq!(Polite::GRAPH.max_steps().to_string(), "2 + rounds * 2");
        assert!(Answered::GRAPH.to_mermaid().contains("Desk::Spam"));
    }
}
