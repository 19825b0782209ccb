//! An agent as it is written, every token that an error may point at kept.

#![expect(clippy::large_enum_variant, reason = "a syntax tree is built once and then only looked at")]

use proc_macro2::{Ident, Span};
use syn::{Attribute, Expr, LitStr, Pat, Path, Type, Visibility};

/// The whole of an `agent! { … }`.
pub(super) struct Agent {
    pub(super) attrs: Vec<Attribute>,
    pub(super) vis: Visibility,
    pub(super) name: Ident,
    pub(super) inputs: Vec<(Ident, Type)>,
    pub(super) output: Type,
    /// `model "name";`
    pub(super) model: Option<LitStr>,
    /// `prompt expr;`
    pub(super) prompt: Option<Expr>,
    /// `tone legal;`
    pub(super) tone: Option<Tone>,
    /// `memory Notes;`
    pub(super) memory: Option<Memory>,
    pub(super) statements: Vec<Statement>,
    pub(super) requires: Vec<Require>,
    pub(super) asks: Vec<Approval>,
    pub(super) free: Option<Free>,
}

/// In what tone the model answers, where that is not the run's.
pub(super) enum Tone {
    /// One that has a name, by that of its variant.
    Named(Ident),
    /// Words of the user's own.
    Words(LitStr),
    /// A tone, or maybe one, that is computed.
    Computed(Expr),
}

/// What the agent remembers in, where that is not the run's memory.
pub(super) enum Memory {
    /// A memory of its own, of a type that its context provides.
    Own(Type),
    /// None.
    Nowhere,
}

/// `a | b -> then;`
pub(super) struct Statement {
    /// `start`, or tools.
    pub(super) sources: Vec<Ident>,
    pub(super) then: Then,
}

/// What may come next.
pub(super) enum Then {
    /// What the model may choose.
    Choose(Choices),
    /// `match { pattern => choices }`, by the output of the tool before.
    Match(Vec<Arm>),
}

/// `pattern if guard => choices`
pub(super) struct Arm {
    pub(super) pat: Pat,
    pub(super) guard: Option<Expr>,
    pub(super) then: Choices,
}

/// `a | b max 4 | end else …`
pub(super) struct Choices {
    pub(super) choices: Vec<Choice>,
    pub(super) otherwise: Option<Choice>,
}

/// What a model may choose.
pub(super) enum Choice {
    Call(Offered),
    Exit(Exit),
}

/// `tool(name: expr) max 4 per other`
pub(super) struct Offered {
    pub(super) path: Path,
    /// The arguments that the graph gives.
    pub(super) fixed: Vec<(Ident, Expr)>,
    pub(super) max: Option<Max>,
}

/// `max 4 per tool`
pub(super) struct Max {
    pub(super) keyword: Span,
    pub(super) number: Expr,
    pub(super) per: Option<Ident>,
}

/// `end`, `end(expr)` or `fail(expr)`
pub(super) struct Exit {
    pub(super) keyword: Ident,
    pub(super) with: Option<Expr>,
}

/// `require tool before other;`
pub(super) struct Require {
    pub(super) tool: Ident,
    /// A tool, or `end`.
    pub(super) before: Ident,
}

/// `ask before tool max 2;`
pub(super) struct Approval {
    pub(super) tool: Ident,
    /// How many refusals withdraw the call.
    pub(super) refusals: usize,
}

/// `tools [a, b] max 10 else …;`
pub(super) struct Free {
    pub(super) keyword: Ident,
    pub(super) choices: Choices,
    pub(super) max: Max,
}

impl Offered {
    /// What the tool is called: the last name of its path.
    pub(super) fn tool(&self) -> &Ident {
        &self.path.segments[self.path.segments.len() - 1].ident
    }
}

impl Choices {
    /// The calls among them, that of the `else` included.
    pub(super) fn calls(&self) -> impl Iterator<Item = &Offered> {
        self.choices.iter().chain(&self.otherwise).filter_map(|choice| match choice {
            Choice::Call(call) => Some(call),
            Choice::Exit(_) => None,
        })
    }

    /// The `end` that stands alone: no choice of the model's.
    pub(super) fn sole_exit(&self) -> Option<&Exit> {
        match self.choices.as_slice() {
            [Choice::Exit(exit)] => Some(exit),
            _ => None,
        }
    }
}

impl Then {
    /// All the lists of choices.
    pub(super) fn choices(&self) -> Vec<&Choices> {
        match self {
            Then::Choose(choices) => vec![choices],
            Then::Match(arms) => arms.iter().map(|arm| &arm.then).collect(),
        }
    }
}

impl Agent {
    /// All the lists of choices, wherever they stand.
    pub(super) fn choices(&self) -> impl Iterator<Item = &Choices> {
        let free = self.free.iter().map(|free| &free.choices);
        self.statements.iter().flat_map(|statement| statement.then.choices()).chain(free)
    }

    /// The statement that says what follows a tool, or `start`.
    pub(super) fn statement(&self, source: &Ident) -> Option<&Statement> {
        self.statements.iter().find(|statement| statement.sources.contains(source))
    }

    /// How many refusals withdraw a call, where a person has to approve it.
    pub(super) fn refusals(&self, tool: &Ident) -> Option<usize> {
        self.asks.iter().find(|ask| ask.tool == *tool).map(|ask| ask.refusals)
    }

    /// The tools that have to have succeeded before another one, or before `end`.
    pub(super) fn required(&self, before: &Ident) -> Vec<&Ident> {
        self.requires.iter().filter(|rule| rule.before == *before).map(|rule| &rule.tool).collect()
    }
}
