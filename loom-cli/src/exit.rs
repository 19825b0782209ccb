//! What the program ends with.

use std::process::ExitCode;

/// The exit codes, as the help tells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Done = 0,
    Failed = 1,
    Usage = 2,
    Waits = 3,
    Cancelled = 4,
    Undone = 5,
}

/// What the help says of them.
pub(crate) const CODES: &str = "\
Exit codes:
  0  it was done; the run has ended with its output
  1  the run failed, or is not what was written
  2  what was said does not fit: the command line, a name, an input, an answer
  3  the run waits, for an answer or a time
  4  the run was cancelled
  5  it could not be done: the journal cannot be used, another process is at the
     run, or the run has ended";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}
