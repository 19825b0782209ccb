//! [language page]: crate::language
//! [durability page]: crate::durability
//! [events page]: crate::event
//! [audit page]: crate::audit
//! [traces page]: crate::traces
#![cfg_attr(feature = "test", doc = "[test page]: crate::test")]
#![cfg_attr(not(feature = "test"), doc = "[test page]: https://docs.rs/loomflow/latest/loomflow/test")]
#![cfg_attr(feature = "openai", doc = "[agents page]: crate::agents")]
#![cfg_attr(feature = "openai", doc = "[models page]: crate::models")]
//!
#![doc = include_str!("../README.md")]
//!
//! # Where things stand
//!
//! The macros are [`step`], [`macro@ask`], [`workflow!`] and [`macro@Context`]. A [`Run`] gives a [`Failure`] when it fails;
//! what may live between steps is a [`Value`]; the graph as data is in [`graph`].

#[cfg(feature = "cli")]
pub use loomflow_cli::{self as cli, workflows};
pub use loomflow_graph::{draw, graph, version};
#[cfg(feature = "openai")]
pub use loomflow_models::{self as model, Memory, Model, ModelError, Tone};
pub use loomflow_runtime::{
    Answer, Ask, Backoff, Builder, Events, Failure, FailureKind, Fault, Handle, Inputs, Line, Loom, LoomError,
    OpenQuestion, Outcome, Permanent, Policy, Program, Provides, Question, Run, Settled, Start, Step, Traced, Until,
    Value, Visit, Wait, Workflow, backoff,
};
pub use loomflow_runtime::{around, event, journal, meter};
#[cfg(feature = "sqlite")]
pub use loomflow_sqlite::{self as sqlite, Sqlite};

#[doc = include_str!("macros/step.md")]
pub use loomflow_macros::step;

#[doc = include_str!("macros/workflow.md")]
pub use loomflow_macros::workflow;

#[doc = include_str!("macros/chain.md")]
pub use loomflow_macros::chain;

#[doc = include_str!("macros/route.md")]
pub use loomflow_macros::route;

#[doc = include_str!("macros/parallel.md")]
pub use loomflow_macros::parallel;

#[doc = include_str!("macros/context.md")]
pub use loomflow_macros::Context;

#[doc = include_str!("macros/choice.md")]
#[cfg(feature = "openai")]
pub use loomflow_macros::Choice;
#[cfg(not(feature = "openai"))]
#[doc(hidden)]
pub use loomflow_macros::ChoiceWithoutModels as Choice;
#[cfg(feature = "openai")]
pub use loomflow_models::{Choice, PlainChoice, schemars};

#[doc = include_str!("macros/agent.md")]
#[cfg(feature = "openai")]
pub use loomflow_macros::agent;
#[cfg(not(feature = "openai"))]
#[doc(hidden)]
pub use loomflow_macros::agent_without_models as agent;
#[doc = include_str!("macros/tool.md")]
#[cfg(feature = "openai")]
pub use loomflow_macros::tool;
#[cfg(not(feature = "openai"))]
#[doc(hidden)]
pub use loomflow_macros::tool_without_models as tool;
#[cfg(feature = "openai")]
pub use loomflow_models::Tool;

#[doc = include_str!("macros/ask.md")]
pub use loomflow_macros::ask;

#[doc(hidden)]
pub use loomflow_macros::diagram as __diagram;
#[cfg(feature = "openai")]
#[doc(hidden)]
pub use loomflow_models::__private as __models;
#[doc(hidden)]
pub use loomflow_runtime::__private;

/// What a workflow is written with: `use loomflow::prelude::*;`.
pub mod prelude {
    #[cfg(feature = "test")]
    pub use crate::test::Testing as _;
    pub use crate::{Choice, agent, tool};
    pub use crate::{Context, Failure, FailureKind, Question, ask, backoff, chain, parallel, route, step, workflow};
    #[cfg(feature = "openai")]
    pub use crate::{Model, ModelError, Tool};
}

#[cfg(feature = "test")]
pub mod test {
    #![doc = include_str!("test.md")]

    pub use loomflow_runtime::test::*;
}

/// The language of [`workflow!`], construct by construct.
pub mod language {
    #![doc = include_str!("language.md")]
}

/// Models: from a key to a first answer, and what is sent to whom.
#[cfg(feature = "openai")]
pub mod models {
    #![doc = include_str!("models.md")]
}

/// Agents: what their models may do, and how to say so.
#[cfg(feature = "openai")]
pub mod agents {
    #![doc = include_str!("agents.md")]
}

/// Traces: the spans of runs, nodes, attempts, and calls of models and tools.
pub mod traces {
    #![doc = include_str!("traces.md")]
}

/// Runs read afterwards: what happened, whether it still stands as it was written, and why the run went where it did.
pub mod audit {
    #![doc = include_str!("audit.md")]
    pub use loomflow_runtime::audit::*;
}

/// Runs that outlive their process: what is promised, and how to live with it.
pub mod durability {
    #![doc = include_str!("durability.md")]
}
