//! What each point reads, with the token that does, and the control flow that follows from it.

use super::{
    names::{Name, Names, Use, rewrite, single},
    program::{Bare, Carry, FrameId, Kind, Meaning, Program, Subject, ValueId},
    text::text,
};
use crate::flow::{Counter, Flow, Max, Per, Point, PointId, VarId, Way};
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
            // As many values as a workflow has inputs are one only when it has one.
            Name::Carried(span) => match (self.carry, self.program.ast.inputs.len()) {
                (Carry::Inputs, 0) => self.carried(&Carry::Nothing, span),
                (Carry::Inputs, 2..) => {
                    self.refused.push((span, "`start` carries all of the inputs: name the one this takes".to_owned()));
                }
                _ => self.carried(self.carry, span),
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
            Carry::Inputs => {
                let inputs = 0..self.program.ast.inputs.len();
                self.found.extend(inputs.map(|var| Read { var, span }));
            }
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
        Kind::Start | Kind::Pass => {}
        Kind::Call(_, call, bare) => match &call.args {
            Some((_, args)) => args.iter().for_each(|arg| reader.expr(arg)),
            None => reader.bare(*bare),
        },
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

/// The values a point sets.
#[must_use]
pub fn sets(program: &Program<'_>, point: PointId) -> Vec<ValueId> {
    match &program.points[point].kind {
        Kind::Start => {
            let inputs = 0..program.ast.inputs.len();
            let lets = program.ast.lets.iter().filter(|item| item.init.is_some());
            let lets = lets.filter_map(|item| program.values.iter().position(|value| value.name == item.name));
            inputs.chain(lets).collect()
        }
        Kind::Call(node, ..) => program.nodes[*node].sets.clone(),
        Kind::Set(value, _) => vec![*value],
        _ => Vec::new(),
    }
}

/// The control flow, for the checks: variables are the values and, behind them, the frames.
#[must_use]
pub fn flow(program: &Program<'_>) -> Flow {
    let stand_on: Vec<BTreeSet<ValueId>> =
        (0..program.frames.len()).map(|frame| frame_values(program, frame)).collect();
    let points = (0..program.points.len()).map(|point| {
        let sets = sets(program, point);
        let shaken = |values: &BTreeSet<ValueId>| sets.iter().any(|value| values.contains(value));
        let frames = (0..program.frames.len()).filter(|&frame| shaken(&stand_on[frame]));
        let kind = &program.points[point].kind;
        let way = |(index, to): (usize, PointId)| Way {
            to,
            sets: match kind {
                Kind::Match { arms, .. } => {
                    arms.get(index).and_then(|arm| arm.2).map(|frame| program.frame_var(frame)).into_iter().collect()
                }
                _ => Vec::new(),
            },
            bound: match kind {
                Kind::Bound(counter) if index == 0 => Some(*counter),
                _ => None,
            },
        };
        Point {
            node: if let Kind::Call(node, ..) = kind { Some(*node) } else { None },
            reads: of_point(program, point).0.iter().map(|read| read.var).collect(),
            clears: frames.map(|frame| program.frame_var(frame)).collect(),
            ways: program.ways(point).into_iter().enumerate().map(way).collect(),
            sets,
        }
    });
    Flow { points: points.collect(), counters: counters(program) }
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

/// The control flow, for liveness: variables are the values and, behind them, the counters.
#[must_use]
pub fn live_flow(program: &Program<'_>, flow: &Flow) -> Flow {
    let count = program.values.len();
    let mut live = flow.clone();
    for (point, at) in live.points.iter_mut().enumerate() {
        at.reads = values(program, at.reads.iter().copied()).into_iter().collect();
        at.clears.clear();
        at.ways.iter_mut().for_each(|way| way.sets.clear());
        match program.points[point].kind {
            Kind::Bound(counter) => at.reads.push(count + counter),
            // A visit starts the counts anew that are kept per this node; the start begins them all.
            Kind::Call(node, ..) => at.sets.extend(
                (0..program.counters.len())
                    .filter(|&counter| program.counters[counter].per == Some(node))
                    .map(|counter| count + counter),
            ),
            Kind::Start => at.sets.extend((0..program.counters.len()).map(|counter| count + counter)),
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
        Kind::Set(_, Subject::Expr(expr, ..)) | Kind::End(Some(expr), _) | Kind::Fail(expr) | Kind::If(expr) => {
            unknown(expr).into_iter().collect()
        }
        Kind::Match { on: Subject::Expr(expr, ..), .. } => unknown(expr).into_iter().collect(),
        _ => Vec::new(),
    }
}
