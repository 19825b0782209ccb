//! What takes a run another way: bounds, time limits, failures that are caught; behind a call, or behind a source for
//! every edge into a node.

use super::{End, Ends, Loose, Lower, reads_carried};
use crate::{
    flow::{NodeId, PointId},
    grammar::{
        ast,
        names::bindings,
        program::{Bare, Carry, Counter, Frame, FrameId, Guard, Kind, Origin, Subject, ValueId},
        text::text,
    },
    similar::similar,
};
use proc_macro2::Span;
use std::borrow::Cow;
use syn::{Expr, Pat};

/// A guard behind a source: every edge into the node passes it, and its other way begins at a point of its own.
#[derive(Clone, Copy)]
pub(super) struct Gate<'a> {
    pub(super) guard: &'a ast::Guard,
    how: Gated,
    pub(super) away: PointId,
}

#[derive(Clone, Copy)]
enum Gated {
    Max(usize),
    Within,
    Catch(ValueId, Option<FrameId>),
}

impl<'a> Lower<'a, '_> {
    pub(super) fn gate(&mut self, guard: &'a ast::Guard) -> Gate<'a> {
        let how = match guard {
            ast::Guard::Max(max) => Gated::Max(self.counter(max, None)),
            ast::Guard::Within { .. } => Gated::Within,
            ast::Guard::Catch { pat, .. } => {
                let (value, frame) = self.caught(pat, None);
                Gated::Catch(value, frame)
            }
        };
        let away = self.point(Kind::Pass, None, Carry::Nothing, 1, guard.keyword());
        Gate { guard, how, away }
    }

    /// The ways of a node's gates, lowered once.
    pub(super) fn gated(&mut self, node: NodeId) -> Ends<'a> {
        let mut out = Vec::new();
        for gate in self.gates[node].clone() {
            let from = Loose::Way(gate.away, 0);
            let (end, scope) = match gate.how {
                Gated::Catch(value, frame) => (caught_end(from, value, frame), frame),
                Gated::Max(_) | Gated::Within => (End { from, carry: Carry::Nothing, bare: Bare::Nothing }, None),
            };
            out.extend(self.target(gate.guard.otherwise(), vec![end], scope, false));
        }
        out
    }

    /// The bounds of a node's gates, before a call of it.
    pub(super) fn gates_before(
        &mut self,
        node: NodeId,
        mut ends: Ends<'a>,
        scope: Option<FrameId>,
        needed: bool,
        span: Span,
    ) -> Ends<'a> {
        for gate in self.gates[node].clone() {
            if let Gated::Max(counter) = gate.how {
                let (left, go) = self.bound(counter, span, ends, scope, needed);
                self.tie(&left, gate.away);
                ends = go;
            }
        }
        ends
    }

    /// The other gates of a node, at a call of it.
    pub(super) fn gates_at(&mut self, node: NodeId, point: PointId) {
        for gate in self.gates[node].clone() {
            let way = match (gate.how, gate.guard) {
                (Gated::Within, ast::Guard::Within { limit, .. }) => {
                    let way = self.another_way(point);
                    self.program.points[point].guards.push(Guard::Within { limit: *limit, way });
                    way
                }
                (Gated::Catch(value, frame), ast::Guard::Catch { pat, .. }) => {
                    let way = self.another_way(point);
                    let kinds = kinds(pat);
                    self.program.points[point].guards.push(Guard::Catch { kinds, value, frame, way });
                    way
                }
                _ => continue,
            };
            self.program.points[point].ways[way] = Some(gate.away);
        }
    }

    fn another_way(&mut self, point: PointId) -> usize {
        self.program.points[point].ways.push(None);
        self.program.points[point].ways.len() - 1
    }

    /// The guards at a point that does work; gives the ends of their ways.
    pub(super) fn guards_at(&mut self, point: PointId, guards: &[&'a ast::Guard], scope: Option<FrameId>) -> Ends<'a> {
        let mut out = Vec::new();
        let mut all = None;
        for guard in guards {
            match *guard {
                ast::Guard::Max(_) => {}
                ast::Guard::Within { keyword, limit, otherwise } => {
                    if self.program.points[point].guards.iter().any(|guard| matches!(guard, Guard::Within { .. })) {
                        self.errors.at(*keyword, "a second `within`: the shorter one alone says when the time is up. If it is meant for what stands behind `else`, put that into braces");
                        continue;
                    }
                    let way = self.another_way(point);
                    self.program.points[point].guards.push(Guard::Within { limit: *limit, way });
                    let carry = self.program.points[point].carry.clone();
                    let bare =
                        if let Kind::Call(_, _, bare) = self.program.points[point].kind { bare } else { Bare::Carried };
                    let end = End { from: Loose::Way(point, way), carry, bare };
                    out.extend(self.target(otherwise, vec![end], scope, false));
                }
                ast::Guard::Catch { keyword, pat, otherwise } => {
                    if let Some(all) = &all {
                        self.errors
                            .at(*keyword, format!("no failure comes here: `catch {all}` before it takes them all"));
                        continue;
                    }
                    let (value, frame) = self.caught(pat, scope);
                    let way = self.another_way(point);
                    let kinds = kinds(pat);
                    if kinds.is_none() {
                        all = Some(text(pat));
                    }
                    self.program.points[point].guards.push(Guard::Catch { kinds, value, frame, way });
                    let end = caught_end(Loose::Way(point, way), value, frame);
                    out.extend(self.target(otherwise, vec![end], frame.or(scope), false));
                }
            }
        }
        out
    }

    /// The value of a failure that is caught, and the frame of the name it is given.
    fn caught(&mut self, pat: &'a Pat, scope: Option<FrameId>) -> (ValueId, Option<FrameId>) {
        if names_unanswered(pat) {
            self.errors.on(
                pat,
                "no `catch` takes `Unanswered`: that nobody answers is told to whoever runs the workflow. Give the ask a time, `within 2d else …`",
            );
        }
        let value = self.hidden("failure", Origin::Failure);
        let names = bindings(pat);
        let name = match pat {
            Pat::Ident(name) if names.len() == 1 && name.by_ref.is_none() && name.mutability.is_none() => {
                Some(&name.ident)
            }
            _ if names.is_empty() => None,
            _ => {
                self.errors.on(
                    pat,
                    "`catch` takes a name, `catch e => …`, or kinds of failure, `catch e @ FailureKind::TimedOut => …`: what is in a failure its methods tell",
                );
                None
            }
        };
        let frame = name.map(|name| {
            let pat: Pat = syn::parse_quote!(#name);
            let on = Subject::Value(value);
            self.program.frames.push(Frame { outer: scope, on, pat: Cow::Owned(pat), names: vec![name.clone()] });
            self.program.frames.len() - 1
        });
        (value, frame)
    }

    pub(super) fn counter(&mut self, max: &'a ast::Max, scope: Option<FrameId>) -> usize {
        let per = match &max.per {
            Some(per) if per != "run" => {
                let node = self.node(per);
                match node {
                    None => {
                        let names = self.program.nodes.iter().map(|node| node.name.to_string());
                        let hint = similar(&per.to_string(), names, "a node");
                        self.errors.lost_at(per.span(), format!("there is no node `{per}` to count by{hint}"));
                    }
                    Some(node) if self.program.nodes[node].region != self.region => {
                        self.errors.lost_at(per.span(), format!("`{per}` stands in another branch than this edge, and a branch counts by itself: count `per` a node beside this edge"));
                    }
                    Some(_) => {}
                }
                node
            }
            _ => None,
        };
        if let Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(lit), .. }) = &max.max {
            match lit.base10_parse::<u64>() {
                Ok(0) => self
                    .errors
                    .at(lit.span(), "`max 0` never takes this edge: leave the edge out, or count to at least 1"),
                Ok(_) => {}
                Err(_) => self.errors.at(lit.span(), format!("`{}` is more than can be counted", text(lit))),
            }
        }
        self.program.counters.push(Counter { ast: max, scope, per, region: self.region });
        self.program.counters.len() - 1
    }

    /// A bound before what follows: the ends taken when it is spent, and those taken while it lasts; `needed` says that
    /// something there takes what the edge carries.
    pub(super) fn bound(
        &mut self,
        counter: usize,
        span: Span,
        mut ends: Ends<'a>,
        scope: Option<FrameId>,
        needed: bool,
    ) -> (Ends<'a>, Ends<'a>) {
        let needed = needed || reads_carried(&self.program.counters[counter].ast.max);
        let same = ends.len() == 1 || ends.iter().all(|end| end.bare == ends[0].bare);
        let (carry, bare) = if needed && same && ends.iter().all(|end| matches!(end.carry, Carry::One(_))) {
            self.carried(&mut ends, true, span)
        } else {
            self.carried(&mut ends, false, span)
        };
        let point = self.point(Kind::Bound(counter), scope, carry.clone(), 2, span);
        self.tie(&ends, point);
        let end = |way| vec![End { from: Loose::Way(point, way), carry: carry.clone(), bare }];
        (end(1), end(0))
    }
}

fn caught_end<'a>(from: Loose, value: ValueId, frame: Option<FrameId>) -> End<'a> {
    End { from, carry: Carry::One(Subject::Value(value)), bare: frame.map_or(Bare::Nothing, Bare::Bindings) }
}

fn names_unanswered(pat: &Pat) -> bool {
    match pat {
        Pat::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "Unanswered"),
        Pat::Ident(name) => name.subpat.as_ref().is_some_and(|(_, inner)| names_unanswered(inner)),
        Pat::Or(or) => or.cases.iter().any(names_unanswered),
        Pat::Paren(paren) => names_unanswered(&paren.pat),
        _ => false,
    }
}

/// The kinds of failure a pattern takes: `e` and `_` take all.
fn kinds(pat: &Pat) -> Option<Box<Pat>> {
    match pat {
        Pat::Ident(name) if bindings(pat).is_empty() && name.subpat.is_none() => Some(Box::new(pat.clone())),
        Pat::Ident(name) => name.subpat.as_ref().and_then(|(_, inner)| kinds(inner)),
        Pat::Wild(_) => None,
        other => Some(Box::new(other.clone())),
    }
}
