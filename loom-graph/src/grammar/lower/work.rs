//! What is done: calls, blocks and expressions, the values they set, and what guards them.

use super::{End, Ends, Loose, Lower, reads_carried};
use crate::{
    flow::PointId,
    grammar::{
        ast::{self, Block, Call, Guard, Work, WorkKind},
        names::single,
        program::{Bare, Carry, FrameId, Kind, Meaning, Origin, Subject, Value, ValueId},
    },
};
use proc_macro2::{Ident, Span};
use syn::{Expr, Pat, spanned::Spanned};

impl<'a> Lower<'a, '_> {
    /// Work and what guards it; gives the ends of both.
    pub(super) fn guarded_work(
        &mut self,
        work: &'a Work,
        guards: &[&'a Guard],
        ends: Ends<'a>,
        scope: Option<FrameId>,
        goes_on: bool,
    ) -> (Ends<'a>, Ends<'a>) {
        if let (WorkKind::Expr(..), Some(guard)) = (&work.kind, guards.first()) {
            self.errors.lost_at(
                guard.keyword(),
                "an expression only computes: `within` and `catch` stand behind a step, a fork or a block",
            );
            return (ends, Vec::new());
        }
        if let (Some(_), Some(Guard::Catch { keyword, .. })) =
            (work.tried, guards.iter().find(|guard| matches!(guard, Guard::Catch { .. })))
        {
            self.errors
                .at(*keyword, "no failure comes here: `try` makes it a part of what this gives. Take one of them out");
        }
        let (out, point) = self.work(work, !guards.is_empty(), ends, scope, goes_on);
        let caught = match (point, guards.first()) {
            (Some(point), _) => self.guards_at(point, guards, scope),
            (None, Some(guard)) if !self.errors.is_partial() => {
                self.errors.lost_at(
                    guard.keyword(),
                    "this guards nothing that takes time or can fail: `within` and `catch` stand behind a step, a fork or a block",
                );
                Vec::new()
            }
            _ => Vec::new(),
        };
        (out, caught)
    }

    /// Work, and the point that does it, if one does.
    pub(super) fn work(
        &mut self,
        work: &'a Work,
        guarded: bool,
        ends: Ends<'a>,
        scope: Option<FrameId>,
        goes_on: bool,
    ) -> (Ends<'a>, Option<PointId>) {
        match &work.kind {
            WorkKind::Call(call) => match call.sleep() {
                Some(pause) => self.sleep(work, call, pause, ends, scope),
                None => self.call(call, ends, scope, goes_on),
            },
            WorkKind::Fork(fork) => {
                let (out, point) = self.fork(work, fork, ends, scope, goes_on);
                (out, Some(point))
            }
            WorkKind::Block(Block { chain: Some(chain), .. }) if guarded || work.tried.is_some() => {
                let region = self.census.regions.of_work(work);
                let (out, point) = self.closed_block(work, chain, region, ends, scope, goes_on);
                (out, Some(point))
            }
            WorkKind::Block(block) => {
                if let Some(tried) = work.tried {
                    self.errors.at(tried, "there is nothing to try in `{}`");
                }
                let out = self.block(block, ends, scope);
                (self.setting(work, out, scope), None)
            }
            WorkKind::Expr(_, expr) => {
                if let Some(tried) = work.tried {
                    self.errors
                        .at(tried, "an expression only computes, so there is nothing to try: take the `try` out");
                }
                (self.computed(work, expr, ends, scope), None)
            }
        }
    }

    /// The ends of what has several: each sets the value that stands before it, or appends to it.
    pub(super) fn setting(&mut self, work: &'a Work, mut out: Ends<'a>, scope: Option<FrameId>) -> Ends<'a> {
        let Some(sets) = &work.sets else { return out };
        let span = sets.value.span();
        if sets.appends.is_some() {
            let (carry, bare) = self.carried(&mut out, true, span);
            let Carry::One(subject) = carry.clone() else {
                self.errors
                    .lost_at(span, format!("nothing is carried here that could be appended to `{}`", sets.value));
                return out;
            };
            let point = self.append(&sets.value, subject, &carry, false, scope);
            self.tie(&out, point);
            return vec![End { from: Loose::Way(point, 0), carry, bare }];
        }
        let origin = out.iter().find_map(|end| match &end.carry {
            Carry::One(subject) => Some(self.origin(subject)),
            _ => None,
        });
        let value = self.named_value(&sets.value, origin.unwrap_or(Origin::Unknown));
        self.set_at(&mut out, value, span);
        out
    }

    /// A point that appends something to a list.
    pub(super) fn append(
        &mut self,
        list: &'a Ident,
        subject: Subject<'a>,
        carry: &Carry<'a>,
        all: bool,
        scope: Option<FrameId>,
    ) -> PointId {
        let origin = self.origin(&subject);
        let origin = if all { origin } else { Origin::List(Box::new(origin)) };
        let value = self.named_value(list, origin);
        self.appended(value);
        self.point(Kind::Append(value, subject, all), scope, carry.clone(), 1, list.span())
    }

    /// What is known of the type of something.
    pub(super) fn origin(&self, subject: &Subject<'a>) -> Origin<'a> {
        match subject {
            Subject::Value(value) => self.program.values[*value].origin.clone(),
            Subject::Tuple(parts) => Origin::Tuple(parts.iter().map(|part| self.origin(part)).collect()),
            Subject::Expr(..) | Subject::Item(_) => Origin::Unknown,
        }
    }

    fn computed(&mut self, work: &'a Work, expr: &'a Expr, mut ends: Ends<'a>, scope: Option<FrameId>) -> Ends<'a> {
        let (carry, _) = self.carried(&mut ends, reads_carried(expr), expr.span());
        // A name alone is the value itself.
        let subject = match single(expr).and_then(|name| self.program.resolve(scope, name)) {
            Some(Meaning::Value(value)) => Subject::Value(value),
            _ => Subject::Expr(expr, scope, Box::new(carry.clone())),
        };
        let Some(sets) = &work.sets else {
            for end in &mut ends {
                end.carry = Carry::One(subject.clone());
                end.bare = Bare::Carried;
            }
            return ends;
        };
        if sets.appends.is_some() {
            let subject = Subject::Expr(expr, scope, Box::new(carry.clone()));
            let point = self.append(&sets.value, subject, &carry, false, scope);
            self.tie(&ends, point);
            return vec![End { from: Loose::Way(point, 0), carry, bare: Bare::Carried }];
        }
        let subject = Subject::Expr(expr, scope, Box::new(carry.clone()));
        let ty = if self.is_failure(expr, scope) { "Failure" } else { "Type" };
        let value = self.value_of_type(&sets.value, Origin::Unknown, ty);
        let point = self.point(Kind::Set(value, subject), scope, carry, 1, sets.value.span());
        self.tie(&ends, point);
        vec![End { from: Loose::Way(point, 0), carry: Carry::One(Subject::Value(value)), bare: Bare::Carried }]
    }

    /// The value of a name that something gives; where nothing did before, its type is what is known of that.
    pub(super) fn named_value(&mut self, name: &Ident, origin: Origin<'a>) -> ValueId {
        self.value_of_type(name, origin, "Type")
    }

    /// The same, with the type to suggest where none is known.
    fn value_of_type(&mut self, name: &Ident, origin: Origin<'a>, ty: &str) -> ValueId {
        if let Some(value) = self.program.values.iter().position(|value| value.name == *name) {
            return value;
        }
        let value = self.program.values.len();
        if !origin.is_known() {
            // A part that could not be read may have declared it.
            if !self.errors.is_partial() {
                self.errors.at(name.span(), format!("only an expression sets `{name}`, so its type is written nowhere: declare it with `let {name}: {ty};`"));
            }
            // What the missing `let` begins with is not known, so no way lacks it.
            self.program.lists.push(value);
        }
        self.program.values.push(Value { name: name.clone(), origin });
        value
    }

    /// Whether an expression is the name that a `catch` gives the failure.
    fn is_failure(&self, expr: &Expr, scope: Option<FrameId>) -> bool {
        let Some(Meaning::Binding(frame)) = single(expr).and_then(|name| self.program.resolve(scope, name)) else {
            return false;
        };
        match &self.program.frames[frame].on {
            Subject::Value(value) => {
                // A `match` on a failure may bind a part of it.
                matches!(&*self.program.frames[frame].pat, Pat::Ident(_))
                    && matches!(self.program.values[*value].origin, Origin::Failure)
            }
            _ => false,
        }
    }

    fn call(
        &mut self,
        call: &'a Call,
        mut ends: Ends<'a>,
        scope: Option<FrameId>,
        goes_on: bool,
    ) -> (Ends<'a>, Option<PointId>) {
        let Some(node) = call.name().and_then(|name| self.node(name)) else {
            return (Vec::new(), None);
        };
        let span = call.name().map_or_else(Span::call_site, Ident::span);
        let needed = call.args.as_ref().is_none_or(|(_, args)| args.iter().any(reads_carried));
        ends = self.gates_before(node, ends, scope, needed, span);
        let (carry, bare) = self.carried(&mut ends, needed, span);
        let point = self.point(Kind::Call(node, call, bare), scope, carry, 1, span);
        self.tie(&ends, point);
        self.gates_at(node, point);
        self.program.nodes[node].calls.push(point);
        let flows_on = goes_on || !self.census.nodes[node].ways_out();
        (if flows_on { vec![self.out_of(node)] } else { Vec::new() }, Some(point))
    }

    fn sleep(
        &mut self,
        work: &'a Work,
        call: &'a Call,
        pause: &'a Expr,
        mut ends: Ends<'a>,
        scope: Option<FrameId>,
    ) -> (Ends<'a>, Option<PointId>) {
        let span = call.path.span();
        if let Some(sets) = &work.sets {
            self.errors.at(sets.value.span(), "`sleep` gives nothing that could be kept: take the name out");
        }
        if let Some(tried) = work.tried {
            self.errors.at(tried, "`sleep` does not fail by itself: take the `try` out");
        }
        let (carry, _) = self.carried(&mut ends, reads_carried(pause), span);
        let point = self.point(Kind::Sleep(pause), scope, carry, 1, span);
        self.tie(&ends, point);
        (vec![End { from: Loose::Way(point, 0), carry: Carry::Nothing, bare: Bare::Nothing }], Some(point))
    }

    pub(super) fn block(&mut self, block: &'a ast::Block, mut ends: Ends<'a>, scope: Option<FrameId>) -> Ends<'a> {
        if let Some(chain) = &block.chain {
            return self.chain(chain, ends, scope);
        }
        // It passes on what it got, not what the arm around it bound.
        for end in &mut ends {
            end.bare = Bare::Carried;
        }
        ends
    }
}
