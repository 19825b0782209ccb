//! The tools of both agents, what they are told first, and what they end in.

use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

pub(crate) const PROMPT: &str = "You answer questions out of the files of a folder. Search, read where it looks promising, \
                                 then report. Say in which file and line it stands.";

pub(crate) const QUESTION: &str = "What happens when a lease is over?";

/// A line that a search found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Hit {
    file: String,
    line: usize,
    text: String,
}

/// What was found out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) title: String,
    pub(crate) body: String,
}

/// Finds the lines in which most of some words stand.
#[tool]
pub(crate) fn search(
    /** words to look for, with spaces between them */
    words: &str,
) -> Vec<Hit> {
    let hit = |line| Hit {
        file: "durability.md".to_owned(),
        line,
        text: format!("A lease says which process carries a run on, and {words} says when it is over."),
    };
    (3..6).map(hit).collect()
}

/// Reads the lines of a file around one of them.
#[tool]
pub(crate) fn read(
    /** the file, as a search names it */
    file: &str,
    /** the line in the middle */
    line: usize,
) -> String {
    let lines =
        (line..line + 5).map(|line| format!("{file}:{line}: another process takes the run and goes on with it."));
    lines.collect::<Vec<_>>().join("\n")
}

/// Reports what was found.
#[tool]
pub(crate) fn report(
    /** in a few words */
    title: String,
    /** with file and line */
    body: String,
) -> Report {
    Report { title, body }
}
