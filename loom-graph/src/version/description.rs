//! The description of a workflow, and its text: a line for each part, so that a change of the graph is a change of few
//! lines.

use std::{error::Error, fmt};

/// The form of the text; a text of another form is not read.
const FORM: &str = "loomflow description 1";

/// What of a workflow a run that is kept depends on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Description {
    /// The workflow's name.
    pub workflow: String,
    /// Its version.
    pub version: u32,
    /// Its inputs.
    pub inputs: Vec<Typed>,
    /// The type it ends in.
    pub output: String,
    /// Its values; the types of what nodes give are `output of` their step as long as nobody says more.
    pub values: Vec<Typed>,
    /// Its nodes.
    pub nodes: Vec<Node>,
    /// Where a run of it can stand.
    pub positions: Vec<Position>,
}

/// A name and its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// The name.
    pub name: String,
    /// The type.
    pub ty: String,
}

/// A node of the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// The path of its step, as written.
    pub step: String,
    /// The value it sets.
    pub sets: String,
}

/// A position: where a run can stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// What it is found by.
    pub key: String,
    /// The node that is called there, if one is.
    pub node: Option<String>,
    /// The names of what is live there.
    pub live: Vec<String>,
}

/// Why a text is not a description.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unreadable {
    /// It does not begin as one, or is of a form that another release writes.
    Form {
        /// How it begins.
        begins: String,
    },
    /// A line says nothing that a description has.
    Line {
        /// Its number, counted from 1.
        number: usize,
        /// The line.
        line: String,
    },
    /// A part that every description has is missing.
    Missing {
        /// The word its line begins with.
        part: &'static str,
    },
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::Form { begins } => {
                write!(f, "a description begins with `{FORM}`, and this with `{begins}`: it may be of another release")
            }
            Unreadable::Line { number, line } => write!(f, "line {number} of the description is none: `{line}`"),
            Unreadable::Missing { part } => write!(f, "the description has no line that begins with `{part}`"),
        }
    }
}

impl Error for Unreadable {}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FORM}\nworkflow {}\nversion {}", self.workflow, self.version)?;
        for input in &self.inputs {
            writeln!(f, "input {input}")?;
        }
        writeln!(f, "output {}", self.output)?;
        for value in &self.values {
            writeln!(f, "value {value}")?;
        }
        for Node { name, step, sets } in &self.nodes {
            writeln!(f, "node {name} = {step} sets {sets}")?;
        }
        for position in &self.positions {
            writeln!(f, "position {}", position.key)?;
            if let Some(node) = &position.node {
                writeln!(f, "  calls {node}")?;
            }
            for live in &position.live {
                writeln!(f, "  live {live}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.ty)
    }
}

impl Description {
    /// Reads the text of a description. Of two types of one value the later holds: whoever knows more than the macro
    /// adds a line.
    ///
    /// # Errors
    /// When it is none, or one that another release wrote.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        let mut lines = text.lines().zip(1..);
        let begins = lines.next().map_or("", |(line, _)| line);
        if begins != FORM {
            return Err(Unreadable::Form { begins: begins.to_owned() });
        }
        let mut read = Description::default();
        let (mut workflow, mut version, mut output) = (None, None, None);
        for (line, number) in lines.filter(|(line, _)| !line.is_empty()) {
            let unreadable = || Unreadable::Line { number, line: line.to_owned() };
            let (word, rest) = line.trim_start().split_once(' ').ok_or_else(unreadable)?;
            match word {
                "workflow" => workflow = Some(rest.to_owned()),
                "version" => version = Some(rest.parse().map_err(|_| unreadable())?),
                "input" => read.inputs.push(typed(rest).ok_or_else(unreadable)?),
                "output" => output = Some(rest.to_owned()),
                "value" => {
                    let value = typed(rest).ok_or_else(unreadable)?;
                    match read.values.iter_mut().find(|known| known.name == value.name) {
                        Some(known) => *known = value,
                        None => read.values.push(value),
                    }
                }
                "node" => read.nodes.push(node(rest).ok_or_else(unreadable)?),
                "position" => read.positions.push(Position { key: rest.to_owned(), node: None, live: Vec::new() }),
                "calls" => read.positions.last_mut().ok_or_else(unreadable)?.node = Some(rest.to_owned()),
                "live" => read.positions.last_mut().ok_or_else(unreadable)?.live.push(rest.to_owned()),
                _ => return Err(unreadable()),
            }
        }
        read.workflow = workflow.ok_or(Unreadable::Missing { part: "workflow" })?;
        read.version = version.ok_or(Unreadable::Missing { part: "version" })?;
        read.output = output.ok_or(Unreadable::Missing { part: "output" })?;
        Ok(read)
    }

    /// The position of a key.
    #[must_use]
    pub fn position(&self, key: &str) -> Option<&Position> {
        self.positions.iter().find(|position| position.key == key)
    }

    /// The type of a value.
    #[must_use]
    pub fn type_of(&self, value: &str) -> Option<&str> {
        self.values.iter().find(|known| known.name == value).map(|known| known.ty.as_str())
    }
}

fn typed(text: &str) -> Option<Typed> {
    let (name, ty) = text.split_once(": ")?;
    Some(Typed { name: name.to_owned(), ty: ty.to_owned() })
}

fn node(text: &str) -> Option<Node> {
    let (name, rest) = text.split_once(" = ")?;
    let (step, sets) = rest.rsplit_once(" sets ")?;
    Some(Node { name: name.to_owned(), step: step.to_owned(), sets: sets.to_owned() })
}
