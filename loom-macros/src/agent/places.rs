//! Where the model chooses: a place for each tool, or `start`, that something may follow, and one for the free form.
//!
//! Places have names that stay when the agent is changed elsewhere, for a run that is kept finds its place again by them.

use super::{
    ast::{Agent, Choice, Choices, Exit, Max, Offered, Statement, Then},
    ways::{At, answers_freely},
};
use proc_macro2::{Ident, Span};
use quote::format_ident;

/// Names that the workflow of an agent has already.
pub(super) const RESERVED: [&str; 5] = ["conversation", "final_answer", "remember_answer", "think", "think_freely"];

/// Beginnings of such names.
pub(super) const RESERVED_BEFORE: [&str; 2] = ["think_after_", "approve_"];

/// A place where the model chooses.
pub(super) struct Place<'a> {
    /// The name of its node.
    pub(super) node: Ident,
    pub(super) kind: Kind,
    pub(super) offers: Vec<&'a Offered>,
    /// Whether it may answer in words, and what the agent then ends with.
    pub(super) words: Option<Words<'a>>,
    /// What comes when no choice is left.
    pub(super) otherwise: Option<&'a Choice>,
    /// The names of all the places of its statement.
    pub(super) shared: Vec<Ident>,
    /// How many calls there may be in all.
    pub(super) total: Option<&'a Max>,
}

/// Which place it is.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Behind a tool or `start`, in an arm of its route or not.
    After(At, Option<usize>),
    /// Of the free form.
    Free,
    /// The `else` of another place, by its node.
    Else(Ident, Box<Kind>),
}

/// An answer in words.
pub(super) struct Words<'a> {
    /// What the agent ends with, where it is not the words.
    pub(super) exit: Option<&'a Exit>,
    pub(super) span: Span,
}

pub(super) struct Places<'a> {
    pub(super) all: Vec<Place<'a>>,
}

impl<'a> Places<'a> {
    pub(super) fn of(agent: &'a Agent) -> Self {
        let mut places = Places { all: Vec::new() };
        for statement in &agent.statements {
            places.of_statement(statement);
        }
        if let Some(free) = &agent.free {
            let node = Ident::new("think_freely", free.keyword.span());
            let words = answers_freely(agent).then(|| Words { exit: None, span: free.keyword.span() });
            places.put(node.clone(), Kind::Free, &free.choices, vec![node], words, Some(&free.max));
        }
        places
    }

    fn of_statement(&mut self, statement: &'a Statement) {
        match &statement.then {
            Then::Choose(choices) => {
                let names: Vec<Ident> = statement.sources.iter().map(after).collect();
                for (source, node) in statement.sources.iter().zip(&names) {
                    // What a tool gave, the agent ends in; behind `start` there is nothing to end in but words.
                    if choices.sole_exit().is_none_or(|exit| source == "start" && exit.keyword == "end") {
                        self.put(node.clone(), Kind::After(At::of(source), None), choices, names.clone(), None, None);
                    }
                }
            }
            Then::Match(arms) => {
                for source in &statement.sources {
                    for (index, arm) in arms.iter().enumerate().filter(|(_, arm)| arm.then.sole_exit().is_none()) {
                        let node = self.in_arm(source, &arm.then);
                        let kind = Kind::After(At::of(source), Some(index));
                        self.put(node.clone(), kind, &arm.then, vec![node], None, None);
                    }
                }
            }
        }
    }

    /// The name of a place in an arm: by what it offers, which stays when arms are put in before it.
    fn in_arm(&self, source: &Ident, choices: &Choices) -> Ident {
        let offered: Vec<String> = choices.calls().map(|call| call.tool().to_string()).collect();
        let name = format_ident!("{}_for_{}", after(source), offered.join("_or_"));
        let others = self.all.iter().filter(|place| place.node.to_string().starts_with(&name.to_string())).count();
        if others == 0 { name } else { format_ident!("{name}_{}", others + 1) }
    }

    fn put(
        &mut self,
        node: Ident,
        kind: Kind,
        choices: &'a Choices,
        shared: Vec<Ident>,
        implied: Option<Words<'a>>,
        total: Option<&'a Max>,
    ) {
        let offers = choices.choices.iter().filter_map(|choice| match choice {
            Choice::Call(call) => Some(call),
            Choice::Exit(_) => None,
        });
        let exit = choices.choices.iter().find_map(|choice| match choice {
            Choice::Exit(exit) => Some(Words { exit: Some(exit), span: exit.keyword.span() }),
            Choice::Call(_) => None,
        });
        let otherwise = choices.otherwise.as_ref();
        let place = Place {
            node: node.clone(),
            kind: kind.clone(),
            offers: offers.collect(),
            words: exit.or(implied),
            otherwise,
            shared,
            total,
        };
        self.all.push(place);
        if let Some(Choice::Call(call)) = otherwise {
            let name = format_ident!("{node}_else");
            self.all.push(Place {
                node: name.clone(),
                kind: Kind::Else(node, Box::new(kind)),
                offers: vec![call],
                words: None,
                otherwise: None,
                shared: vec![name],
                total: None,
            });
        }
    }

    pub(super) fn find(&self, kind: &Kind) -> Option<&Place<'a>> {
        self.all.iter().find(|place| place.kind == *kind)
    }

    /// The place of a place's `else`.
    pub(super) fn otherwise(&self, place: &Place<'_>) -> Option<&Place<'a>> {
        self.all.iter().find(|other| matches!(&other.kind, Kind::Else(of, _) if *of == place.node))
    }
}

impl Place<'_> {
    /// What the graph computes for it.
    pub(super) fn is_given(&self) -> bool {
        let limits = self.offers.iter().filter_map(|call| call.max.as_ref()).chain(self.total);
        limits.into_iter().any(|max| number(max).is_none()) || self.offers.iter().any(|call| !call.fixed.is_empty())
    }

    /// The tool whose call begins a visit of this place, where there is one such.
    pub(super) fn entered_by(&self) -> Option<&Ident> {
        fn of(kind: &Kind) -> Option<&Ident> {
            match kind {
                Kind::After(At::Tool(tool), _) => Some(tool),
                Kind::Else(_, place) => of(place),
                Kind::After(..) | Kind::Free => None,
            }
        }
        of(&self.kind)
    }
}

/// The number of a bound, where it is written as one.
pub(super) fn number(max: &Max) -> Option<u64> {
    match &max.number {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(int), .. }) => int.base10_parse().ok(),
        _ => None,
    }
}

fn after(source: &Ident) -> Ident {
    if source == "start" {
        Ident::new("think", source.span())
    } else {
        format_ident!("think_after_{}", source, span = source.span())
    }
}
