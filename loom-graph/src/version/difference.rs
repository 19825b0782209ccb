//! A difference between two descriptions, as a sentence, and the positions that it strands.

use std::fmt;

/// One difference between two descriptions of a workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub(super) change: Change,
    pub(super) strands: Vec<String>,
}

/// What was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// It is another workflow.
    Workflow {
        /// Its name before.
        from: String,
        /// Its name now.
        to: String,
    },
    /// It is another version.
    Version {
        /// The version before.
        from: u32,
        /// The version now.
        to: u32,
    },
    /// A node is gone.
    NodeRemoved {
        /// Its name.
        node: String,
    },
    /// The same step is called in the same way under another name.
    NodeRenamed {
        /// The node's name before.
        node: String,
        /// Its name now.
        to: String,
    },
    /// A node calls another step.
    StepChanged {
        /// The node.
        node: String,
        /// The path of its step before.
        from: String,
        /// The path of its step now.
        to: String,
    },
    /// There is a new input.
    InputAdded {
        /// Its name.
        input: String,
    },
    /// An input is gone.
    InputRemoved {
        /// Its name.
        input: String,
    },
    /// An input is of another type.
    InputChanged {
        /// Its name.
        input: String,
        /// Its type before.
        from: String,
        /// Its type now.
        to: String,
    },
    /// The workflow ends in another type.
    OutputChanged {
        /// The type before.
        from: String,
        /// The type now.
        to: String,
    },
    /// A value is of another type.
    TypeChanged {
        /// The value.
        value: String,
        /// Its type before.
        from: String,
        /// Its type now.
        to: String,
    },
    /// A position is gone.
    PositionGone {
        /// Its key.
        position: String,
        /// What is most like it now.
        now: Vec<String>,
    },
    /// Something is read that was not kept before.
    NewlyNeeded {
        /// Its name.
        value: String,
    },
    /// Something is no longer read that was kept before.
    NoLongerNeeded {
        /// Its name.
        value: String,
        /// Where.
        positions: Vec<String>,
    },
}

impl Difference {
    /// What was changed.
    #[must_use]
    pub fn change(&self) -> &Change {
        &self.change
    }

    /// The positions, as they were before, from which no run can go on for this; none when it strands no run.
    #[must_use]
    pub fn strands(&self) -> &[String] {
        &self.strands
    }

    /// Whether a run that stands at a position cannot go on for this. A run within a fork stands at the fork too.
    #[must_use]
    pub fn concerns(&self, position: &str) -> bool {
        self.strands.iter().any(|stranded| match position.strip_prefix(stranded.as_str()) {
            Some(rest) => rest.is_empty() || rest.starts_with(" / "),
            None => false,
        })
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.change.fmt(f)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Workflow { from, to } => write!(f, "the workflow was `{from}` and is `{to}`"),
            Change::Version { from, to } => write!(f, "the version was {from} and is {to}"),
            Change::NodeRemoved { node } => write!(f, "the node `{node}` is gone"),
            Change::NodeRenamed { node, to } => write!(f, "the node `{node}` is called `{to}` now"),
            Change::StepChanged { node, from, to } => {
                write!(f, "the node `{node}` was the step `{from}` and is the step `{to}`")
            }
            Change::InputAdded { input } => write!(f, "there is a new input, `{input}`"),
            Change::InputRemoved { input } => write!(f, "the input `{input}` is gone"),
            Change::InputChanged { input, from, to } => write!(f, "the input `{input}` was a `{from}` and is a `{to}`"),
            Change::OutputChanged { from, to } => write!(f, "the workflow ended in `{from}` and ends in `{to}`"),
            Change::TypeChanged { value, from, to } => {
                let ty = |ty: &str| {
                    if ty.starts_with("output of ") { format!("the {ty}") } else { format!("a `{ty}`") }
                };
                write!(f, "`{value}` was {} and is {}", ty(from), ty(to))
            }
            Change::PositionGone { position, now } if now.is_empty() => {
                write!(f, "nothing is at `{position}` any more")
            }
            Change::PositionGone { position, now } => {
                write!(f, "nothing is at `{position}` any more; there is {} now", listed(now))
            }
            Change::NewlyNeeded { value } => write!(f, "`{value}` is read now, and was not kept before"),
            Change::NoLongerNeeded { value, positions } => {
                write!(f, "`{value}` is no longer read at {}", listed(positions))
            }
        }
    }
}

/// Names as they stand in a sentence: the first few, and how many more.
#[must_use]
pub fn listed(names: &[String]) -> String {
    const FEW: usize = 3;
    let few: Vec<String> = names.iter().take(FEW).map(|name| format!("`{name}`")).collect();
    let few = few.join(", ");
    match names.len().saturating_sub(FEW) {
        0 => few,
        more => format!("{few} and {more} more"),
    }
}
