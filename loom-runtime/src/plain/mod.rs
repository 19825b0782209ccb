//! Plain Rust over steps: in a closure that is run by [`Loom::run`](crate::Loom::run), a call of a step's function is
//! recorded, and not repeated when the run goes on; anywhere else it is the function.
//!
//! `here` knows whether a call is made in such a run, `replay` what was recorded of the run and which call is to have it,
//! `returns` how what a function returns is recorded and given again, `call` performs a call. The run itself is begun and
//! carried on by [`durable`](crate::Loom).

mod call;
mod here;
mod replay;
mod returns;

pub use call::{called, called_at_once};
pub use here::{here, outside};
pub use returns::{ErrorOf, ErrorOfNone, Fails, Succeeds};

pub(crate) use call::{Calls, PLAIN, Stop};
pub(crate) use here::within;
pub(crate) use replay::Replay;
