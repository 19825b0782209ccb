//! Runs that are kept, under test: cut off at every write, and with journals that fail on demand.

mod every;
mod faulty;
mod mortal;
mod wrapped;

pub use every::Carried;
pub use faulty::{Faults, FaultyJournal, Trouble};
pub use wrapped::Wrapped;
