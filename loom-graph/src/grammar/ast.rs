//! A workflow as it is written: one type for each rule of the grammar, every token that an error may point at kept.

#![expect(clippy::large_enum_variant, reason = "a syntax tree is built once and then only looked at")]

use proc_macro2::{Ident, Span};
use std::time::Duration;
use syn::{Attribute, Expr, ExprPath, Generics, Pat, Type, Visibility, punctuated::Punctuated, token};

/// The whole of a `workflow! { … }`.
pub struct Workflow {
    /// Doc comments and other attributes.
    pub attrs: Vec<Attribute>,
    /// Its visibility.
    pub vis: Visibility,
    /// Its name.
    pub name: Ident,
    /// Its generics, where clause included.
    pub generics: Generics,
    /// Its inputs.
    pub inputs: Vec<Input>,
    /// The type it ends in.
    pub output: Type,
    /// What is declared with `let`.
    pub lets: Vec<Let>,
    /// The statements that could be read.
    pub statements: Vec<Statement>,
}

/// `name: Type`
pub struct Input {
    /// Its doc comments.
    pub docs: Vec<Attribute>,
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub ty: Type,
}

/// `let name: Type = init;`
pub struct Let {
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub ty: Type,
    /// What it is set to at `start`.
    pub init: Option<Expr>,
}

/// `a | b -> chain;` or `require …;`
pub enum Statement {
    /// Ways from one or several sources into a chain.
    Ways {
        /// The sources.
        sources: Vec<Source>,
        /// What they lead to.
        chain: Chain,
    },
    /// A requirement.
    Require(Require),
}

/// What a statement begins with.
pub struct Source {
    /// `start`, or the name of a node.
    pub name: Ident,
    /// Guards of every edge into the node.
    pub guards: Vec<Guard>,
}

/// `target -> target -> …`
pub struct Chain {
    /// Its targets; never empty.
    pub targets: Vec<Target>,
}

/// One link of a chain.
pub enum Target {
    /// Work and its guards.
    Work(Work, Vec<Guard>),
    /// A place where ways part.
    Route(Route),
    /// The end of the run.
    Exit(Exit),
}

/// `value = call`, and the like.
pub struct Work {
    /// The value it sets, and whether by `+=`.
    pub sets: Option<Sets>,
    /// The `try` before it.
    pub tried: Option<Span>,
    /// What is done.
    pub kind: WorkKind,
}

/// `value =` or `value +=`
pub struct Sets {
    /// The value.
    pub value: Ident,
    /// Whether it is appended to.
    pub appends: Option<Span>,
}

/// What is done.
pub enum WorkKind {
    /// A call of a node.
    Call(Call),
    /// A fork.
    Fork(Fork),
    /// A block.
    Block(Block),
    /// An expression in parentheses.
    Expr(token::Paren, Expr),
}

/// `alias: path(args)`
pub struct Call {
    /// The node's name, when it is not the step's.
    pub alias: Option<Ident>,
    /// The step.
    pub path: ExprPath,
    /// The arguments; none for a bare name.
    pub args: Option<(token::Paren, Punctuated<Expr, syn::Token![,]>)>,
}

/// `{ chain }` or `{}`
pub struct Block {
    /// Its braces.
    pub brace: token::Brace,
    /// What is in it.
    pub chain: Option<Chain>,
}

/// `[a, b]`, `[for x in xs => chain]`, `first { … }`
pub enum Fork {
    /// Branches that are written out.
    Static(token::Bracket, Vec<Chain>),
    /// A branch for each item.
    Each(Box<Each>),
    /// The first branch to succeed decides where to go.
    First(Span, Vec<(Work, Option<Chain>)>),
}

/// `[for pat in items, n at once => chain]`
pub struct Each {
    /// Its brackets.
    pub bracket: token::Bracket,
    /// What an item is bound to.
    pub pat: Pat,
    /// The items.
    pub items: Expr,
    /// How many run at once.
    pub at_once: Option<Expr>,
    /// What is done with each.
    pub chain: Chain,
}

/// `match expr { … }` or `if expr { … } else { … }`
pub enum Route {
    /// A `match`.
    Match(Match),
    /// An `if`.
    If(If),
}

/// `match expr { arms }`
pub struct Match {
    /// The keyword.
    pub keyword: Span,
    /// What is matched; what the edge carries when it is left out.
    pub on: Option<Expr>,
    /// The arms.
    pub arms: Vec<Arm>,
}

/// `pat if guard => chain`
pub struct Arm {
    /// The pattern.
    pub pat: Pat,
    /// The condition behind it.
    pub guard: Option<Expr>,
    /// Where it leads.
    pub chain: Chain,
}

/// `if cond { … } else …`
pub struct If {
    /// The keyword.
    pub keyword: Span,
    /// The pattern of an `if let`.
    pub pat: Option<Pat>,
    /// The condition, or what the pattern is matched against.
    pub cond: Expr,
    /// Taken when it holds.
    pub then: Block,
    /// Taken when it does not.
    pub otherwise: Option<Else>,
}

/// What follows `else`.
pub enum Else {
    /// A block.
    Block(Block),
    /// Another `if`.
    If(Box<If>),
}

/// `end`, `end(expr)` or `fail(expr)`
pub struct Exit {
    /// The keyword.
    pub keyword: Ident,
    /// Whether it fails.
    pub fails: bool,
    /// What it ends or fails with.
    pub with: Option<(token::Paren, Expr)>,
}

/// What stands behind work.
pub enum Guard {
    /// `max n per node else …`
    Max(Max),
    /// `within 2d else …`
    Within {
        /// The keyword.
        keyword: Span,
        /// How long.
        limit: Duration,
        /// Taken when the time is up.
        otherwise: Box<Target>,
    },
    /// `catch pat => …`
    Catch {
        /// The keyword.
        keyword: Span,
        /// Which failures.
        pat: Pat,
        /// Taken when one comes.
        otherwise: Box<Target>,
    },
}

/// `max n per node else …`
pub struct Max {
    /// The keyword.
    pub keyword: Span,
    /// The number.
    pub max: Expr,
    /// The node whose visit starts the count anew, or `run`.
    pub per: Option<Ident>,
    /// Taken when it is spent.
    pub otherwise: Box<Target>,
}

/// `require a is pat before b`, `require a at most once`
pub struct Require {
    /// The keyword.
    pub keyword: Span,
    /// The node.
    pub node: Ident,
    /// What is required of it.
    pub rule: Rule,
}

/// What is required of a node.
pub enum Rule {
    /// It was visited, and gave what the pattern says, before another node or the end.
    Before {
        /// What it gave.
        is: Option<Pat>,
        /// The other node, or `end`.
        before: Ident,
    },
    /// It is visited at most once.
    AtMostOnce,
}

impl Guard {
    /// The keyword.
    #[must_use]
    pub fn keyword(&self) -> Span {
        match self {
            Guard::Max(max) => max.keyword,
            Guard::Within { keyword, .. } | Guard::Catch { keyword, .. } => *keyword,
        }
    }

    /// Where it leads.
    #[must_use]
    pub fn otherwise(&self) -> &Target {
        match self {
            Guard::Max(Max { otherwise, .. }) | Guard::Within { otherwise, .. } | Guard::Catch { otherwise, .. } => {
                otherwise
            }
        }
    }
}

impl Call {
    /// The argument of `sleep(…)`, if that is what this is. A step of that name goes by an alias or a path.
    #[must_use]
    pub fn sleep(&self) -> Option<&Expr> {
        let (_, args) = self.args.as_ref()?;
        let named = self.alias.is_none() && self.path.path.is_ident("sleep");
        if named && args.len() == 1 { args.first() } else { None }
    }

    /// The node's name: the alias, or the last segment of the path. `sleep(…)` is no node.
    #[must_use]
    pub fn name(&self) -> Option<&Ident> {
        if self.sleep().is_some() {
            return None;
        }
        self.alias.as_ref().or_else(|| self.path.path.segments.last().map(|segment| &segment.ident))
    }
}
