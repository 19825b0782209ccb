//! Where the graph's values meet the steps' signatures: the traits whose messages a user reads when they do not fit.
//!
//! Each has parameters that are there for the message alone (the step, the workflow, the value's name): rustc names
//! them in the user's words.

use crate::value::Slot;
use serde::Serialize;

/// A bare name as an argument that is read again later: lent to a parameter that borrows, copied for one that takes.
#[diagnostic::on_unimplemented(
    message = "`{S}` takes `{Self}` here; the graph hands it `{T}`",
    label = "`{S}` takes `{Self}` here, and this is `{T}`"
)]
pub trait Lent<'v, T, S: ?Sized>: Sized {
    /// The argument made of a borrowed value.
    fn lent(value: &'v T) -> Self;
}

/// A bare name as an argument that nothing reads later: lent to a parameter that borrows, moved into one that takes.
#[diagnostic::on_unimplemented(
    message = "`{S}` takes `{Self}` here; the graph hands it `{T}`",
    label = "`{S}` takes `{Self}` here, and this is `{T}`"
)]
pub trait Last<'v, T, S: ?Sized>: Sized {
    /// The argument made of a value in its slot.
    fn last(slot: &'v mut Slot<T>) -> Self;
}

/// A value that is used by value and read again later.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is used by value here and read again, and it is not `Clone`",
    label = "this takes the `{Self}` away from another read",
    note = "derive `Clone` for `{Self}`, or let the step take `&{Self}`"
)]
pub trait Again: Sized {
    /// A second one.
    #[must_use]
    fn again(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> Again for T {
    #[inline]
    fn again(&self) -> T {
        self.clone()
    }
}

/// The same for a bare name as an argument. It is not a bound on `T` itself, for rustc then names [`Lent`] instead.
#[diagnostic::on_unimplemented(
    message = "`{T}` is used by value here and read again, and it is not `Clone`",
    label = "this takes the `{T}` away from another read",
    note = "derive `Clone` for `{T}`, or let the step take `&{T}`"
)]
pub trait Reread<T> {
    /// A second one.
    #[must_use]
    fn again(value: &T) -> T;
}

/// Bears [`Reread`].
#[derive(Debug)]
pub struct Reader;

#[diagnostic::do_not_recommend]
impl<T: Clone> Reread<T> for Reader {
    #[inline]
    fn again(value: &T) -> T {
        value.clone()
    }
}

// No `do_not_recommend` here: a value of the right type that is no `Clone` must be told so, by `Reread`.
impl<'v, T, S: ?Sized> Lent<'v, T, S> for T
where
    Reader: Reread<T>,
{
    #[inline]
    fn lent(value: &'v T) -> T {
        Reader::again(value)
    }
}

#[diagnostic::do_not_recommend]
impl<'v, T, S: ?Sized> Last<'v, T, S> for T {
    #[inline]
    fn last(slot: &'v mut Slot<T>) -> T {
        slot.take()
    }
}

macro_rules! lend {
    ($(<$($p:ident),*> $from:ty => $to:ty, |$value:ident| $lend:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<'v, $($p,)* S: ?Sized> Lent<'v, $from, S> for $to {
            #[inline]
            fn lent($value: &'v $from) -> Self {
                $lend
            }
        }

        #[diagnostic::do_not_recommend]
        impl<'v, $($p,)* S: ?Sized> Last<'v, $from, S> for $to {
            #[inline]
            fn last(slot: &'v mut Slot<$from>) -> Self {
                let $value = slot.get();
                $lend
            }
        }
    )*};
}

// A call coerces its arguments; a bare name goes through a trait, so the usual coercions are spelled out here.
lend! {
    <T> T => &'v T, |value| value;
    <> String => &'v str, |value| value;
    <> Box<str> => &'v str, |value| value;
    <T> Vec<T> => &'v [T], |value| value;
    <T> Box<[T]> => &'v [T], |value| value;
    <T> Box<T> => &'v T, |value| value;
    <T> std::sync::Arc<T> => &'v T, |value| value;
    <T> Option<T> => Option<&'v T>, |value| value.as_ref();
    <> Option<String> => Option<&'v str>, |value| value.as_deref();
}

macro_rules! lend_item {
    ($(<$($p:ident),*> $from:ty => $to:ty;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<'v, 'w: 'v, $($p,)* S: ?Sized> Lent<'v, &'w $from, S> for $to {
            #[inline]
            fn lent(value: &'v &'w $from) -> Self {
                value
            }
        }

        #[diagnostic::do_not_recommend]
        impl<'v, 'w: 'v, $($p,)* S: ?Sized> Last<'v, &'w $from, S> for $to {
            #[inline]
            fn last(slot: &'v mut Slot<&'w $from>) -> Self {
                slot.get()
            }
        }
    )*};
}

// What a `for` fork binds may be a reference already.
lend_item! {
    <> String => &'v str;
    <T> Vec<T> => &'v [T];
}

/// The parameter of a step that has none, when an edge carries something to it by a bare name.
#[derive(Debug)]
pub struct Nothing;

#[diagnostic::do_not_recommend]
impl<'v, S: ?Sized> Lent<'v, (), S> for Nothing {
    #[inline]
    fn lent((): &'v ()) -> Self {
        Nothing
    }
}

#[diagnostic::do_not_recommend]
impl<'v, S: ?Sized> Last<'v, (), S> for Nothing {
    #[inline]
    fn last(_: &'v mut Slot<()>) -> Self {
        Nothing
    }
}

/// An output that ends a workflow `W`, whose output is `O`.
#[diagnostic::on_unimplemented(
    message = "`{W}` ends in `{O}`; this edge gives `{Self}`",
    label = "this gives `{Self}`, and `{W}` ends in `{O}`"
)]
pub trait Ends<O, W: ?Sized> {
    /// The workflow's output.
    fn end(self) -> O;
}

#[diagnostic::do_not_recommend]
impl<O, W: ?Sized> Ends<O, W> for O {
    #[inline]
    fn end(self) -> O {
        self
    }
}

/// An output of step `B` that sets the value `V`, which is a `T` by step `A` or by its declaration.
#[diagnostic::on_unimplemented(
    message = "`{V}` is a `{T}` from `{A}` and a `{Self}` from `{B}`",
    label = "this makes `{V}` a `{Self}`; by `{A}` it is a `{T}`",
    note = "a value has one type: give this output a name of its own with `name = …`"
)]
pub trait Sets<T, V: ?Sized, A: ?Sized, B: ?Sized> {
    /// The value.
    fn set(self) -> T;
}

#[diagnostic::do_not_recommend]
impl<T, V: ?Sized, A: ?Sized, B: ?Sized> Sets<T, V, A, B> for T {
    #[inline]
    fn set(self) -> T {
        self
    }
}

/// What `+=` can append to a list `L`.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot be appended to a `{L}`",
    label = "`+=` would append a `{Self}` here",
    note = "`+=` appends to a `Vec<T>` a `T`, or what turns into one by `Into<T>`"
)]
pub trait Append<L> {
    /// Appends it.
    fn append(self, list: &mut L);
}

#[diagnostic::do_not_recommend]
impl<S: Into<T>, T> Append<Vec<T>> for S {
    #[inline]
    fn append(self, list: &mut Vec<T>) {
        list.push(self.into());
    }
}

/// A list that `+=` appends the value of an expression to: one of the list's own type, as a literal takes it.
#[diagnostic::on_unimplemented(message = "`+=` appends to a `Vec`, and this value is a `{Self}`", label = "not a list")]
pub trait List {
    /// What is in it.
    type Item;
    /// Appends it. What is appended comes first, for it may read the list.
    fn append(item: Self::Item, list: &mut Self);
}

#[diagnostic::do_not_recommend]
impl<T> List for Vec<T> {
    type Item = T;
    #[inline]
    fn append(item: T, list: &mut Vec<T>) {
        list.push(item);
    }
}

/// What a fork over items gives, all of which `+=` appends to a list `L`.
#[diagnostic::on_unimplemented(
    message = "what is in a `{Self}` cannot be appended to a `{L}`",
    label = "`+=` would append all of a `{Self}` here",
    note = "of a fork over items, `+=` appends what each branch gave to a `Vec<T>`: a `T`, or what turns into one by `Into<T>`"
)]
pub trait AppendAll<L> {
    /// Appends all of it.
    fn append(self, list: &mut L);
}

#[diagnostic::do_not_recommend]
impl<S: Into<T>, T> AppendAll<Vec<T>> for Vec<S> {
    #[inline]
    fn append(self, list: &mut Vec<T>) {
        list.extend(self.into_iter().map(Into::into));
    }
}

/// A type of which a retried step `S` takes a value: it must be able to hand over another one at the next attempt.
#[diagnostic::on_unimplemented(
    message = "`{S}` is retried, so it needs another `{Self}` for each attempt, and `{Self}` is not `Clone`",
    label = "taken by value by a step that is retried",
    note = "take `&{Self}`, or derive `Clone` for it"
)]
pub trait Retried<S: ?Sized>: Sized {
    /// Another one.
    #[must_use]
    fn another(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone, S: ?Sized> Retried<S> for T {
    #[inline]
    fn another(&self) -> T {
        self.clone()
    }
}

/// A type of which a step `S` takes a value whose output is kept by what it was given: it must be written down.
#[diagnostic::on_unimplemented(
    message = "what `{S}` gives is cached by what it is given, and `{Self}` cannot be written down",
    label = "taken by a step that is cached",
    note = "derive `Serialize` for it, or leave out `cache`"
)]
pub trait Keyed<S: ?Sized> {
    /// The value as JSON.
    ///
    /// # Errors
    /// When it cannot be written so.
    fn json(&self) -> Result<String, serde_json::Error>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize, S: ?Sized> Keyed<S> for T {
    fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

/// What can stand after `max`: a whole number.
#[diagnostic::on_unimplemented(
    message = "`max` counts up to a whole number, and this is `{Self}`",
    label = "not a whole number"
)]
pub trait Count {
    /// The number.
    fn count(self) -> u64;
}

macro_rules! count {
    ($($ty:ty),*) => {$(
        impl Count for $ty {
            #[inline]
            fn count(self) -> u64 {
                u64::from(self)
            }
        }
    )*};
}
count!(u8, u16, u32, u64);

// A literal in an expression is an `i32` when nothing says otherwise; below zero there is nothing to count.
impl Count for i32 {
    #[inline]
    fn count(self) -> u64 {
        u64::try_from(self).unwrap_or(0)
    }
}

impl Count for usize {
    #[inline]
    fn count(self) -> u64 {
        // No platform of Rust's has a `usize` of more than 64 bits.
        self as u64
    }
}
