//! loomflow
pub use loomflow_graph as graph;
pub use loomflow_macros::{Context, ask, step, workflow};
pub use loomflow_runtime::{
    Backoff, Failure, FailureKind, Fault, Policy, Provides, Run, Step, Traced, Value, Workflow,
};

#[doc(hidden)]
pub use loomflow_runtime::__private;

/// What a user needs at hand.
pub mod prelude {
    pub use crate::{Context, Failure, ask, step, workflow};
}
