//! How what a step's function returns is recorded, and given again from the record.
//!
//! An output is always a [`Value`]. An error is given again where it can be: one that is written down and read back by
//! serde as it was, and one that a [`Failure`] turns into made of that. Of any other only the text is recorded, and the
//! call is made again.

use crate::{
    failure::{Failure, FailureKind},
    value::Value,
};
use std::{fmt::Display, marker::PhantomData};

/// What a function returns, seen as an output or an error.
pub trait Returns<R> {
    /// The output.
    type Output;

    /// What was returned, taken apart.
    ///
    /// # Errors
    /// What is known of its error.
    fn apart(&self, returned: R) -> Result<Self::Output, Broken<R>>;

    /// What returns this output.
    fn whole(&self, output: Self::Output) -> R;

    /// What returns an error that was recorded: as JSON, where it could be written, or as a failure.
    fn again(&self, failure: &Failure, error: Option<&str>) -> Option<R>;
}

/// What is known of an error.
#[derive(Debug)]
pub struct Broken<R> {
    pub(super) failure: Failure,
    /// The error as JSON, if it can be written so.
    pub(super) error: Option<String>,
    pub(super) returned: R,
}

/// A function that cannot fail.
#[derive(Debug)]
pub struct Succeeds;

impl<T> Returns<T> for Succeeds {
    type Output = T;
    fn apart(&self, returned: T) -> Result<T, Broken<T>> {
        Ok(returned)
    }
    fn whole(&self, output: T) -> T {
        output
    }
    fn again(&self, _: &Failure, _: Option<&str>) -> Option<T> {
        None
    }
}

/// Writes an error as JSON, and reads one back.
pub type Kept<E> = (fn(&E) -> Option<String>, fn(&str) -> Option<E>);

/// A function that returns a `Result`, with what can be done with its errors.
#[derive(Debug)]
pub struct Fails<E> {
    /// Writes one, and reads one back.
    pub kept: Option<Kept<E>>,
    /// Makes one of a failure.
    pub made: Option<fn(Failure) -> E>,
    /// Says what one says.
    pub told: Option<fn(&E) -> String>,
}

impl<T, E> Returns<Result<T, E>> for Fails<E> {
    type Output = T;

    fn apart(&self, returned: Result<T, E>) -> Result<T, Broken<Result<T, E>>> {
        let error = match returned {
            Ok(output) => return Ok(output),
            Err(error) => error,
        };
        let text = self.told.map_or_else(|| "it gave an error".to_owned(), |told| told(&error));
        let failure = Failure::of(FailureKind::Step, text.into());
        let written = self.kept.and_then(|(write, _)| write(&error));
        Err(Broken { failure, error: written, returned: Err(error) })
    }

    fn whole(&self, output: T) -> Result<T, E> {
        Ok(output)
    }

    fn again(&self, failure: &Failure, error: Option<&str>) -> Option<Result<T, E>> {
        let read = error.zip(self.kept).and_then(|(json, (_, read))| read(json));
        read.or_else(|| self.made.map(|made| made(failure.clone()))).map(Err)
    }
}

/// A type of errors, for generated code to find out what can be done with them: where the methods that need more of it do
/// not fit, rustc takes those of [`ErrorOfNone`].
#[derive(Debug)]
pub struct ErrorOf<E>(PhantomData<fn() -> E>);

impl<E> ErrorOf<E> {
    /// The type.
    #[must_use]
    pub const fn new() -> Self {
        ErrorOf(PhantomData)
    }
}

impl<E> Default for ErrorOf<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E: Value> ErrorOf<E> {
    /// How an error is written and read back.
    #[must_use]
    pub fn kept(&self) -> Option<Kept<E>> {
        Some((|error| error.write().ok(), |json| E::read(json).ok()))
    }
}

impl<E: From<Failure>> ErrorOf<E> {
    /// How one is made of a failure.
    #[must_use]
    pub fn made(&self) -> Option<fn(Failure) -> E> {
        Some(E::from)
    }
}

impl<E: Display> ErrorOf<E> {
    /// What one says.
    #[must_use]
    pub fn told(&self) -> Option<fn(&E) -> String> {
        Some(|error| format!("{error:#}"))
    }
}

/// What stands for the methods of an error that cannot do this.
pub trait ErrorOfNone<E> {
    /// Nothing.
    #[must_use]
    fn kept(&self) -> Option<Kept<E>> {
        None
    }
    /// Nothing.
    #[must_use]
    fn made(&self) -> Option<fn(Failure) -> E> {
        None
    }
    /// Nothing.
    #[must_use]
    fn told(&self) -> Option<fn(&E) -> String> {
        None
    }
}

impl<E> ErrorOfNone<E> for ErrorOf<E> {}
