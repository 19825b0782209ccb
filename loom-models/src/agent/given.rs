//! What the graph computes for a place: bounds that are expressions, and arguments that the model does not choose.

use loomflow_runtime::__private::Count;
use serde::Serialize;
use serde_json::Value;

/// What the graph computes for a place.
#[derive(Debug, Default)]
pub struct Given {
    limits: Vec<(&'static str, u64)>,
    arguments: Vec<Argument>,
}

/// An argument that the graph gives.
#[derive(Debug)]
struct Argument {
    tool: &'static str,
    name: &'static str,
    value: Result<Value, String>,
}

/// An argument whose type is known and whose value is still to come.
#[derive(Debug)]
pub struct Fix<T> {
    given: Given,
    tool: &'static str,
    name: &'static str,
    of: std::marker::PhantomData<fn(T)>,
}

/// A value that the graph gives for an argument of a tool.
#[diagnostic::on_unimplemented(
    message = "this argument of the tool is a `{T}`; the graph gives it a `{Self}`",
    label = "a `{T}` is wanted here, and this is a `{Self}`"
)]
pub trait Fits<T> {
    /// The argument.
    fn fitting(self) -> T;
}

#[diagnostic::do_not_recommend]
impl<T> Fits<T> for T {
    fn fitting(self) -> T {
        self
    }
}

/// Nothing yet.
#[must_use]
pub fn given() -> Given {
    Given::default()
}

impl Given {
    /// How often a tool may be called from here; without a name, how often any.
    #[must_use]
    pub fn limit(mut self, tool: &'static str, number: impl Count) -> Self {
        self.limits.push((tool, number.count()));
        self
    }

    /// An argument of a tool, which is a field of its arguments.
    #[must_use]
    pub fn argument<A, T: Serialize>(self, tool: &'static str, name: &'static str, _of: fn(&A) -> &T) -> Fix<T> {
        Fix { given: self, tool, name, of: std::marker::PhantomData }
    }

    pub(super) fn number(&self, tool: &str) -> Option<u64> {
        self.limits.iter().find(|(of, _)| *of == tool).map(|(_, number)| *number)
    }

    /// The arguments that are given to a tool.
    pub(super) fn arguments(&self, tool: &str) -> impl Iterator<Item = (&'static str, &Result<Value, String>)> {
        self.arguments.iter().filter(move |argument| argument.tool == tool).map(|given| (given.name, &given.value))
    }
}

impl<T: Serialize> Fix<T> {
    /// Its value.
    #[must_use]
    pub fn is(mut self, value: impl Fits<T>) -> Given {
        let value = serde_json::to_value(value.fitting()).map_err(|error| error.to_string());
        self.given.arguments.push(Argument { tool: self.tool, name: self.name, value });
        self.given
    }
}
