//! A journal that fails on demand.

use super::wrapped::{Fate, Wrapped, broken};
use crate::{
    journal::{Answering, Journal, JournalError},
    locked::locked,
};
use std::{
    io,
    sync::{Arc, Mutex},
};

/// What is wrong with a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// The disk is full: it can be read, and not be written to.
    Full,
    /// It refuses to write, as to one whose claim another process has taken over.
    Refuses,
    /// It cannot be reached, neither to be written to nor to be read.
    Unreachable,
}

/// What a journal is to fail with, and from which write on.
#[derive(Debug, Default)]
pub struct Faults(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    trouble: Option<(Trouble, usize)>,
    writes: usize,
}

/// A journal that fails on demand, around any other. Its clones are one journal.
///
/// ```
/// use loomflow_runtime::{journal::MemoryJournal, test::{FaultyJournal, Trouble}};
///
/// let journal = FaultyJournal::new(MemoryJournal::new());
/// journal.fails_after(2, Trouble::Full);
/// // … a run of a `Loom` with this journal stops at its third write, and says that the disk is full …
/// journal.mend();
/// // … and can be resumed.
/// ```
pub type FaultyJournal = Wrapped<Faults>;

impl FaultyJournal {
    /// A journal that does not fail yet.
    #[must_use]
    pub fn new(journal: impl Journal) -> Self {
        Wrapped { kept: Arc::new(journal), fate: Arc::default() }
    }

    /// Has it fail, after so many more writes that it still does.
    pub fn fails_after(&self, writes: usize, trouble: Trouble) {
        let mut state = locked(&self.fate.0);
        state.trouble = Some((trouble, state.writes + writes));
    }

    /// Has it work again.
    pub fn mend(&self) {
        locked(&self.fate.0).trouble = None;
    }

    /// How many writes were done.
    #[must_use]
    pub fn writes(&self) -> usize {
        locked(&self.fate.0).writes
    }
}

const NAME: &str = "faulty";

fn unreachable(tried: &'static str) -> JournalError {
    let source = io::Error::new(io::ErrorKind::ConnectionRefused, "it cannot be reached: the test has it so");
    JournalError::Store { journal: NAME.to_owned(), tried, source: Box::new(source) }
}

impl Fate for Faults {
    fn write<'a, T: Send + 'a>(&'a self, run: u64, write: Answering<'a, T>) -> Answering<'a, T> {
        let mut state = locked(&self.0);
        match state.trouble {
            Some((trouble, from)) if state.writes >= from => broken(match trouble {
                Trouble::Full => JournalError::Full { journal: NAME.to_owned() },
                Trouble::Refuses => JournalError::Fenced { run },
                Trouble::Unreachable => unreachable("writing"),
            }),
            _ => {
                state.writes += 1;
                write
            }
        }
    }

    fn begin<'a, T: Send + 'a>(&'a self, begin: Answering<'a, T>) -> Answering<'a, T> {
        self.write(0, begin)
    }

    fn read<'a, T: Send + 'a>(&'a self, read: Answering<'a, T>) -> Answering<'a, T> {
        let state = locked(&self.0);
        match state.trouble {
            Some((Trouble::Unreachable, from)) if state.writes >= from => broken(unreachable("reading")),
            _ => read,
        }
    }
}
