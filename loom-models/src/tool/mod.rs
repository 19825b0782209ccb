//! Tools: steps that a model may call.
//!
//! [`Tool`] is what `#[tool]` adds to a step; [`Use`] performs a tool with its arguments in one piece. `arguments` is how
//! generated code reads and writes them, `parameter` what can stand among them, and `misuse` what is wrong with a call.

mod arguments;
mod misuse;
mod parameter;
mod perform;
mod told;

pub use arguments::{Arguments, Filled, Written, debugged, deserialized, filled, schema, serialized};
pub use misuse::{ArgumentFault, ToolMisuse};
pub use parameter::{Parameter, ParameterOf, parameter};
pub use perform::Use;

use crate::{
    request::ToolSpec,
    schema::{of, strict},
};
use loomflow_runtime::Step;
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use std::{fmt::Debug, sync::Arc};

/// A step that a model may call: made by `#[tool]` of a function, and by `#[workflow(tool)]` of a workflow.
///
/// Nobody implements it by hand. It has names in common with [`Step`], so they are written out where both are meant:
/// `<web_search as Tool>::Args`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tool",
    label = "not a tool",
    note = "put `#[tool]` on the function `{Self}`, or `#[workflow(tool)]` on the workflow"
)]
pub trait Tool: Step {
    /// What a model calls it by: the name of the function.
    const NAME: &'static str = <Self as Step>::NAME;
    /// What a model is told of it: the doc comment.
    const DESCRIPTION: &'static str;
    /// What a model fills in: a struct with a public field for each parameter that is neither context nor run, by its name.
    /// What the function is lent, the struct owns: a `String` for `&str`, a `Vec<T>` for `&[T]`, a `T` for `&T`.
    type Args: Serialize + DeserializeOwned + JsonSchema + Clone + Debug + Send + Sync + 'static;

    /// Lends the arguments to the step. What it takes by value is cloned.
    fn lend(args: &<Self as Tool>::Args) -> <Self as Step>::Args<'_>;

    /// The tool as a model is told of it. It is made once.
    ///
    /// The schema of its arguments is a strict one where there is one (see [`schema`](crate::schema)); otherwise no server
    /// holds the model to it, and what does not fit is told when it is [read](Tool::parse).
    fn spec() -> &'static ToolSpec;

    /// The same without some of the parameters, for arguments that a model does not choose. What is no parameter is ignored.
    #[must_use]
    fn spec_without(fixed: &[&str]) -> ToolSpec {
        let mut spec = Self::spec().clone();
        if fixed.is_empty() {
            return spec;
        }
        let parameters = Arc::make_mut(&mut spec.parameters);
        if let Some(Value::Object(properties)) = parameters.get_mut("properties") {
            properties.retain(|name, _| !fixed.contains(&name.as_str()));
        }
        if let Some(Value::Array(required)) = parameters.get_mut("required") {
            required.retain(|name| !name.as_str().is_some_and(|name| fixed.contains(&name)));
        }
        spec
    }

    /// Reads the arguments of a call, as the model wrote them. Nothing at all is no arguments.
    ///
    /// # Errors
    /// All that is wrong with them, in words that the model can be told.
    fn parse(arguments: &str) -> Result<<Self as Tool>::Args, ToolMisuse> {
        Self::read(arguments::object(<Self as Tool>::NAME, arguments)?)
    }

    /// The same with some arguments, as JSON, that the model does not choose. They count more than what it wrote.
    ///
    /// # Errors
    /// All that is wrong with them.
    fn parse_with(arguments: &str, fixed: &Map<String, Value>) -> Result<<Self as Tool>::Args, ToolMisuse> {
        let mut fields = arguments::object(<Self as Tool>::NAME, arguments)?;
        fields.extend(fixed.clone());
        Self::read(fields)
    }

    /// Reads arguments that are JSON already.
    ///
    /// # Errors
    /// All that is wrong with them.
    #[doc(hidden)]
    fn read(fields: Map<String, Value>) -> Result<<Self as Tool>::Args, ToolMisuse>;

    /// What a model is told of the tool's output: JSON, and a text as it is.
    #[must_use]
    fn told(output: &Self::Output) -> String {
        told::told(output)
    }
}

/// The spec of a tool.
#[must_use]
pub fn spec<T: Tool>() -> ToolSpec {
    let loose = of::<<T as Tool>::Args>();
    let (parameters, strict) = match strict(loose.clone()) {
        Ok(parameters) => (parameters, true),
        Err(flaws) => {
            tracing::debug!(tool = <T as Tool>::NAME, ?flaws, "no server can hold a model to the tool's arguments");
            (loose, false)
        }
    };
    ToolSpec {
        name: <T as Tool>::NAME.to_owned(),
        description: T::DESCRIPTION.to_owned(),
        parameters: parameters.into(),
        strict,
    }
}
