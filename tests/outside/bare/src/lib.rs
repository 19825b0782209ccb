//! loomflow with nothing else beside serde, and among names that hide the standard library's.

use loomflow::prelude::*;

/// Halves a number.
#[step]
#[must_use]
pub fn half(n: u32) -> u32 {
    n / 2
}

workflow! {
    /// Halves a number until nothing is left of it.
    pub Halved(n: u32) -> u32 {
        let rounds: u32 = 0;
        start -> n = half(n) -> rounds = (rounds + 1)
              -> if n == 0 { end(rounds) }
              -> n = half(n) max 40 else end(rounds);
    }
}

/// Where nothing is in scope, and what is has the wrong meaning.
pub mod hostile {
    #![no_implicit_prelude]
    #![allow(dead_code, unused_macros, non_camel_case_types, missing_docs)]

    mod core {}
    mod std {}
    mod alloc {}
    mod loomflow {}
    mod serde {}

    pub struct Option;
    pub struct Some;
    pub struct None;
    pub struct Result;
    pub struct Ok;
    pub struct Err;
    pub struct String;
    pub struct Vec;
    pub struct Box;
    pub struct Failure;
    pub struct Slot;
    pub struct PhantomData;
    pub struct Duration;
    pub struct Self_;
    pub trait Future {}
    pub trait Send {}
    pub trait Sync {}
    pub trait Sized {}
    pub trait Clone {}
    pub trait Copy {}
    pub trait Debug {}
    pub trait Into {}
    pub trait Iterator {}
    pub trait Step {}
    pub trait Workflow {}
    pub trait Call {}
    pub trait Machine {}
    pub trait Driver {}
    pub trait Fn {}
    pub trait FnOnce {}
    pub fn drop() {}
    pub fn replace() {}
    pub fn run() {}
    pub fn once() {}
    pub fn kept() {}

    macro_rules! vec {
        ($($any:tt)*) => {
            ::core::compile_error!("not the list it was taken for")
        };
    }
    macro_rules! matches {
        ($($any:tt)*) => {
            ::core::compile_error!("not the test it was taken for")
        };
    }
    macro_rules! compile_error {
        ($($any:tt)*) => {};
    }
    macro_rules! panic {
        ($($any:tt)*) => {};
    }
    macro_rules! stringify {
        ($($any:tt)*) => {};
    }

    type Text = ::std::string::String;

    /// What stands in a word.
    #[derive(::serde::Serialize, ::serde::Deserialize)]
    pub enum Word {
        /// Letters.
        Letters(u32, Text),
        /// One sign.
        Sign(char),
        /// Nothing.
        Nothing,
    }

    #[derive(::loomflow::Context)]
    pub struct App {
        limit: Limit,
        #[context(skip)]
        other: Limit,
    }

    pub struct Limit(u32);

    pub trait Kept:
        ::loomflow::Value + ::serde::Serialize + ::serde::de::DeserializeOwned + ::std::clone::Clone
    {
    }
    impl Kept for u32 {}

    impl App {
        pub fn new(limit: u32) -> App {
            App { limit: Limit(limit), other: Limit(limit) }
        }
    }

    /// Looks at a word.
    #[::loomflow::step(retry = 2, backoff = 1ms..2ms, timeout = 1h)]
    pub async fn look(
        #[context] limit: &Limit,
        word: &str,
        _prefix: Text,
    ) -> ::std::result::Result<Word, ::std::fmt::Error> {
        match word.len() {
            0 => ::std::result::Result::Ok(Word::Nothing),
            1 => ::std::result::Result::Ok(Word::Sign('x')),
            _ if limit.0 == 0 => ::std::result::Result::Err(::std::fmt::Error),
            _ => ::std::result::Result::Ok(Word::Letters(1, ::std::borrow::ToOwned::to_owned(word))),
        }
    }

    #[::loomflow::step]
    pub fn count(word: Text, bonus: u32) -> u32 {
        word.len() as u32 + bonus
    }

    #[::loomflow::step]
    pub fn front<T: Kept>(of: &[T]) -> ::std::option::Option<T> {
        of.first().cloned()
    }

    #[::loomflow::step]
    pub fn nothing() {}

    pub struct Question;
    pub trait Ask {}
    pub trait Asking {}
    pub fn asked() {}

    /// Asks whether something is enough.
    #[::loomflow::ask(bool, inbox)]
    pub fn enough(#[context] limit: &Limit, word: &str) -> ::loomflow::Question {
        ::loomflow::Question::new(word).show(&limit.0)
    }

    ::loomflow::workflow! {
        pub Enough(word: Text) -> bool { start -> enough(word) -> end; }
    }

    ::loomflow::workflow! {
        /// Looks at a word.
        pub Looked(word: Text) -> ::std::result::Result<u32, ::std::fmt::Error> {
            let bonus: u32 = 1;
            let words: ::std::vec::Vec<Text> = ::std::vec::Vec::new();
            start -> nothing() -> look(word, ::std::clone::Clone::clone(&word)) -> match {
                Word::Letters(n, letters) if n > 0 && bonus > 1 => count(letters, bonus),
                Word::Letters(..) => {}
                Word::Sign(sign) => end(sign as u32),
                Word::Nothing => fail(::std::fmt::Error),
            } -> bonus = (bonus + 1)
              -> if let ::std::option::Option::Some(word) = words.first() { count(::std::clone::Clone::clone(word), bonus) -> end }
              -> if bonus == 2 { look(word, word) max 2 else end(bonus) } else { end(bonus + 40) };
        }
    }

    ::loomflow::workflow! {
        pub Newest<T: Kept>(of: ::std::vec::Vec<T>, or: T) -> T {
            start -> Looked(::std::string::ToString::to_string("a word"))
                  -> front::<T>(of) -> if let ::std::option::Option::Some(found) = front { end(found) } -> end(or);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        pin::pin,
        task::{Context, Poll, Waker},
    };

    fn block_on<F: Future>(run: F) -> F::Output {
        let mut run = pin!(run);
        loop {
            if let Poll::Ready(output) = run.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                return output;
            }
        }
    }

    #[test]
    fn a_workflow_runs_without_a_runtime() {
        assert_eq!(block_on(Halved::run(&(), 40)).ok(), Some(6));
    }

    #[test]
    fn a_workflow_runs_where_names_mean_something_else() {
        let app = hostile::App::new(1);
        let run = |word: &str| block_on(hostile::Looked::run(&app, word.to_owned())).map_err(|error| error.to_string());
        assert_eq!(run("word"), Ok(6));
        assert_eq!(run("x"), Ok(120));
        assert!(run("").is_err());
        assert_eq!(block_on(hostile::Newest::run(&app, vec![5, 6], 7)).ok(), Some(5));
        let asked = hostile::Enough::run(&app, "tea?".to_owned());
        let asked = asked.answering::<hostile::enough>(|question| Some(question.text() == "tea?"));
        assert_eq!(block_on(asked).ok(), Some(true));
    }
}
