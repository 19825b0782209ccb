//! The workflows of the examples, in runs that are kept and cut off at every write.
//!
//! An example has its part of this as a module of its own, for what is private to it; that part brings what it needs, so that
//! the example can be built by itself for tests too.

#![allow(dead_code, reason = "of an example only the workflow is run here")]
#![allow(clippy::duplicate_mod, reason = "each example brings what its tests need")]

#[cfg(feature = "sqlite")]
#[path = "../../examples/approval.rs"]
mod approval;
#[cfg(feature = "cli")]
#[path = "../../examples/desk/main.rs"]
mod desk;
#[path = "../../examples/evaluator_optimizer.rs"]
mod evaluator_optimizer;
#[path = "../../examples/nested.rs"]
mod nested;
#[path = "../../examples/orchestrator.rs"]
mod orchestrator;
#[path = "../../examples/parallel.rs"]
mod parallel;
#[path = "../../examples/partial_failure.rs"]
mod partial_failure;
#[cfg(feature = "openai")]
#[path = "../../examples/patterns/main.rs"]
mod patterns;
#[path = "../../examples/prompt_chain.rs"]
mod prompt_chain;
#[path = "../../examples/research.rs"]
mod research;
#[cfg(feature = "openai")]
#[path = "../../examples/researcher.rs"]
mod researcher;
#[path = "../../examples/routing.rs"]
mod routing;
#[path = "../../examples/saga.rs"]
mod saga;
#[path = "../../examples/triage/main.rs"]
mod triage;
#[path = "../../examples/voting.rs"]
mod voting;

/// Some examples are only there with all features.
#[cfg(all(feature = "cli", feature = "openai"))]
mod complete;
