//! Places where ways part: `match`, `if` and `if let`, and the frames of what their arms bind.

use super::{
    Lower,
    ends::{End, Ends, Loose},
    reads_carried,
};
use crate::grammar::{
    ast::{Else, If, Match},
    names::bindings,
    program::{Bare, Carry, Frame, FrameId, Kind, Subject},
    text::text,
};
use std::borrow::Cow;
use syn::spanned::Spanned;

impl<'a> Lower<'a, '_> {
    pub(super) fn frame(&mut self, pat: &'a syn::Pat, on: &Subject<'a>, scope: Option<FrameId>) -> Option<FrameId> {
        let names = bindings(pat);
        if names.is_empty() {
            return None;
        }
        self.program.frames.push(Frame { outer: scope, on: on.clone(), pat: Cow::Borrowed(pat), names });
        Some(self.program.frames.len() - 1)
    }

    pub(super) fn match_route(&mut self, route: &'a Match, mut ends: Ends<'a>, scope: Option<FrameId>) -> Ends<'a> {
        let needed = route.on.as_ref().is_none_or(reads_carried)
            || route.arms.iter().any(|arm| arm.guard.as_ref().is_some_and(reads_carried));
        let (carry, _) = self.carried(&mut ends, needed, route.keyword);
        let on = match (&route.on, &carry) {
            (Some(expr), _) => Subject::Expr(expr, scope, Box::new(carry.clone())),
            (None, Carry::One(subject)) => subject.clone(),
            (None, _) => {
                self.errors.at(route.keyword, "this `match` has nothing to look at: write `match expr { … }`");
                return Vec::new();
            }
        };
        self.check_labels(route);
        let arms: Vec<_> =
            route.arms.iter().map(|arm| (&arm.pat, arm.guard.as_ref(), self.frame(&arm.pat, &on, scope))).collect();
        let frames: Vec<_> = arms.iter().map(|&(.., frame)| frame).collect();
        let kind = Kind::Match { on: on.clone(), keyword: route.keyword, arms, open: false };
        let point = self.point(kind, scope, carry.clone(), route.arms.len(), route.keyword);
        self.tie(&ends, point);
        let carry = if matches!(carry, Carry::One(_)) { carry } else { Carry::One(on) };
        let mut out = Vec::new();
        for (way, (arm, frame)) in route.arms.iter().zip(frames).enumerate() {
            let bare = frame.map_or(Bare::Nothing, Bare::Bindings);
            let end = End { from: Loose::Way(point, way), carry: carry.clone(), bare };
            out.extend(self.chain(&arm.chain, vec![end], frame.or(scope)));
        }
        out
    }

    /// A label that is routed twice: rustc would say so in many lines, about code the user did not write.
    fn check_labels(&self, route: &Match) {
        let mut seen: Vec<(String, usize)> = Vec::new();
        for arm in &route.arms {
            for label in labels(&arm.pat) {
                let spelled = text(&label);
                if let Some((_, line)) = seen.iter().find(|(other, _)| *other == spelled) {
                    let place = if *line > 0 { format!(" in line {line}") } else { String::new() };
                    self.errors.on(label, format!("`{spelled}` is already routed{place}"));
                    continue;
                }
                if arm.guard.is_none() {
                    seen.push((spelled, arm.pat.span().start().line));
                }
            }
        }
    }

    pub(super) fn if_route(&mut self, route: &'a If, mut ends: Ends<'a>, scope: Option<FrameId>) -> Ends<'a> {
        let (carry, bare) = self.carried(&mut ends, reads_carried(&route.cond), route.keyword);
        let (kind, frame) = match &route.pat {
            Some(pat) => {
                let on = Subject::Expr(&route.cond, scope, Box::new(carry.clone()));
                let frame = self.frame(pat, &on, scope);
                (Kind::Match { on, keyword: route.keyword, arms: vec![(pat, None, frame)], open: true }, frame)
            }
            None => (Kind::If(&route.cond), None),
        };
        let point = self.point(kind, scope, carry.clone(), 2, route.keyword);
        self.tie(&ends, point);
        // A condition binds nothing and takes nothing away: what the edge carries is still carried.
        let bare_then = match (&route.pat, frame) {
            (Some(_), Some(frame)) => Bare::Bindings(frame),
            (Some(_), None) => Bare::Nothing,
            (None, _) => bare,
        };
        let end = |way, bare| vec![End { from: Loose::Way(point, way), carry: carry.clone(), bare }];
        let (then, otherwise) = (end(0, bare_then), end(1, bare));
        let mut out = self.block(&route.then, then, frame.or(scope));
        out.extend(match &route.otherwise {
            None => end(1, Bare::Carried),
            Some(Else::Block(block)) => self.block(block, otherwise, scope),
            Some(Else::If(route)) => self.if_route(route, otherwise, scope),
        });
        out
    }
}

/// The alternatives of a pattern.
fn labels(pat: &syn::Pat) -> Vec<&syn::Pat> {
    match pat {
        syn::Pat::Or(or) => or.cases.iter().collect(),
        other => vec![other],
    }
}
