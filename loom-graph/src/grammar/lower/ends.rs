//! Loose ends: ways that lead nowhere yet, what they carry, and how they are tied.

use super::Lower;
use crate::{
    flow::{NodeId, PointId},
    grammar::program::{Bare, Carry, Kind, Origin, Subject, ValueId},
};
use proc_macro2::Span;
use syn::spanned::Spanned;

/// A way that leads nowhere yet, and what it carries.
#[derive(Clone)]
pub(super) struct End<'a> {
    pub(super) from: Loose,
    pub(super) carry: Carry<'a>,
    pub(super) bare: Bare,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Loose {
    /// The way of a point.
    Way(PointId, usize),
    /// The way out of a node.
    Node(NodeId),
}

pub(super) type Ends<'a> = Vec<End<'a>>;

impl<'a> Lower<'a, '_> {
    pub(super) fn tie(&mut self, ends: &Ends<'a>, to: PointId) {
        for end in ends {
            match end.from {
                Loose::Way(point, way) => self.program.points[point].ways[way] = Some(to),
                Loose::Node(node) => {
                    match self.program.nodes[node].next {
                        None => self.program.nodes[node].next = Some(to),
                        Some(there) if there == to => {}
                        Some(there) => {
                            if !self.census.nodes[node].two_ways() && !self.told.contains(&node) {
                                self.told.push(node);
                                let name = self.program.nodes[node].name;
                                let (one, other) = (self.spelled(there), self.spelled(to));
                                let span = self.census.nodes[node].last.span();
                                self.errors.lost_at(
                                span,
                                format!("`{name}` flows on to two places, {one} and {other}: say which by `{name} -> …;`"),
                            );
                            }
                        }
                    }
                }
            }
        }
    }

    pub(super) fn spelled(&self, point: PointId) -> String {
        let at = &self.program.points[point];
        let line = at.span.start().line;
        let what = match &at.kind {
            Kind::Call(node, ..) => format!("`{}`", self.program.nodes[*node].name),
            Kind::Match { .. } => "`match`".to_owned(),
            Kind::If(_) => "`if`".to_owned(),
            Kind::End(..) => "`end`".to_owned(),
            Kind::Fail(_) => "`fail`".to_owned(),
            Kind::Sleep(_) => "`sleep`".to_owned(),
            Kind::Fork(_) => "a fork".to_owned(),
            Kind::Join(_) => "the end of its branch".to_owned(),
            _ => "what follows".to_owned(),
        };
        if line > 0 { format!("{what} in line {line}") } else { what }
    }

    /// What all of the ends carry. Where they differ, they are made to set one value, if what follows needs it.
    pub(super) fn carried(&mut self, ends: &mut Ends<'a>, needed: bool, span: Span) -> (Carry<'a>, Bare) {
        let Some(first) = ends.first() else {
            return (Carry::Nothing, Bare::Carried);
        };
        let bare = first.bare;
        let value = |end: &End<'a>| match &end.carry {
            Carry::One(Subject::Value(value)) => Some(*value),
            _ => None,
        };
        let one = value(first);
        if ends.len() == 1 || (one.is_some() && ends.iter().all(|end| value(end) == one)) {
            return (first.carry.clone(), bare);
        }
        if !needed {
            return (Carry::Nothing, bare);
        }
        if ends.iter().any(|end| !matches!(end.carry, Carry::One(_))) {
            self.errors.lost_at(span, "the ways that meet here do not all carry something: name what this takes");
            return (Carry::Nothing, Bare::Carried);
        }
        let origin = ends.iter().find_map(value).map_or(Origin::Unknown, |v| self.program.values[v].origin.clone());
        if matches!(origin, Origin::Unknown) {
            self.errors.lost_at(span, "the ways that meet here carry expressions: give them a name with `name = (…)`");
        }
        let merged = self.hidden("carried", origin);
        self.set_at(ends, merged, span);
        (Carry::One(Subject::Value(merged)), Bare::Carried)
    }

    /// Whether a way out of a node carries what the node gives, and not what is computed behind it.
    fn is_output(&self, node: NodeId, carry: &Carry<'a>) -> bool {
        match carry {
            Carry::One(Subject::Value(value)) => self.program.nodes[node].sets.contains(value),
            Carry::One(_) => false,
            Carry::Nothing | Carry::Many(_) => true,
        }
    }

    /// Makes each end set `value` to what it carries.
    pub(super) fn set_at(&mut self, ends: &mut Ends<'a>, value: ValueId, span: Span) {
        for end in ends.iter_mut() {
            match (end.from, &end.carry) {
                (Loose::Node(node), carry) if self.is_output(node, carry) => {
                    let sets = &mut self.program.nodes[node].sets;
                    sets.extend((!sets.contains(&value)).then_some(value));
                }
                (from, Carry::One(subject)) => {
                    let scope = match (from, subject) {
                        (Loose::Way(point, _), _) => self.program.points[point].scope,
                        (Loose::Node(_), Subject::Expr(_, scope, _)) => *scope,
                        (Loose::Node(_), _) => None,
                    };
                    let subject = subject.clone();
                    let carry = end.carry.clone();
                    let set = self.point(Kind::Set(value, subject), scope, carry, 1, span);
                    let tied = vec![end.clone()];
                    self.tie(&tied, set);
                    end.from = Loose::Way(set, 0);
                }
                _ => {}
            }
            end.carry = Carry::One(Subject::Value(value));
            end.bare = Bare::Carried;
        }
    }

    /// Ways that end where nothing follows. A node's may be tied elsewhere; that is seen when all is read.
    pub(super) fn loose(&self, ends: Ends<'a>) {
        if self.errors.is_partial() {
            return;
        }
        for end in ends {
            if let Loose::Way(point, way) = end.from {
                let point = &self.program.points[point];
                let what = match &point.kind {
                    Kind::If(_) if way == 1 => {
                        "nothing follows when this does not hold: add `else { … }`, or `-> end` behind it"
                    }
                    Kind::Match { open: true, arms, .. } if way == arms.len() => {
                        "nothing follows when this does not match: add `else { … }`, or `-> end` behind it"
                    }
                    _ => "nothing follows here: add `-> end`, or where it goes on",
                };
                let span = match &point.kind {
                    Kind::Match { arms, .. } => arms.get(way).map_or(point.span, |(pat, ..)| pat.span()),
                    _ => point.span,
                };
                self.errors.lost_at(span, what);
            }
        }
    }
}
