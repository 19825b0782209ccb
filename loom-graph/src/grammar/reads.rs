//! What each point reads, with the token that does, and the control flow that follows from it.

use super::{
    names::{Name, Names, Use, rewrite, single},
    program::{Bare, Carry, ForkId, ForkKind, FrameId, Guard, Kind, Meaning, Program, RegionId, Subject, ValueId},
    text::text,
};
use crate::flow::{Counter, Flow, Max, Per, Point, PointId, VarId, Way, assign};
use proc_macro2::{Ident, Span};
use std::collections::BTreeSet;
use syn::Expr;

/// A read of a variable.
#[derive(Debug, Clone, Copy)]
pub struct Read {
    /// What is read.
    pub var: VarId,
    /// The token that reads it.
    pub span: Span,
}

/// Collects the reads of expressions, and what expressions cannot do.
struct Reader<'p, 'a> {
    program: &'p Program<'a>,
    scope: Option<FrameId>,
    carry: &'p Carry<'a>,
    span: Span,
    found: Vec<Read>,
    refused: Vec<(Span, String)>,
}

impl Names for Reader<'_, '_> {
    fn knows(&self, name: &Ident) -> bool {
        self.program.resolve(self.scope, name).is_some()
    }

    fn read(&mut self, name: Name<'_>, _: Use) -> Option<Expr> {
        match name {
            Name::Named(name) => {
                let var = match self.program.resolve(self.scope, name)? {
                    Meaning::Value(value) => value,
                    Meaning::Binding(frame) => self.program.frame_var(frame),
                };
                self.found.push(Read { var, span: name.span() });
            }
            Name::Carried(span) => match self.carry {
                Carry::Many(subjects) => {
                    let many = subjects.len();
                    self.refused.push((span, format!("the edge carries {many} values here: name the one this takes")));
                }
                carry => self.carried(carry, span),
            },
        }
        None
    }

    fn again(&self, place: Expr) -> Expr {
        place
    }

    fn refuse(&mut self, span: Span, what: &str) {
        self.refused.push((
            span,
            format!("{what} cannot stand in an expression of a graph: it only computes. What waits or fails is a step"),
        ));
    }
}

impl<'p, 'a> Reader<'p, 'a> {
    fn new(program: &'p Program<'a>, point: PointId) -> Self {
        let at = &program.points[point];
        Reader { program, scope: at.scope, carry: &at.carry, span: at.span, found: Vec::new(), refused: Vec::new() }
    }

    fn expr(&mut self, expr: &Expr) {
        rewrite(expr, Use::Value, self);
    }

    fn carried(&mut self, carry: &'p Carry<'a>, span: Span) {
        match carry {
            Carry::Nothing => {
                self.refused.push((span, "no edge carries anything here: name what this takes".to_owned()));
            }
            Carry::One(subject) => self.subject(subject, span),
            Carry::Many(subjects) => subjects.iter().for_each(|subject| self.subject(subject, span)),
        }
    }

    fn subject(&mut self, subject: &'p Subject<'a>, span: Span) {
        match subject {
            Subject::Value(value) => self.found.push(Read { var: *value, span }),
            Subject::Expr(expr, scope, carry) => {
                let before = (self.scope, self.carry);
                (self.scope, self.carry) = (*scope, carry);
                self.expr(expr);
                (self.scope, self.carry) = before;
            }
            // Its branch holds it for as long as it runs.
            Subject::Item(_) => {}
            Subject::Tuple(parts) => parts.iter().for_each(|part| self.subject(part, span)),
        }
    }

    fn bare(&mut self, bare: Bare) {
        match bare {
            Bare::Carried if matches!(self.carry, Carry::Nothing) => {}
            Bare::Carried => self.carried(self.carry, self.span),
            Bare::Bindings(frame) => {
                self.found.push(Read { var: self.program.frame_var(frame), span: self.span });
            }
            Bare::Nothing => {}
        }
    }
}

/// What a point reads and what its expressions cannot do.
#[must_use]
pub fn of_point(program: &Program<'_>, point: PointId) -> (Vec<Read>, Vec<(Span, String)>) {
    let mut reader = Reader::new(program, point);
    match &program.points[point].kind {
        Kind::Start | Kind::Pass | Kind::Enter(_) => {}
        Kind::Fork(fork) => {
            if let ForkKind::Each { items, at_once, .. } = &program.forks[*fork].kind {
                reader.expr(items);
                if let Some(number) = at_once {
                    reader.expr(number);
                }
            }
        }
        Kind::Join(region) => {
            let carry = &program.points[point].carry;
            // A branch that ends in what gives nothing, as a wait does, gives `()`.
            if program.gives_one(*region) && !matches!(carry, Carry::Nothing) {
                reader.carried(carry, program.points[point].span);
            }
        }
        Kind::Call(_, call, bare) => match &call.args {
            Some((_, args)) => args.iter().for_each(|arg| reader.expr(arg)),
            None => reader.bare(*bare),
        },
        Kind::Append(list, subject, _) => {
            reader.subject(subject, program.points[point].span);
            reader.found.push(Read { var: *list, span: program.points[point].span });
        }
        Kind::Sleep(pause) => reader.expr(pause),
        Kind::Set(_, subject) => reader.subject(subject, program.points[point].span),
        Kind::Match { on, arms, keyword, .. } => {
            reader.subject(on, *keyword);
            for (_, guard, frame) in arms {
                if let Some(guard) = guard {
                    let own = frame.map(|frame| program.frame_var(frame));
                    let first = reader.found.len();
                    let scope = std::mem::replace(&mut reader.scope, frame.or(program.points[point].scope));
                    reader.expr(guard);
                    reader.scope = scope;
                    // The arm's own bindings are set by the pattern before its guard looks at them.
                    let mut index = first;
                    while index < reader.found.len() {
                        if Some(reader.found[index].var) == own {
                            reader.found.swap_remove(index);
                        } else {
                            index += 1;
                        }
                    }
                }
            }
        }
        Kind::If(cond) => reader.expr(cond),
        Kind::Bound(counter) => {
            let scope = std::mem::replace(&mut reader.scope, program.counters[*counter].scope);
            reader.expr(&program.counters[*counter].ast.max);
            reader.scope = scope;
        }
        Kind::End(Some(expr), _) | Kind::Fail(expr) => reader.expr(expr),
        Kind::End(None, bare) => reader.bare(*bare),
    }
    if let Some(list) = appended(program, point) {
        reader.found.push(Read { var: list, span: program.points[point].span });
    }
    (reader.found, reader.refused)
}

/// The reads of what a `let` is set to.
#[must_use]
pub fn of_init(program: &Program<'_>, init: &Expr) -> (Vec<Read>, Vec<(Span, String)>) {
    let mut reader = Reader::new(program, 0);
    reader.expr(init);
    (reader.found, reader.refused)
}

/// The values that must stand for a frame's bindings to be had again.
#[must_use]
pub fn frame_values(program: &Program<'_>, frame: FrameId) -> BTreeSet<ValueId> {
    let mut reader = Reader::new(program, 0);
    reader.subject(&program.frames[frame].on, Span::call_site());
    values(program, reader.found.iter().map(|read| read.var))
}

/// Variables with each frame replaced by the values that it stands on.
pub fn values(program: &Program<'_>, vars: impl IntoIterator<Item = VarId>) -> BTreeSet<ValueId> {
    let count = program.values.len();
    let mut found = BTreeSet::new();
    for var in vars {
        if var < count {
            found.insert(var);
        } else {
            found.extend(frame_values(program, var - count));
        }
    }
    found
}

/// The values that are set behind a point where its first way is taken.
#[must_use]
pub fn sets(program: &Program<'_>, point: PointId) -> Vec<ValueId> {
    match &program.points[point].kind {
        Kind::Start => {
            let inputs = 0..program.ast.inputs.len();
            let lets = program.ast.lets.iter().filter(|item| item.init.is_some());
            let lets = lets.filter_map(|item| program.values.iter().position(|value| value.name == item.name));
            inputs.chain(lets).chain(program.lists.iter().copied()).collect()
        }
        Kind::Call(node, ..) => program.nodes[*node].sets.clone(),
        Kind::Set(value, _) => vec![*value],
        Kind::Fork(fork) => program.forks[*fork].result.into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The list that a point appends to.
#[must_use]
pub fn appended(program: &Program<'_>, point: PointId) -> Option<ValueId> {
    match &program.points[point].kind {
        Kind::Call(node, ..) => program.nodes[*node].appends,
        Kind::Append(list, ..) => Some(*list),
        _ => None,
    }
}

/// The values that a point changes: those it sets, its guards' failures included, and the list it appends to.
#[must_use]
pub fn changes(program: &Program<'_>, point: PointId) -> Vec<ValueId> {
    let failures = program.points[point].guards.iter().filter_map(|guard| match guard {
        Guard::Catch { value, .. } => Some(*value),
        Guard::Within { .. } => None,
    });
    let set = sets(program, point);
    set.into_iter().chain(failures).chain(appended(program, point)).collect()
}

/// The values that are changed in a region, the branches within it included.
#[must_use]
pub fn changed_in(program: &Program<'_>, region: RegionId) -> BTreeSet<ValueId> {
    let points = (0..program.points.len()).filter(|&point| program.is_within(program.points[point].region, region));
    points.flat_map(|point| changes(program, point)).collect()
}

/// The control flow, for the checks: variables are the values, then the frames, then what requirements ask for.
///
/// The branches of a fork stand side by side: a way leads from the fork into each, and from where a branch joins a way
/// leads on that sets what its siblings set by then, for they have all joined.
#[must_use]
pub fn flow(program: &Program<'_>) -> Flow {
    let stand_on: Vec<BTreeSet<ValueId>> =
        (0..program.frames.len()).map(|frame| frame_values(program, frame)).collect();
    let shaken = |sets: &[VarId]| -> Vec<VarId> {
        let on = |frame: &FrameId| sets.iter().any(|value| stand_on[*frame].contains(value));
        (0..program.frames.len()).filter(on).map(|frame| program.frame_var(frame)).collect()
    };
    let points = (0..program.points.len()).map(|point| {
        let at = &program.points[point];
        let mut ways = Vec::new();
        for index in 0..at.ways.len() {
            let Some(to) = program.way(point, index) else { continue };
            let sets = way_sets(program, point, index);
            let clears = shaken(&sets);
            let bound = match at.kind {
                Kind::Bound(counter) if index == 0 => Some(counter),
                _ => None,
            };
            // Of a fork, only its guards lead on from where it stands; its branches lead to where it goes on.
            let joins = matches!(at.kind, Kind::Fork(fork) if index < program.joined_ways(fork));
            if !joins {
                ways.push(Way { to, sets, clears, bound });
            }
        }
        if let Kind::Fork(fork) = at.kind {
            ways.extend(fork_ways(program, fork));
        }
        Point {
            node: if let Kind::Call(node, ..) = at.kind { Some(node) } else { None },
            reads: of_point(program, point).0.iter().map(|read| read.var).collect(),
            clears: shaken(appended(program, point).as_slice()),
            sets: appended(program, point).into_iter().collect(),
            ways,
        }
    });
    let mut flow = Flow { points: points.collect(), counters: counters(program) };
    super::require::facts(program, &mut flow);
    // A fork within another comes behind it, so it is joined first.
    for fork in (0..program.forks.len()).rev() {
        join(program, &mut flow, fork, &shaken);
    }
    flow
}

fn way_sets(program: &Program<'_>, point: PointId, way: usize) -> Vec<VarId> {
    let at = &program.points[point];
    if let Kind::Match { arms, .. } = &at.kind {
        let frame = arms.get(way).and_then(|arm| arm.2);
        return frame.map(|frame| program.frame_var(frame)).into_iter().collect();
    }
    match at.guard(way) {
        Some(Guard::Within { .. }) => Vec::new(),
        Some(Guard::Catch { value, frame, .. }) => {
            std::iter::once(*value).chain(frame.map(|frame| program.frame_var(frame))).collect()
        }
        None => sets(program, point),
    }
}

/// The ways from a fork: into its branches, and past them where there is no item, or where one fails that is tried.
fn fork_ways(program: &Program<'_>, id: ForkId) -> Vec<Way> {
    let fork = &program.forks[id];
    let frame = match fork.kind {
        ForkKind::Each { frame, .. } => frame.map(|frame| program.frame_var(frame)),
        _ => None,
    };
    let into = fork.regions.iter().map(|&region| Way {
        to: program.regions[region].entry,
        sets: frame.into_iter().collect(),
        ..Way::default()
    });
    let past = fork.tried || matches!(fork.kind, ForkKind::Each { .. });
    let past = program.way(fork.point, 0).filter(|_| past);
    let past = past.map(|to| Way { to, sets: fork.result.into_iter().collect(), ..Way::default() });
    into.chain(past).collect()
}

fn join(program: &Program<'_>, flow: &mut Flow, id: ForkId, shaken: &dyn Fn(&[VarId]) -> Vec<VarId>) {
    let fork = &program.forks[id];
    let result: Vec<VarId> = fork.result.into_iter().collect();
    let joins = |region: RegionId| program.regions[region].join;
    if matches!(fork.kind, ForkKind::First) {
        for (way, &region) in fork.regions.iter().enumerate() {
            if let (Some(join), Some(to)) = (joins(region), program.way(fork.point, way)) {
                flow.points[join].ways.push(Way { to, ..Way::default() });
            }
        }
        return;
    }
    let Some(to) = program.way(fork.point, 0) else { return };
    let set: Vec<Vec<VarId>> = fork
        .regions
        .iter()
        .map(|&region| {
            joins(region).map_or_else(Vec::new, |join| assign::set_between(flow, program.regions[region].entry, join))
        })
        .collect();
    for (index, join) in fork.regions.iter().enumerate().filter_map(|(index, &region)| Some((index, joins(region)?))) {
        let siblings = set.iter().enumerate().filter(|(other, _)| *other != index).flat_map(|(_, vars)| vars);
        let mut sets: Vec<VarId> = siblings.copied().chain(result.iter().copied()).collect();
        sets.sort_unstable();
        sets.dedup();
        let mut clears = shaken(&sets);
        // What a sibling's arms bind is not there behind them.
        sets.retain(|&var| !(program.values.len()..program.values.len() + program.frames.len()).contains(&var));
        clears.retain(|var| !sets.contains(var));
        flow.points[join].ways.push(Way { to, sets, clears, bound: None });
    }
}

fn counters(program: &Program<'_>) -> Vec<Counter> {
    let counter = |counter: &super::program::Counter<'_>| Counter {
        max: match &counter.ast.max {
            Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(lit), .. }) => match lit.base10_parse() {
                Ok(number) => Max::Number(number),
                Err(_) => Max::Expression(text(lit)),
            },
            expr => Max::Expression(text(expr)),
        },
        per: match (&counter.ast.per, counter.per) {
            (_, Some(node)) => Per::Node(node),
            (Some(_), None) => Per::Run,
            (None, None) => Per::Unsaid,
        },
    };
    program.counters.iter().map(counter).collect()
}

/// The control flow, for loops: what is in a branch leads to nothing outside of it, for each stay in a branch is one step
/// of the loop around it, and counts by itself.
#[must_use]
pub fn loop_flow(program: &Program<'_>, flow: &Flow) -> Flow {
    let mut closed = flow.clone();
    for (point, at) in program.points.iter().enumerate() {
        match at.kind {
            Kind::Fork(fork) => {
                let entries = program.forks[fork].regions.iter().map(|&region| program.regions[region].entry);
                let ways = program.ways(point).into_iter().chain(entries);
                closed.points[point].ways = ways.map(|to| Way { to, ..Way::default() }).collect();
            }
            Kind::Join(_) => closed.points[point].ways.clear(),
            _ => {}
        }
    }
    closed
}

/// The control flow, for liveness: variables are the values and, behind them, the counters.
#[must_use]
pub fn live_flow(program: &Program<'_>, flow: &Flow) -> Flow {
    let count = program.values.len();
    let mut live = flow.clone();
    for (point, at) in live.points.iter_mut().enumerate() {
        let read = at.reads.iter().copied().filter(|&var| var < count + program.frames.len());
        at.reads = values(program, read).into_iter().collect();
        at.sets.clear();
        at.clears.clear();
        for way in &mut at.ways {
            way.sets.retain(|&var| var < count);
            way.clears.clear();
        }
        let within = |region: RegionId| {
            let counters = program.counters.iter().enumerate();
            counters.filter(move |(_, item)| item.region == region).map(|(counter, _)| count + counter)
        };
        match program.points[point].kind {
            Kind::Bound(counter) => at.reads.push(count + counter),
            // A visit starts the counts anew that are kept per this node; a region begins its own.
            Kind::Call(node, ..) => at.sets.extend(
                (0..program.counters.len())
                    .filter(|&counter| program.counters[counter].per == Some(node))
                    .map(|counter| count + counter),
            ),
            Kind::Start => at.sets.extend(within(0)),
            Kind::Enter(region) => at.sets.extend(within(region)),
            _ => {}
        }
    }
    live
}

/// The single names that stand where a value must stand and that nothing in the workflow sets.
#[must_use]
pub fn unknown<'a>(program: &Program<'a>, point: PointId) -> Vec<&'a Ident> {
    let at = &program.points[point];
    let unknown = |expr: &'a Expr| {
        single(expr).filter(|name| {
            let lower = name.to_string().starts_with(|c: char| c.is_lowercase() || c == '_');
            lower && program.resolve(at.scope, name).is_none()
        })
    };
    match &at.kind {
        Kind::Call(_, call, _) => match &call.args {
            Some((_, args)) => args.iter().filter_map(unknown).collect(),
            None => Vec::new(),
        },
        Kind::Set(_, Subject::Expr(expr, ..))
        | Kind::Append(_, Subject::Expr(expr, ..), _)
        | Kind::Sleep(expr)
        | Kind::End(Some(expr), _)
        | Kind::Fail(expr)
        | Kind::If(expr)
        | Kind::Match { on: Subject::Expr(expr, ..), .. } => unknown(expr).into_iter().collect(),
        Kind::Fork(fork) => match &program.forks[*fork].kind {
            ForkKind::Each { items, at_once, .. } => {
                std::iter::once(*items).chain(*at_once).filter_map(unknown).collect()
            }
            ForkKind::All | ForkKind::First => Vec::new(),
        },
        _ => Vec::new(),
    }
}
