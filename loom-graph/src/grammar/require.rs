//! Requirements as facts of the flow: what must have happened is set where it happens and read where it is needed, so
//! that the way around it is found as an unset read is.

use super::{
    ast,
    names::single,
    program::{ForkId, ForkKind, Kind, Meaning, Program, RegionId, Rule, Subject, ValueId},
    reads,
    text::text,
};
use crate::flow::{Flow, NodeId, PointId, VarId, Way, reach, scc::components};
use proc_macro2::Ident;
use syn::{Expr, ExprUnary, Pat, UnOp};

/// The fact of a requirement.
#[must_use]
pub fn fact(program: &Program<'_>, rule: usize) -> VarId {
    program.values.len() + program.frames.len() + rule
}

/// The requirement of a fact.
#[must_use]
pub fn rule_of(program: &Program<'_>, var: VarId) -> Option<usize> {
    var.checked_sub(program.values.len() + program.frames.len())
}

/// Adds the facts of all requirements to a flow.
pub fn facts(program: &Program<'_>, flow: &mut Flow) {
    for (index, rule) in program.rules.iter().enumerate() {
        let ast::Rule::Before { is, .. } = &rule.ast.rule else { continue };
        let fact = fact(program, index);
        for (point, at) in program.points.iter().enumerate() {
            match &at.kind {
                Kind::Call(node, ..) => {
                    if rule.before.contains(node) {
                        flow.points[point].reads.push(fact);
                    }
                    match is {
                        // The failure of a tried call is no visit that was completed, and only a route can tell it.
                        None if rule.of.contains(node) && !program.nodes[*node].tried => {
                            flow.points[point].ways.iter_mut().take(1).for_each(|way| way.sets.push(fact));
                        }
                        // Who is asked again has not answered yet.
                        Some(_) if rule.of.contains(node) => flow.points[point].clears.push(fact),
                        _ => {}
                    }
                }
                Kind::Fork(fork) if is.is_some() => asked_within(program, flow, rule, *fork, fact),
                Kind::End(..) if rule.before.is_empty() => flow.points[point].reads.push(fact),
                Kind::Match { on, arms, .. } => {
                    let Some(is) = is else { continue };
                    if matched(program, rule, at.scope, on) {
                        for (way, (pat, ..)) in arms.iter().enumerate() {
                            if refines(pat, is) {
                                flow.points[point].ways[way].sets.push(fact);
                            }
                        }
                    }
                }
                Kind::If(cond) => {
                    let (cond, holds) = match cond {
                        Expr::Unary(ExprUnary { op: UnOp::Not(_), expr, .. }) => (&**expr, 1),
                        cond => (*cond, 0),
                    };
                    let way = match is.as_ref().map(text).as_deref() {
                        Some("true") => holds,
                        Some("false") => 1 - holds,
                        _ => continue,
                    };
                    if single(cond).is_some_and(|name| answer(program, rule, at.scope, name)) {
                        flow.points[point].ways[way].sets.push(fact);
                    }
                }
                _ => {}
            }
        }
    }
}

/// Who was asked again in a branch has not answered where its fork goes on without it.
fn asked_within(program: &Program<'_>, flow: &mut Flow, rule: &Rule<'_>, id: ForkId, fact: VarId) {
    let fork = &program.forks[id];
    let asks = |&region: &RegionId| rule.of.iter().any(|&node| program.is_within(program.nodes[node].region, region));
    if !fork.regions.iter().any(asks) {
        return;
    }
    // The ways of its guards come before those into its branches, and the one past them behind.
    let into = |way: &Way| fork.regions.iter().any(|&region| program.regions[region].entry == way.to);
    let ways = &mut flow.points[fork.point].ways;
    // While one branch asks again, what was answered before holds in no other.
    for way in ways.iter_mut() {
        let Some(own) = fork.regions.iter().position(|&region| program.regions[region].entry == way.to) else {
            continue;
        };
        let beside = fork.regions.iter().enumerate().filter(|(other, _)| *other != own).any(|(_, region)| asks(region));
        if beside || matches!(fork.kind, ForkKind::Each { .. }) {
            way.clears.push(fact);
        }
    }
    let begin = ways.iter().position(into).unwrap_or(ways.len());
    let fails = |(way, _): &(usize, &mut Way)| *way < begin || fork.tried;
    for (_, way) in ways.iter_mut().enumerate().filter(fails).filter(|(_, way)| !into(way)) {
        way.clears.push(fact);
    }
    if let ForkKind::First = fork.kind {
        for &region in &fork.regions {
            let others = fork.regions.iter().filter(|&&other| other != region);
            if let (Some(join), true) = (program.regions[region].join, others.into_iter().any(asks)) {
                flow.points[join].clears.push(fact);
            }
        }
    }
}

/// Whether a route looks at the answer of one of the required nodes.
fn matched(program: &Program<'_>, rule: &Rule<'_>, scope: Option<usize>, on: &Subject<'_>) -> bool {
    match on {
        Subject::Value(value) => is_answer(program, rule, *value),
        Subject::Expr(expr, ..) => single(expr).is_some_and(|name| answer(program, rule, scope, name)),
        Subject::Item(_) | Subject::Tuple(_) => false,
    }
}

/// Whether a name is the answer of one of the required nodes.
fn answer(program: &Program<'_>, rule: &Rule<'_>, scope: Option<usize>, name: &Ident) -> bool {
    matches!(program.resolve(scope, name), Some(Meaning::Value(value)) if is_answer(program, rule, value))
}

fn is_answer(program: &Program<'_>, rule: &Rule<'_>, value: ValueId) -> bool {
    let answered = |value: ValueId| rule.of.iter().any(|&node| program.nodes[node].sets.contains(&value));
    answered(value) && is_alone(program, rule, value)
}

/// The value of required nodes that something else sets too: what stands in it then is no answer of theirs.
pub fn shared(program: &Program<'_>, rule: &Rule<'_>) -> Option<ValueId> {
    if !matches!(rule.ast.rule, ast::Rule::Before { is: Some(_), .. }) {
        return None;
    }
    rule.of.iter().map(|&node| program.nodes[node].sets[0]).find(|&value| !is_alone(program, rule, value))
}

/// Whether nothing but the required nodes sets a value: no other node, no expression, and not the start.
fn is_alone(program: &Program<'_>, rule: &Rule<'_>, value: ValueId) -> bool {
    let others = program.nodes.iter().enumerate().filter(|(node, _)| !rule.of.contains(node));
    let mut points = (0..program.points.len()).filter(|&point| !matches!(program.points[point].kind, Kind::Call(..)));
    others.into_iter().all(|(_, other)| !other.sets.contains(&value) && other.appends != Some(value))
        && points.all(|point| !reads::changes(program, point).contains(&value))
}

/// Whether all that one pattern takes the other takes too.
fn refines(pat: &Pat, is: &Pat) -> bool {
    match (pat, is) {
        (_, Pat::Wild(_)) => true,
        (_, Pat::Paren(is)) => refines(pat, &is.pat),
        (Pat::Paren(pat), _) => refines(&pat.pat, is),
        (Pat::Or(pat), _) => pat.cases.iter().all(|case| refines(case, is)),
        (_, Pat::Or(is)) => is.cases.iter().any(|case| refines(pat, case)),
        (Pat::Ident(pat), _) if pat.subpat.is_some() => pat.subpat.iter().all(|(_, inner)| refines(inner, is)),
        (_, Pat::Ident(is))
            if is.subpat.is_none() && is.ident.to_string().starts_with(|c: char| c.is_lowercase() || c == '_') =>
        {
            true
        }
        (Pat::TupleStruct(pat), Pat::TupleStruct(is)) => {
            text(&pat.path) == text(&is.path) && parts(&pat.elems, &is.elems)
        }
        (Pat::Tuple(pat), Pat::Tuple(is)) => parts(&pat.elems, &is.elems),
        (Pat::Struct(pat), Pat::Struct(is)) => {
            let field = |field: &syn::FieldPat| {
                pat.fields
                    .iter()
                    .find(|other| other.member == field.member)
                    .is_some_and(|other| refines(&other.pat, &field.pat))
            };
            text(&pat.path) == text(&is.path)
                && is.fields.iter().all(|item| field(item) || matches!(*item.pat, Pat::Wild(_)))
        }
        _ => text(pat) == text(is),
    }
}

fn parts<'p>(pats: impl IntoIterator<Item = &'p Pat>, are: impl IntoIterator<Item = &'p Pat>) -> bool {
    let (mut pats, mut are) = (pats.into_iter(), are.into_iter());
    loop {
        match (pats.next(), are.next()) {
            (None, None) | (_, Some(Pat::Rest(_))) => return true,
            (Some(pat), Some(is)) if refines(pat, is) => {}
            _ => return false,
        }
    }
}

/// Why a node could be visited twice.
pub enum Twice {
    /// It stands on this loop.
    Loop(Vec<PointId>),
    /// It stands in a branch that runs for each item.
    Items(NodeId),
    /// Two branches visit it at the same time.
    Branches,
    /// It stands twice on this way.
    Way(Vec<PointId>),
}

/// How the nodes of a requirement could be visited more than once.
#[must_use]
pub fn twice(program: &Program<'_>, flow: &Flow, rule: &Rule<'_>) -> Option<Twice> {
    let reached = reach::reached(flow);
    let calls: Vec<PointId> = rule
        .of
        .iter()
        .flat_map(|&node| program.nodes[node].calls.iter().copied())
        .filter(|&point| reached[point])
        .collect();
    for &node in &rule.of {
        if program.regions_from(program.nodes[node].region).any(|region| program.is_for_items(region)) {
            return Some(Twice::Items(node));
        }
    }
    let flow = &with_dropped(program, flow);
    let points: Vec<PointId> = (0..flow.points.len()).filter(|&point| reached[point]).collect();
    for component in components(&points, |point| flow.points[point].ways.iter().map(|way| way.to)) {
        if let Some(&call) = calls.iter().find(|call| component.contains(call))
            && let Some(mut cycle) = reach::way_between(flow, call, call)
        {
            cycle.pop();
            return Some(Twice::Loop(cycle));
        }
    }
    for (index, &one) in calls.iter().enumerate() {
        for &other in &calls[index + 1..] {
            if at_once(program, one, other) {
                return Some(Twice::Branches);
            }
            for (from, to) in [(one, other), (other, one)] {
                if let (Some(mut way), Some(on)) =
                    (reach::way_between(flow, 0, from), reach::way_between(flow, from, to))
                {
                    way.extend(on.into_iter().skip(1));
                    return Some(Twice::Way(way));
                }
            }
        }
    }
    None
}

/// The flow with a way from all that stands in a branch to where its fork goes on without it: when another branch has
/// won, when its time is up, or when a failure is caught. What was done in it was done.
fn with_dropped(program: &Program<'_>, flow: &Flow) -> Flow {
    let mut flow = flow.clone();
    for (id, fork) in program.forks.iter().enumerate() {
        let joined = program.joined_ways(id);
        for (index, &region) in fork.regions.iter().enumerate() {
            let without =
                |&way: &usize| way >= joined || fork.tried || (matches!(fork.kind, ForkKind::First) && way != index);
            let ways = (0..program.points[fork.point].ways.len()).filter(without);
            let ways: Vec<PointId> = ways.filter_map(|way| program.way(fork.point, way)).collect();
            for (point, at) in flow.points.iter_mut().enumerate() {
                if program.is_within(program.points[point].region, region) {
                    at.ways.extend(ways.iter().map(|&to| Way { to, ..Way::default() }));
                }
            }
        }
    }
    flow
}

/// Whether two points stand in branches of one fork.
fn at_once(program: &Program<'_>, one: PointId, other: PointId) -> bool {
    let fork = |region: usize| program.regions[region].fork;
    let regions = |point: PointId| program.regions_from(program.points[point].region);
    regions(one).any(|a| regions(other).any(|b| a != b && fork(a).is_some() && fork(a) == fork(b)))
}
