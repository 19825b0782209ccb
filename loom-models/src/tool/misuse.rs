//! What is wrong with a call of a tool.

/// A call of a tool that cannot be performed, in words that the model can be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the call of `{tool}` does not fit: {}", all(.faults))]
pub struct ToolMisuse {
    /// The tool.
    pub tool: &'static str,
    /// What is wrong, all of it.
    pub faults: Vec<ArgumentFault>,
}

fn all(faults: &[ArgumentFault]) -> String {
    let faults: Vec<String> = faults.iter().map(ArgumentFault::to_string).collect();
    faults.join("; ")
}

/// What is wrong with the arguments of a call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArgumentFault {
    /// They are not JSON.
    #[error("its arguments are not JSON: {why}")]
    NotJson {
        /// Where they cease to be.
        why: String,
    },
    /// They are JSON, and no object.
    #[error("its arguments are {found}, and not an object that has each parameter as a field")]
    NoObject {
        /// What they are: `a text`.
        found: &'static str,
    },
    /// An argument is not there.
    #[error("`{name}` is missing")]
    Missing {
        /// The parameter.
        name: &'static str,
    },
    /// An argument is of another type.
    #[error("`{path}` is wrong: {why}")]
    Misfit {
        /// The way there: `hits[2].url`.
        path: String,
        /// What is wrong there.
        why: String,
    },
    /// There is no such parameter.
    #[error("there is no parameter `{name}`{}{}", hint(*.near), takes(.known))]
    Unknown {
        /// What the model called it.
        name: String,
        /// The nearest that there is.
        near: Option<&'static str>,
        /// All that there are.
        known: Vec<&'static str>,
    },
}

fn hint(near: Option<&str>) -> String {
    near.map_or_else(String::new, |near| format!(" (the nearest is `{near}`)"))
}

fn takes(known: &[&str]) -> String {
    if known.is_empty() { ": it takes none".to_owned() } else { format!(": it takes `{}`", known.join("`, `")) }
}
