//! Tools: what a model is told of them, how its calls are read, and how they are performed.

#[path = "../common/mod.rs"]
mod common;
#[path = "../kept/mod.rs"]
mod kept;

mod calls;
mod graphs;
mod runs;
mod specs;
mod workflows;
