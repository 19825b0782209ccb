//! Forks: branches as closed regions, what they give, and where they join.

use super::{End, Ends, Loose, Lower, takes_carried};
use crate::{
    flow::PointId,
    grammar::{
        ast::{self, Chain, Each, Target, Work},
        program::{Bare, Carry, Fork, ForkId, ForkKind, FrameId, Kind, Origin, RegionId, Subject},
    },
};
use proc_macro2::Span;
use syn::{Expr, spanned::Spanned};

/// What a branch gives when it joins; nothing when it never does.
type Gives<'a> = Option<Subject<'a>>;

impl<'a> Lower<'a, '_> {
    pub(super) fn fork(
        &mut self,
        work: &'a Work,
        fork: &'a ast::Fork,
        ends: Ends<'a>,
        scope: Option<FrameId>,
        goes_on: bool,
    ) -> (Ends<'a>, PointId) {
        match fork {
            ast::Fork::Static(bracket, branches) => {
                if branches.is_empty() {
                    self.errors.lost_at(bracket.span.join(), "a fork without branches: write `[one(…), other(…)]`");
                }
                let branches = branches.iter().map(|chain| (chain, self.census.regions.of_chain(chain))).collect();
                self.all(work, branches, bracket.span.open(), ends, scope, goes_on)
            }
            ast::Fork::Each(each) => self.each(work, each, ends, scope),
            ast::Fork::First(keyword, branches) => self.first(work, branches, *keyword, ends, scope),
        }
    }

    /// A block that is tried, or guarded as a whole: a fork of one branch.
    pub(super) fn closed_block(
        &mut self,
        work: &'a Work,
        chain: &'a Chain,
        region: RegionId,
        ends: Ends<'a>,
        scope: Option<FrameId>,
        goes_on: bool,
    ) -> (Ends<'a>, PointId) {
        let span = match &work.kind {
            ast::WorkKind::Block(block) => block.brace.span.open(),
            _ => Span::call_site(),
        };
        self.all(work, vec![(chain, region)], span, ends, scope, goes_on)
    }

    fn fork_point(
        &mut self,
        mut ends: Ends<'a>,
        needed: bool,
        ways: usize,
        span: Span,
        scope: Option<FrameId>,
        fork: impl FnOnce(PointId) -> Fork<'a>,
    ) -> (ForkId, PointId, Carry<'a>, Bare) {
        let (carry, bare) = self.carried(&mut ends, needed, span);
        let id = self.program.forks.len();
        let point = self.point(Kind::Fork(id), scope, carry.clone(), ways, span);
        self.tie(&ends, point);
        self.program.forks.push(fork(point));
        (id, point, carry, bare)
    }

    /// Lowers a branch and gives what it joins with.
    fn branch(
        &mut self,
        fork: ForkId,
        region: RegionId,
        begin: (Carry<'a>, Bare, Option<FrameId>),
        span: Span,
        lower: impl FnOnce(&mut Self, Ends<'a>, Option<FrameId>) -> Ends<'a>,
    ) -> Gives<'a> {
        let outer = std::mem::replace(&mut self.region, region);
        let (carry, bare, scope) = begin;
        let entry = self.point(Kind::Enter(region), scope, carry.clone(), 1, span);
        let mut ends = lower(self, vec![End { from: Loose::Way(entry, 0), carry, bare }], scope);
        let gives = if ends.is_empty() {
            None
        } else {
            let carries = ends.iter().all(|end| matches!(end.carry, Carry::One(_)));
            let (carry, _) = self.carried(&mut ends, carries, span);
            let join = self.point(Kind::Join(region), scope, carry.clone(), 0, span);
            self.tie(&ends, join);
            self.program.regions[region].join = Some(join);
            match carry {
                Carry::One(subject) => Some(subject),
                Carry::Many(subjects) => Some(Subject::Tuple(subjects)),
                Carry::Nothing => Some(Subject::Tuple(Vec::new())),
            }
        };
        (self.program.regions[region].fork, self.program.regions[region].entry) = (Some(fork), entry);
        self.region = outer;
        gives
    }

    fn all(
        &mut self,
        work: &'a Work,
        branches: Vec<(&'a Chain, RegionId)>,
        span: Span,
        ends: Ends<'a>,
        scope: Option<FrameId>,
        goes_on: bool,
    ) -> (Ends<'a>, PointId) {
        let needed = branches.iter().any(|(chain, _)| takes_carried(&chain.targets[0]));
        let regions = branches.iter().map(|&(_, region)| region).collect();
        let tried = work.tried.is_some();
        let make = |point| Fork { point, kind: ForkKind::All, regions, tried, result: None };
        let (fork, point, carry, bare) = self.fork_point(ends, needed, 1, span, scope, make);
        let mut joins = tried;
        let mut gives = Vec::new();
        let mut leaves = false;
        for (chain, region) in branches {
            let begin = (carry.clone(), bare, scope);
            let given = self
                .branch(fork, region, begin, first_span(chain), |lower, ends, scope| lower.chain(chain, ends, scope));
            match given {
                Some(subject) => {
                    joins = true;
                    gives.push((subject, chain));
                }
                None => leaves = true,
            }
        }
        if !joins || (leaves && !tried) {
            return (Vec::new(), point);
        }
        let end = |carry| vec![End { from: Loose::Way(point, 0), carry, bare: Bare::Carried }];
        if tried {
            let given: Vec<Origin<'a>> = gives.iter().map(|(subject, _)| self.origin(subject)).collect();
            let origin =
                Origin::Tried(Box::new(if given.len() == 1 { given[0].clone() } else { Origin::Tuple(given) }));
            return (self.result(work, fork, origin, scope), point);
        }
        let named = work.sets.is_some();
        for (_, chain) in gives.iter().filter(|(subject, _)| matches!(subject, Subject::Expr(..)) && (named || goes_on))
        {
            // What a branch only computes has no type that could be written down behind it.
            self.errors.at(
                last_span(chain),
                "this branch gives an expression: give it a name, `name = (…)`, and a `let name: Type;`",
            );
        }
        // A branch that gives nothing has no part in what the fork gives.
        let gives_something = |subject: &Subject<'a>| match subject {
            Subject::Value(_) => true,
            Subject::Tuple(parts) => !parts.is_empty(),
            Subject::Expr(..) | Subject::Item(_) => false,
        };
        let subjects: Vec<Subject<'a>> =
            gives.into_iter().map(|(subject, _)| subject).filter(gives_something).collect();
        if !named {
            return (end(Carry::of(subjects)), point);
        }
        if let Some(sets) = work.sets.as_ref().filter(|sets| sets.appends.is_some() && subjects.len() > 1) {
            let carry = Carry::of(subjects.clone());
            let mut ends = end(carry.clone());
            for subject in subjects {
                let append = self.append(&sets.value, subject, &carry, false, scope);
                self.tie(&ends, append);
                ends = vec![End { from: Loose::Way(append, 0), carry: carry.clone(), bare: Bare::Carried }];
            }
            return (ends, point);
        }
        let whole = if subjects.len() == 1 { subjects[0].clone() } else { Subject::Tuple(subjects) };
        let out = end(Carry::One(whole));
        (self.setting(work, out, scope), point)
    }

    /// The ends of a fork that gives one value: a list, or what was tried.
    fn result(&mut self, work: &'a Work, fork: ForkId, origin: Origin<'a>, scope: Option<FrameId>) -> Ends<'a> {
        let point = self.program.forks[fork].point;
        let appends = work.sets.as_ref().filter(|sets| sets.appends.is_some());
        let known = origin.is_known();
        let value = match &work.sets {
            Some(sets) if sets.appends.is_none() => self.named_value(&sets.value, origin),
            _ => self.hidden("fork", origin),
        };
        self.program.forks[fork].result = Some(value);
        let from = Loose::Way(point, 0);
        let carry = Carry::One(Subject::Value(value));
        if let Some(sets) = appends {
            let all = !self.program.forks[fork].tried;
            let append = self.append(&sets.value, Subject::Value(value), &carry, all, scope);
            self.tie(&vec![End { from, carry: carry.clone(), bare: Bare::Carried }], append);
            return vec![End { from: Loose::Way(append, 0), carry, bare: Bare::Carried }];
        }
        let carry = if known || work.sets.is_some() { carry } else { Carry::Nothing };
        vec![End { from, carry, bare: Bare::Carried }]
    }

    fn each(&mut self, work: &'a Work, each: &'a Each, ends: Ends<'a>, scope: Option<FrameId>) -> (Ends<'a>, PointId) {
        let span = each.bracket.span.open();
        if let Some(Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(lit), .. })) = &each.at_once
            && lit.base10_digits() == "0"
        {
            self.errors.at(lit.span(), "`0 at once` never begins: write at least `1 at once`");
        }
        let region = self.census.regions.of_chain(&each.chain);
        let kind = ForkKind::Each { pat: &each.pat, frame: None, items: &each.items, at_once: each.at_once.as_ref() };
        let needed = super::reads_carried(&each.items) || each.at_once.as_ref().is_some_and(super::reads_carried);
        let tried = work.tried.is_some();
        let make = |point| Fork { point, kind, regions: vec![region], tried, result: None };
        let (fork, point, ..) = self.fork_point(ends, needed, 1, span, scope, make);
        let item = self.frame(&each.pat, &Subject::Item(fork), scope);
        if let ForkKind::Each { frame, .. } = &mut self.program.forks[fork].kind {
            *frame = item;
        }
        let begin = (Carry::Nothing, item.map_or(Bare::Nothing, Bare::Bindings), item.or(scope));
        let gives = self.branch(fork, region, begin, first_span(&each.chain), |lower, ends, scope| {
            lower.chain(&each.chain, ends, scope)
        });
        let items = gives.map_or(Origin::Tuple(Vec::new()), |subject| self.origin(&subject));
        let list = Origin::List(Box::new(items));
        let origin = if tried { Origin::Tried(Box::new(list)) } else { list };
        (self.result(work, fork, origin, scope), point)
    }

    fn first(
        &mut self,
        work: &'a Work,
        branches: &'a [(Work, Option<Chain>)],
        keyword: Span,
        ends: Ends<'a>,
        scope: Option<FrameId>,
    ) -> (Ends<'a>, PointId) {
        if branches.is_empty() {
            self.errors.lost_at(keyword, "`first` without branches: write `first { one(…), other(…) => … }`");
        }
        if let Some(tried) = work.tried {
            self.errors
                .at(tried, "`try first` hides which of them came first: put it into a block, `try { first { … } }`");
        }
        let regions: Vec<RegionId> = branches.iter().map(|(work, _)| self.census.regions.of_work(work)).collect();
        let inner = regions.clone();
        let make = |point| Fork { point, kind: ForkKind::First, regions, tried: false, result: None };
        let (fork, point, carry, bare) = self.fork_point(ends, true, branches.len(), keyword, scope, make);
        let mut out = Vec::new();
        for (way, ((branch, chain), region)) in branches.iter().zip(inner).enumerate() {
            if let Some(tried) = branch.tried {
                self.errors.at(
                    tried,
                    "a branch of `first` that is tried always succeeds: take the `try` out, a branch that fails loses",
                );
            }
            let begin = (carry.clone(), bare, scope);
            let gives = self.branch(fork, region, begin, work_span(branch), |lower, ends, scope| {
                lower.work(branch, false, ends, scope, false).0
            });
            let carry = match gives {
                // It leaves the workflow and never wins.
                None if chain.is_none() => continue,
                Some(subject @ Subject::Value(_)) => Carry::One(subject),
                _ => Carry::Nothing,
            };
            let end = vec![End { from: Loose::Way(point, way), carry, bare: Bare::Carried }];
            out.extend(match chain {
                Some(chain) => self.chain(chain, end, scope),
                None => end,
            });
        }
        (self.setting(work, out, scope), point)
    }
}

fn first_span(chain: &Chain) -> Span {
    chain.targets.first().map_or_else(Span::call_site, target_span)
}

fn last_span(chain: &Chain) -> Span {
    chain.targets.last().map_or_else(Span::call_site, target_span)
}

fn target_span(target: &Target) -> Span {
    match target {
        Target::Work(work, _) => work_span(work),
        Target::Route(ast::Route::Match(route)) => route.keyword,
        Target::Route(ast::Route::If(route)) => route.keyword,
        Target::Exit(exit) => exit.keyword.span(),
    }
}

fn work_span(work: &Work) -> Span {
    match &work.kind {
        ast::WorkKind::Call(call) => call.path.span(),
        ast::WorkKind::Fork(ast::Fork::Static(bracket, _)) => bracket.span.open(),
        ast::WorkKind::Fork(ast::Fork::Each(each)) => each.bracket.span.open(),
        ast::WorkKind::Fork(ast::Fork::First(keyword, _)) => *keyword,
        ast::WorkKind::Block(block) => block.brace.span.open(),
        ast::WorkKind::Expr(_, expr) => expr.span(),
    }
}
