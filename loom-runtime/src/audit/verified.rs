//! What becomes of it when the records of a run are verified.

use crate::journal::Seal;
use serde::Serialize;
use std::fmt;

/// What was found of the records of a run. It displays as a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Verified {
    /// The id of the run.
    pub run: String,
    /// How many records are as they were written; of a broken chain those before the first that is not.
    pub records: u64,
    /// The end of the chain as far as it is sound, to be written down elsewhere; none of a run that is not chained.
    pub seal: Option<Seal>,
    /// Whether the chain holds.
    pub chain: Chain,
}

/// Whether the chain of a run holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Chain {
    /// All records are what was written, in that order, and none is missing between them.
    Sound,
    /// The run was not begun [chained](crate::Builder::chained), so nothing can be said.
    Missing,
    /// A record was changed, removed or moved.
    Broken(Broken),
}

/// The first record that is not what was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Broken {
    /// Its number; 0 where it is not a record but what the run was begun with.
    pub seq: u64,
    /// The node it is of, if that can still be read.
    pub node: Option<String>,
    /// What is wrong.
    pub flaw: Flaw,
}

/// What is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Flaw {
    /// It does not follow the one before it: it was changed, or stood elsewhere.
    Changed,
    /// It is missing.
    Missing,
    /// It has no link, and the ones before it have.
    Unchained,
    /// The store tells that it is damaged.
    Damaged(String),
    /// The chain does not come to the end that was expected: records are missing there.
    Short {
        /// The number of the record that was the last one.
        expected: u64,
    },
    /// The chain is another one than was expected, though it fits together: it was written anew.
    Another,
}

impl Verified {
    /// Whether the chain holds.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.chain == Chain::Sound
    }
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verified { run, records, seal, chain } = self;
        match (chain, seal) {
            (Chain::Missing, _) => write!(
                f,
                "run `{run}` is not chained, so nobody can say whether its {records} records are what was written: a `Loom` chains the runs it begins when it is built with `.chained()`"
            ),
            (Chain::Broken(broken), _) => write!(f, "run `{run}`: {broken}; {records} records before it are sound"),
            (Chain::Sound, Some(seal)) => write!(f, "run `{run}`: {records} records are sound, up to {seal}"),
            (Chain::Sound, None) => write!(f, "run `{run}`: {records} records are sound"),
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Broken { seq, node, flaw } = self;
        let node = node.as_deref().filter(|node| !node.is_empty()).map(|node| format!(", of `{node}`,"));
        let node = node.unwrap_or_default();
        match flaw {
            Flaw::Changed if *seq == 1 => {
                write!(
                    f,
                    "record 1{node} does not follow the beginning of the run: it, the run's input or its description was changed, or it was moved"
                )
            }
            Flaw::Changed => {
                write!(f, "record {seq}{node} does not follow record {}: it was changed or moved", seq - 1)
            }
            Flaw::Missing => write!(f, "record {seq} was removed"),
            Flaw::Unchained => write!(f, "record {seq}{node} has no link, and those before it have"),
            Flaw::Damaged(what) => write!(f, "record {seq} cannot be read: {what}"),
            Flaw::Short { expected } => {
                write!(f, "record {seq} was removed at the end: the chain came to record {expected} once")
            }
            Flaw::Another => {
                write!(f, "record {seq}{node} is another one than was expected: the chain was written anew")
            }
        }
    }
}
