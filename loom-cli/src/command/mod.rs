//! The commands, each with its options and what it does.

pub(crate) mod answer;
pub(crate) mod cancel;
pub(crate) mod completions;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod graph;
pub(crate) mod list;
pub(crate) mod prune;
pub(crate) mod resume;
pub(crate) mod retry;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod show;
pub(crate) mod verify;
