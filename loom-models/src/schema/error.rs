//! What keeps a schema from being strict.

use std::fmt;

/// A type has no strict schema, so no server can hold a model to it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no server can hold a model to `{name}`: {}", all(.flaws))]
pub struct SchemaError {
    /// The name of the type.
    pub name: String,
    /// What is wrong, all of it.
    pub flaws: Vec<Flaw>,
}

fn all(flaws: &[Flaw]) -> String {
    let flaws: Vec<String> = flaws.iter().map(Flaw::to_string).collect();
    flaws.join("; ")
}

/// One place of a schema that is not strict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The way there: `items[].price`, and nothing for the root.
    pub path: String,
    /// What is wrong there.
    pub reason: Reason,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => write!(f, "it {}", self.reason),
            path => write!(f, "`{path}` {}", self.reason),
        }
    }
}

/// Why a place of a schema is not strict.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// Its keys are not known ahead.
    #[error("is a map, whose keys nobody knows ahead: make it a list of structs that have the key as a field")]
    Map,
    /// Its values have places and no names.
    #[error("is a tuple, whose values have no names: make it a struct")]
    Tuple,
    /// It may be anything.
    #[error("may be any JSON at all: give it a type")]
    Anything,
    /// A word of JSON schema that servers refuse.
    #[error(
        "has `{0}` in its schema, which servers refuse: what is flattened or combined there becomes a field of its own"
    )]
    Keyword(String),
    /// The root is no object.
    #[error("is no object, and an answer is one")]
    Root,
    /// A field may be left out.
    #[error("may be left out: list it in `required`, and let it be `null`")]
    Optional,
    /// An object may have more fields.
    #[error("may have more fields than it lists: say `\"additionalProperties\": false`")]
    Open,
    /// It refers to what is not there.
    #[error("refers to `{0}`, which is not there")]
    Lost(String),
    /// There is too much of something.
    #[error("is too large: {0}")]
    TooLarge(String),
}
