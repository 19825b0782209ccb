//! One row of the tables each.

pub(crate) mod boxed;
pub(crate) mod floxide;
pub(crate) mod graph_flow;
pub(crate) mod hand;
pub(crate) mod loomflow;
pub(crate) mod sayiir;
pub(crate) mod spawned;
