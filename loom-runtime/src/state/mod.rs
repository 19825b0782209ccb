//! The state of a run as it is saved and restored: the values that are live at a place, by their names. `fields` are the
//! inputs of a run, `of` is how generated code gets at a value's type.
//!
//! Generated machines save what a state holds and restore a state from it; which values are written when, and where, is
//! for a driver to know.

mod fields;
mod of;

pub use fields::Fields;
pub use of::{Added, Anyway, Of};

use crate::{
    unread::unread,
    value::{Slot, Value},
};
use std::vec;
use thiserror::Error;

/// Where a value comes from that was set on a way, or appended to a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// It was computed.
    New,
    /// It is the output of the node.
    Output,
    /// It is the output of the node, or its failure.
    Tried,
    /// It is another value.
    Same(&'static str),
    /// It is the value of that name of the scope around.
    Outer,
    /// It is the value of that name that this branch of a fork has set.
    Branch(usize),
    /// It is the list of what the branches of a fork over items gave; what is appended is all that is in it.
    Items,
}

/// The name of what a branch gives where it joins, and of what a workflow ends in.
pub const GIVEN: &str = "";

/// A state whose values can be saved.
pub trait Saved {
    /// Hands over the values it holds, in the order in which its place names them.
    fn save(&self, to: &mut dyn FnMut(&[&dyn Kept]));
}

/// A value of a state.
pub trait Kept {
    /// The value as JSON.
    ///
    /// # Errors
    /// When it cannot be written so, as a map whose keys are structs.
    fn json(&self) -> Result<String, serde_json::Error>;
}

impl<T: Value> Kept for T {
    fn json(&self) -> Result<String, serde_json::Error> {
        self.write()
    }
}

impl<T: Value> Kept for Slot<T> {
    fn json(&self) -> Result<String, serde_json::Error> {
        self.get().write()
    }
}

/// What can be restored: a value, or one in its slot.
pub trait Kind: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// When it is of another shape.
    fn restored(json: &str) -> Result<Self, serde_json::Error>;
}

impl<T: Value> Kind for T {
    fn restored(json: &str) -> Result<T, serde_json::Error> {
        T::read(json)
    }
}

impl<T: Value> Kind for Slot<T> {
    fn restored(json: &str) -> Result<Self, serde_json::Error> {
        T::read(json).map(Slot::new)
    }
}

/// Why a state, or an input, is not what a graph needs.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unfit {
    /// The graph has no such place.
    #[error("the graph has no place {place}")]
    NoPlace {
        /// The number of the place.
        place: usize,
    },
    /// A value is missing.
    #[error("`{name}` is missing")]
    Missing {
        /// Its name.
        name: String,
    },
    /// A value is of another shape.
    #[error("`{name}` cannot be read: {error}")]
    Shape {
        /// Its name.
        name: String,
        /// What is wrong with it.
        error: String,
    },
    /// A value that nothing has a name for.
    #[error("there is no `{name}`")]
    Extra {
        /// The name that was given.
        name: String,
    },
}

impl Unfit {
    /// What is said of a value that cannot be read, or written.
    pub(crate) fn shape(name: impl Into<String>, error: &serde_json::Error) -> Self {
        Unfit::Shape { name: name.into(), error: error.to_string() }
    }
}

/// A state to be restored: its place, and its values as JSON.
#[derive(Debug)]
pub struct Restoring {
    place: usize,
    values: vec::IntoIter<(&'static str, Option<String>)>,
}

impl Restoring {
    /// A state at a place, with the values in the order in which the place names them.
    #[must_use]
    pub fn new(place: usize, values: Vec<(&'static str, Option<String>)>) -> Self {
        Restoring { place, values: values.into_iter() }
    }

    /// The number of the place.
    #[must_use]
    pub const fn place(&self) -> usize {
        self.place
    }

    /// What a graph says that has no such place.
    #[must_use]
    pub const fn no_place(&self) -> Unfit {
        Unfit::NoPlace { place: self.place }
    }

    /// The next value.
    ///
    /// # Errors
    /// When there is none, or it is of another shape.
    pub fn value<T: Kind>(&mut self) -> Result<T, Unfit> {
        match self.values.next() {
            Some((name, Some(json))) => read(name, &json),
            Some((name, None)) => Err(Unfit::Missing { name: name.to_owned() }),
            None => Err(Unfit::Missing { name: "a value".to_owned() }),
        }
    }
}

fn read<T: Kind>(name: &str, json: &str) -> Result<T, Unfit> {
    T::restored(json).map_err(|error| Unfit::Shape { name: name.to_owned(), error: unread(json, &error) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_restored_value_by_value() {
        let mut from =
            Restoring::new(4, vec![("text", Some("\"tea\"".to_owned())), ("n", Some("3".to_owned())), ("m", None)]);
        let text: Slot<String> = from.value().expect("the text is there");
        assert_eq!((from.place(), text.get().as_str(), from.value::<u64>()), (4, "tea", Ok(3)));
        assert!(matches!(from.value::<u64>(), Err(Unfit::Missing { .. })));
    }
}
