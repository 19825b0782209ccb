//! What steps give, as far as patterns can tell, and what is known of it along a run: the meaning of requirements.

use crate::choices::Random;
use std::collections::{BTreeMap, BTreeSet};
use syn::{Lit, Member, Pat};

/// Something a step could give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Number(u64),
    Text(&'static str),
    /// A variant with what is in it, by position.
    Variant(&'static str, Vec<Answer>),
    /// A variant with what is in it, by name.
    Fields(&'static str, Vec<(&'static str, Answer)>),
    Tuple(Vec<Answer>),
}

/// Something of each kind that the writer's patterns tell apart.
pub(crate) fn answers() -> Vec<Answer> {
    use Answer::{Fields, Number, Text, Tuple, Variant};
    let one = |name, inner| Variant(name, vec![inner]);
    let plain = |name| Variant(name, vec![]);
    let fields = |y, z| Fields("C", vec![("y", Number(y)), ("z", Number(z))]);
    vec![
        one("A", Number(1)),
        one("A", Number(9)),
        plain("B"),
        fields(1, 2),
        fields(9, 2),
        Number(2),
        Number(7),
        Text("s"),
        Text("t"),
        Text("u"),
        one("Some", Number(1)),
        one("Some", plain("B")),
        plain("None"),
        Tuple(vec![Number(1), one("D", Number(2))]),
        Tuple(vec![Number(1), plain("B")]),
    ]
}

/// What a tried step gives: what it would have given, or its failure.
pub(crate) fn tried(fails: bool, random: &mut Random) -> Answer {
    if fails {
        return Answer::Variant("Err", vec![Answer::Text("failure")]);
    }
    let mut all = answers();
    let at = random.below(all.len());
    Answer::Variant("Ok", vec![all.swap_remove(at)])
}

/// Whether a pattern takes something, as Rust says.
pub(crate) fn takes(pat: &Pat, answer: &Answer) -> bool {
    let last = |path: &syn::Path| path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
    match (pat, answer) {
        (Pat::Wild(_) | Pat::Rest(_), _) => true,
        (Pat::Paren(pat), _) => takes(&pat.pat, answer),
        (Pat::Or(pat), _) => pat.cases.iter().any(|case| takes(case, answer)),
        (Pat::Ident(pat), _) => match &pat.subpat {
            Some((_, inner)) => takes(inner, answer),
            None if pat.ident.to_string().starts_with(char::is_lowercase) => true,
            None => matches!(answer, Answer::Variant(name, parts) if pat.ident == name && parts.is_empty()),
        },
        (Pat::Path(pat), Answer::Variant(name, parts)) => last(&pat.path) == *name && parts.is_empty(),
        (Pat::TupleStruct(pat), Answer::Variant(name, parts)) => {
            last(&pat.path) == *name && side_by_side(pat.elems.iter(), parts)
        }
        (Pat::Struct(pat), Answer::Fields(name, fields)) => {
            let field = |item: &syn::FieldPat| {
                let Member::Named(member) = &item.member else { return false };
                fields.iter().any(|(name, answer)| member == name && takes(&item.pat, answer))
            };
            last(&pat.path) == *name && pat.fields.iter().all(field)
        }
        (Pat::Tuple(pat), Answer::Tuple(parts)) => side_by_side(pat.elems.iter(), parts),
        (Pat::Lit(pat), Answer::Number(number)) => is_number(&pat.lit, *number),
        (Pat::Lit(syn::ExprLit { lit: Lit::Str(text), .. }), Answer::Text(is)) => text.value() == *is,
        (Pat::Range(range), Answer::Number(number)) => {
            let bound = |expr: &Option<Box<syn::Expr>>| match expr.as_deref() {
                Some(syn::Expr::Lit(syn::ExprLit { lit: Lit::Int(lit), .. })) => lit.base10_parse::<u64>().ok(),
                _ => None,
            };
            let closed = matches!(range.limits, syn::RangeLimits::Closed(_));
            bound(&range.start).is_none_or(|start| start <= *number)
                && bound(&range.end).is_none_or(|end| *number < end || (closed && *number == end))
        }
        _ => false,
    }
}

fn is_number(lit: &Lit, number: u64) -> bool {
    matches!(lit, Lit::Int(lit) if lit.base10_parse::<u64>().ok() == Some(number))
}

fn side_by_side<'p>(pats: impl ExactSizeIterator<Item = &'p Pat>, parts: &[Answer]) -> bool {
    let pats: Vec<_> = pats.collect();
    let open = matches!(pats.last(), Some(Pat::Rest(_)));
    let fits = if open { pats.len() <= parts.len() + 1 } else { pats.len() == parts.len() };
    fits && pats.iter().zip(parts).all(|(pat, part)| takes(pat, part))
}

/// The ways a route can take with an answer: each arm that takes it, up to the first that has no condition behind it.
pub(crate) fn ways<'p>(arms: impl Iterator<Item = (&'p Pat, bool)>, open: bool, answer: &Answer) -> Vec<usize> {
    let (mut ways, mut many) = (Vec::new(), 0);
    for (way, (pat, conditional)) in arms.enumerate() {
        many = way + 1;
        if takes(pat, answer) {
            ways.push(way);
            if !conditional {
                return ways;
            }
        }
    }
    ways.extend(open.then_some(many));
    ways
}

/// What has happened on the way to where a branch stands: in it, before its fork, and in the branches of forks behind it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trail {
    /// The nodes that were visited and have not failed.
    pub(crate) done: BTreeSet<usize>,
    /// What was answered last, for each requirement: a version; of branches that ran at once, one of each.
    pub(crate) last: BTreeMap<usize, Vec<usize>>,
    /// The requirements whose nodes have answered since the branch began.
    own: BTreeSet<usize>,
}

impl Trail {
    /// The trail of a branch that begins where this one stands.
    pub(crate) fn begun(&self) -> Trail {
        Trail { own: BTreeSet::new(), ..self.clone() }
    }

    /// A node has answered that these requirements speak of.
    pub(crate) fn answered(&mut self, version: usize, rules: impl Iterator<Item = usize>) {
        for rule in rules {
            self.last.insert(rule, vec![version]);
            self.own.insert(rule);
        }
    }

    /// What has happened in the branches of a fork, whether they have joined or were dropped.
    pub(crate) fn after(&mut self, branches: &[Trail]) {
        let answered: BTreeSet<usize> = branches.iter().flat_map(|branch| branch.own.iter().copied()).collect();
        for rule in answered {
            let those = branches.iter().filter(|branch| branch.own.contains(&rule));
            self.last.insert(rule, those.flat_map(|branch| branch.last[&rule].iter().copied()).collect());
            self.own.insert(rule);
        }
        self.done.extend(branches.iter().flat_map(|branch| &branch.done));
    }
}
