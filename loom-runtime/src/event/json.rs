//! A value as it stands in a journal.

use crate::value::Value;
use serde::Serialize;
use serde_json::value::RawValue;
use std::fmt;

/// A value as JSON: what a step gave, what a run was begun with. It displays as its text.
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub struct Json(Box<RawValue>);

impl Json {
    /// A text that is JSON.
    ///
    /// # Errors
    /// When it is not.
    pub(crate) fn new(text: String) -> Result<Self, serde_json::Error> {
        RawValue::from_string(text).map(Json)
    }

    /// Its text.
    #[must_use]
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// The value, as one of a type: that of the step's output, for what a step gave.
    ///
    /// # Errors
    /// When it is none of that type.
    pub fn read<T: Value>(&self) -> Result<T, serde_json::Error> {
        T::read(self.get())
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.get())
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.get())
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}
