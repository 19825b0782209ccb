//! The workflow language of [loomflow](https://docs.rs/loomflow): what a graph is, what the compiler refuses about
//! it, and how it is drawn. No code is generated here and nothing runs here.
//!
//! - [`graph`]: a workflow's graph as data, buildable in a constant.
//! - [`draw`]: Mermaid, DOT and (feature `svg`) SVG of it, by itself or with a run laid over it.
//! - [`flow`]: a workflow's control flow as plain numbers, and what is proven about it.
//! - [`version`]: what of a workflow a kept run depends on, and what a change of the graph means for it.
//! - `grammar` (feature `grammar`): what a user writes, lowered onto the flow, and every fault as a sentence.
pub mod draw;
pub mod flow;
#[cfg(feature = "grammar")]
pub mod grammar;
pub mod graph;
pub mod similar;
pub mod version;
