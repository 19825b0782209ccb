//! The state of a run as it is saved and restored: the values that are live at a place, by their names.
//!
//! Generated machines save what a state holds and restore a state from it; which values are written when, and where, is
//! for a driver to know.

use crate::value::{Slot, Value};
use serde_json::value::RawValue;
use std::{any::TypeId, collections::BTreeMap, marker::PhantomData, vec};
use thiserror::Error;

/// Where a value comes from that was set on a way.
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
    /// It is the list of what the branches of a fork over items gave.
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
    T::restored(json).map_err(|error| Unfit::Shape { name: name.to_owned(), error: error.to_string() })
}

/// Values by their names, as a JSON object: the input of a run.
///
/// It is written with its fields in the order in which they were put.
#[derive(Debug, Default)]
pub struct Fields {
    text: String,
    read: BTreeMap<String, Box<RawValue>>,
}

impl Fields {
    /// No values.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The values of a JSON object.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(json: &str) -> Result<Self, Unfit> {
        let read = serde_json::from_str(json)
            .map_err(|error| Unfit::Shape { name: "the input".to_owned(), error: error.to_string() })?;
        Ok(Fields { text: String::new(), read })
    }

    /// Puts a value.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn put<T: Value>(&mut self, name: &str, value: &T) -> Result<(), Unfit> {
        let shape = |error: serde_json::Error| Unfit::Shape { name: name.to_owned(), error: error.to_string() };
        let value = value.write().map_err(shape)?;
        self.text.push(if self.text.is_empty() { '{' } else { ',' });
        self.text.push_str(&serde_json::to_string(name).map_err(shape)?);
        self.text.push(':');
        self.text.push_str(&value);
        Ok(())
    }

    /// The value of a name, as JSON.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.read.get(name).map(|value| value.get())
    }

    /// Takes the value of a name.
    ///
    /// # Errors
    /// When there is none, or it is of another shape. What can be null may be missing.
    pub fn take<T: Value>(&mut self, name: &str) -> Result<T, Unfit> {
        match self.read.remove(name) {
            Some(value) => read(name, value.get()),
            None => T::read("null").map_err(|_| Unfit::Missing { name: name.to_owned() }),
        }
    }

    /// That all values were taken.
    ///
    /// # Errors
    /// When one is left.
    pub fn done(&self) -> Result<(), Unfit> {
        self.read.keys().next().map_or(Ok(()), |name| Err(Unfit::Extra { name: name.clone() }))
    }

    /// The JSON object.
    #[must_use]
    pub fn into_json(self) -> String {
        if self.text.is_empty() { "{}".to_owned() } else { self.text + "}" }
    }
}

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

    /// Whether an output is an item of a list as it is, and need not be turned into one.
    #[inline]
    #[must_use]
    pub fn holds<U: 'static>(&self, _: &U) -> bool {
        TypeId::of::<U>() == TypeId::of::<T>()
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
    fn holds<U>(&self, _: &U) -> bool {
        false
    }
    /// Nothing.
    fn added(&self, _: &T, _: usize, _: impl FnOnce(Added<'_>)) {}
}

impl<T> Anyway<T> for Of<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_written_in_their_order_and_read_by_name() {
        let mut fields = Fields::new();
        fields.put("topic", &"tea".to_owned()).expect("a text can be written");
        fields.put("n", &3).expect("a number can be written");
        let json = fields.into_json();
        assert_eq!(json, r#"{"topic":"tea","n":3}"#);
        let mut read = Fields::parse(&json).expect("it is an object");
        assert_eq!((read.take("n"), read.take("topic")), (Ok(3), Ok("tea".to_owned())));
        assert_eq!(read.done(), Ok(()));
        assert_eq!(Fields::new().into_json(), "{}");
    }

    #[test]
    fn what_is_missing_of_another_shape_or_too_much_is_told_by_name() {
        let mut read = Fields::parse(r#"{"n":"x","m":1}"#).expect("it is an object");
        let told = |unfit: Unfit| unfit.to_string();
        assert!(read.take::<u32>("n").map_err(told).unwrap_err().starts_with("`n` cannot be read: invalid type"));
        assert_eq!(read.take::<u32>("k").map_err(told).unwrap_err(), "`k` is missing");
        assert_eq!(read.take::<Option<u32>>("k"), Ok(None));
        assert_eq!(read.done().map_err(told).unwrap_err(), "there is no `m`");
        assert!(Fields::parse("[]").is_err());
    }

    #[test]
    fn a_state_is_restored_value_by_value() {
        let mut from =
            Restoring::new(4, vec![("text", Some("\"tea\"".to_owned())), ("n", Some("3".to_owned())), ("m", None)]);
        let text: Slot<String> = from.value().expect("the text is there");
        assert_eq!((from.place(), text.get().as_str(), from.value::<u64>()), (4, "tea", Ok(3)));
        assert!(matches!(from.value::<u64>(), Err(Unfit::Missing { .. })));
    }
}
