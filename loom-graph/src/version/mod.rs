//! What of a workflow a run that is kept depends on, as plain text, and what a change of the graph means for it.
//!
//! A run that is kept stands at a *position* and has values by their names. It goes on with a changed graph where that
//! position is still there and everything it needs is had, under the same names and of the same types.
//!
//! - [`Description`] is the text of one version: `workflow!` writes it, the journal and the lock file keep it.
//! - [`fingerprint`] is its name in a few characters.
//! - [`differences`] says in sentences what changed from one to another, and which positions that strands; [`can_go_on`]
//!   asks for one position.
//!
//! How positions get their keys is the macro's business, where a description is kept that of the journal.

mod compare;
mod description;
mod difference;
mod fingerprint;

pub use compare::{can_go_on, differences};
pub use description::{Description, Node, Position, Typed, Unreadable};
pub use difference::{Change, Difference, listed};
pub use fingerprint::fingerprint;
