//! Values by their names: the inputs of a run.

use super::{Unfit, read};
use crate::{unread::unread, value::Value};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

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
            .map_err(|error| Unfit::Shape { name: "the input".to_owned(), error: unread(json, &error) })?;
        Ok(Fields { text: String::new(), read })
    }

    /// Puts a value.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn put<T: Value>(&mut self, name: &str, value: &T) -> Result<(), Unfit> {
        let shape = |error| Unfit::shape(name, &error);
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

    /// The names of the values that were not taken.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.read.keys().map(String::as_str)
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
}
