//! How generated code writes and reads values whose type the user wrote, which may be one that cannot be kept.

use super::{Fields, Kept, Restoring, Source, Unfit};
use crate::value::{Slot, Value};
use std::{any::TypeId, marker::PhantomData};

/// A type, for generated code to write and read values of.
///
/// That a type can be kept is asked for in one place, where a user reads of it. Here a type that cannot be kept has the
/// methods of [`Anyway`], which rustc takes where those of its own do not fit, so that it is told of once.
#[derive(Debug)]
pub struct Of<T>(PhantomData<fn() -> T>);

impl<T> Of<T> {
    /// The type.
    #[must_use]
    pub const fn new() -> Self {
        Of(PhantomData)
    }
}

impl<T> Default for Of<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// What a list has more of than before.
#[derive(Clone, Copy)]
pub struct Added<'l>(&'l dyn Fn(usize) -> Option<Result<String, serde_json::Error>>);

impl Added<'_> {
    /// The items as JSON, in their order.
    pub fn items(&self) -> impl Iterator<Item = Result<String, serde_json::Error>> {
        (0..).map_while(|index| (self.0)(index))
    }
}

impl std::fmt::Debug for Added<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Added")
    }
}

impl<T: Value> Of<T> {
    /// A value of a state.
    #[must_use]
    pub fn kept<'s>(&self, value: &'s T) -> &'s dyn Kept {
        value
    }

    /// A value of a state, in its slot.
    #[must_use]
    pub fn slot<'s>(&self, slot: &'s Slot<T>) -> &'s dyn Kept {
        slot
    }

    /// The next value of a state.
    ///
    /// # Errors
    /// When there is none, or it is of another shape.
    pub fn next(&self, from: &mut Restoring) -> Result<T, Unfit> {
        from.value()
    }

    /// That a value can be read.
    ///
    /// # Errors
    /// When it is of another shape.
    pub fn check(&self, json: &str) -> Result<(), serde_json::Error> {
        T::read(json).map(|_| ())
    }

    /// Puts a value.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn put(&self, to: &mut Fields, name: &str, value: &T) -> Result<(), Unfit> {
        to.put(name, value)
    }

    /// Takes the value of a name.
    ///
    /// # Errors
    /// When there is none, or it is of another shape.
    pub fn take(&self, from: &mut Fields, name: &str) -> Result<T, Unfit> {
        from.take(name)
    }
}

impl<T: Value> Of<Vec<T>> {
    /// How long a list is.
    #[inline]
    #[must_use]
    pub fn length(&self, list: &[T]) -> usize {
        list.len()
    }

    /// Where an item comes from that is appended: it is new where it is not of the list's type and is turned into it.
    #[inline]
    #[must_use]
    pub fn source<U: 'static>(&self, _: &U, source: Source) -> Source {
        if TypeId::of::<U>() == TypeId::of::<T>() { source } else { Source::New }
    }

    /// The same of all that is in another list.
    #[inline]
    #[must_use]
    pub fn source_of_all<U: 'static>(&self, _: &[U], source: Source) -> Source {
        if TypeId::of::<U>() == TypeId::of::<T>() { source } else { Source::New }
    }

    /// Hands over what was appended to a list that was so long before.
    #[inline]
    pub fn added(&self, list: &[T], before: usize, to: impl FnOnce(Added<'_>)) {
        to(Added(&|index| list.get(before + index).map(Value::write)));
    }
}

/// What stands for the methods of a type that cannot be kept.
pub trait Anyway<T>: Sized {
    /// Nothing.
    fn kept<'s>(&self, _: &'s T) -> &'s dyn Kept {
        &()
    }
    /// Nothing.
    fn slot<'s>(&self, _: &'s Slot<T>) -> &'s dyn Kept {
        &()
    }
    /// Nothing.
    ///
    /// # Errors
    /// Always.
    fn next(&self, from: &mut Restoring) -> Result<T, Unfit> {
        Err(from.no_place())
    }
    /// Nothing.
    ///
    /// # Errors
    /// Always.
    fn put(&self, _: &mut Fields, name: &str, _: &T) -> Result<(), Unfit> {
        Err(Unfit::Missing { name: name.to_owned() })
    }
    /// Nothing.
    ///
    /// # Errors
    /// Always.
    fn take(&self, _: &mut Fields, name: &str) -> Result<T, Unfit> {
        Err(Unfit::Missing { name: name.to_owned() })
    }
    /// Nothing.
    ///
    /// # Errors
    /// None.
    fn check(&self, _: &str) -> Result<(), serde_json::Error> {
        Ok(())
    }
    /// Nothing.
    fn length(&self, _: &T) -> usize {
        0
    }
    /// Nothing.
    fn source<U>(&self, _: &U, _: Source) -> Source {
        Source::New
    }
    /// Nothing.
    fn source_of_all<U>(&self, _: &[U], _: Source) -> Source {
        Source::New
    }
    /// Nothing.
    fn added(&self, _: &T, _: usize, _: impl FnOnce(Added<'_>)) {}
}

impl<T> Anyway<T> for Of<T> {}
