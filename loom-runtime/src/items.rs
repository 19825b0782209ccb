//! What a `for` fork goes over: anything that can be iterated, as long as it comes in the same order each time.
//!
//! Whether it does is not a bound that all of it could meet, so the types that do not are named here: a method of their
//! own hides the one that takes everything else.

use std::collections::{HashMap, HashSet, hash_map, hash_set};

/// The items of a `for` fork, before their order is looked at.
#[derive(Debug)]
pub struct Items<I>(pub I);

/// That items come in an order; implemented for none of those that do not.
#[diagnostic::on_unimplemented(
    message = "a `for` fork gives its results in the order of its items, and `{Self}` has none",
    label = "this comes in another order each time",
    note = "take the items from a `Vec` or a `BTreeMap`, or let a step sort them"
)]
pub trait Ordered {}

/// Takes the items of everything that comes in an order.
pub trait Sorted {
    /// What is iterated.
    type Of;
    /// What is iterated.
    fn sorted(self) -> Self::Of;
    /// The items, lent once: what is lent already is not lent again.
    #[must_use]
    fn plain(self) -> Self
    where
        Self: Sized,
    {
        self
    }
}

impl<I> Sorted for Items<I> {
    type Of = I;
    #[inline]
    fn sorted(self) -> I {
        self.0
    }
}

/// What a pattern has bound to an item, or to a part of one.
#[derive(Debug)]
pub struct Bound<T>(pub T);

impl<'i, T: ?Sized> Bound<&&'i T> {
    /// What is lent already, as it is.
    #[inline]
    #[must_use]
    pub const fn lent(self) -> &'i T {
        self.0
    }
}

/// Lends what is not lent already.
pub trait Lend {
    /// What it is lent as.
    type As;
    /// Lends it.
    fn lent(self) -> Self::As;
}

impl<'i, T> Lend for Bound<&'i T> {
    type As = &'i T;
    #[inline]
    fn lent(self) -> &'i T {
        self.0
    }
}

impl<'m, T: ?Sized> Items<&&'m T> {
    /// The items, lent once.
    #[inline]
    #[must_use]
    pub const fn plain(self) -> Items<&'m T> {
        Items(*self.0)
    }
}

/// The items as a list. What a closure is part of cannot be held where a fork waits: rustc would ask more of the closure
/// than it can give.
pub fn listed<I: IntoIterator>(items: I) -> Vec<I::Item> {
    items.into_iter().collect()
}

macro_rules! unordered {
    ($(<$($p:tt),*> $ty:ty;)*) => {$(
        impl<$($p),*> Items<$ty> {
            /// Never: they come in another order each time.
            pub fn sorted(self) -> $ty
            where
                $ty: Ordered,
            {
                self.0
            }
        }
    )*};
}

unordered! {
    <K, V, S> HashMap<K, V, S>;
    <'m, K, V, S> &'m HashMap<K, V, S>;
    <T, S> HashSet<T, S>;
    <'m, T, S> &'m HashSet<T, S>;
    <K, V> hash_map::IntoIter<K, V>;
    <K, V> hash_map::IntoKeys<K, V>;
    <K, V> hash_map::IntoValues<K, V>;
    <'m, K, V> hash_map::Iter<'m, K, V>;
    <'m, K, V> hash_map::Keys<'m, K, V>;
    <'m, K, V> hash_map::Values<'m, K, V>;
    <T> hash_set::IntoIter<T>;
    <'m, T> hash_set::Iter<'m, T>;
}
