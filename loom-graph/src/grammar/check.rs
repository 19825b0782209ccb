//! What the macro refuses about a graph: each rule a function, its message a sentence at the user's own token.
//!
//! What needs types (unknown steps, arguments, labels) is left to rustc, over the code that is generated.

use super::{
    ast, branches,
    errors::Errors,
    program::{FrameId, Kind, Origin, Program, RegionId, Rule},
    reads,
    require::{self, Twice},
    text::text,
};
use crate::{
    flow::{
        CounterId, Flow, NodeId, PointId, VarId,
        assign::{self, Unset},
        loops, reach,
        scc::components,
    },
    similar::nearest,
};
use proc_macro2::Span;

/// Checks a lowered workflow.
pub fn check(program: &Program<'_>, flow: &Flow, errors: &Errors) {
    expressions_only_compute(program, errors);
    every_name_is_known(program, errors);
    let never_set = every_value_is_set(program, errors);
    let at_once = branches::keep_apart(program, errors);
    declarations_read_what_is_there(program, errors);
    every_node_is_led_to(program, flow, errors);
    every_node_leads_to_an_end(program, flow, errors);
    every_read_is_set(program, flow, &[never_set, at_once].concat(), errors);
    every_requirement_holds(program, flow, errors);
    let rounds = reads::loop_flow(program, flow);
    every_loop_is_bounded(program, &rounds, errors);
    every_bound_bounds(program, &rounds, errors);
    every_bound_stands_still(program, &rounds, errors);
    every_bound_means_one_thing(program, &rounds, errors);
}

/// Expressions may be evaluated again on resume: what waits, fails or leaves is a step.
fn expressions_only_compute(program: &Program<'_>, errors: &Errors) {
    let mut told: Vec<(usize, usize, String)> = Vec::new();
    let inits = program.ast.lets.iter().filter_map(|item| item.init.as_ref());
    let refused = (0..program.points.len())
        .flat_map(|point| reads::of_point(program, point).1)
        .chain(inits.flat_map(|init| reads::of_init(program, init).1));
    for (span, message) in refused {
        let at = (span.start().line, span.start().column, message.clone());
        if !told.contains(&at) {
            told.push(at);
            errors.at(span, message);
        }
    }
}

/// A bare name where a value must stand is a value, or what an arm binds.
fn every_name_is_known(program: &Program<'_>, errors: &Errors) {
    for point in 0..program.points.len() {
        for name in reads::unknown(program, point) {
            if let Some(node) = program.nodes.iter().find(|node| node.name == name) {
                let value = &program.values[node.sets[0]].name;
                errors.at(name.span(), format!("`{name}` is a node that sets `{value}`: read `{value}`"));
                continue;
            }
            if let Some(frame) = program.frames.iter().find(|frame| frame.names.contains(name)) {
                let pat = text(&frame.pat);
                errors.at(
                    name.span(),
                    format!(
                        "`{name}` of `{pat}` ends with its arm: keep it there, with a `let` and `value = ({name})`"
                    ),
                );
                continue;
            }
            let frames = program.frames_from(program.points[point].scope).flat_map(|(_, frame)| &frame.names);
            let names = program.values.iter().map(|value| &value.name).chain(frames).map(ToString::to_string);
            let hint = match nearest(&name.to_string(), names.filter(|name| !name.starts_with("__"))) {
                Some(near) => format!(": there is a value with a similar name, `{near}`"),
                None => format!(": set it with `{name} = …`, or take it as an input"),
            };
            errors.at(name.span(), format!("nothing sets `{name}`{hint}"));
        }
    }
}

/// What is declared is also set. Gives what is not, so that its reads are not told as well.
fn every_value_is_set(program: &Program<'_>, errors: &Errors) -> Vec<VarId> {
    let mut never_set = Vec::new();
    for item in program.ast.lets.iter().filter(|item| item.init.is_none()) {
        let Some(value) = program.values.iter().position(|value| value.name == item.name) else {
            continue;
        };
        if (0..program.points.len()).all(|point| !reads::changes(program, point).contains(&value)) {
            let name = &item.name;
            never_set.push(value);
            errors.at(name.span(), format!("nothing sets `{name}`: set it with `{name} = …`, or give it a value here"));
        }
    }
    never_set
}

/// A declaration reads inputs and what is declared before it.
fn declarations_read_what_is_there(program: &Program<'_>, errors: &Errors) {
    let mut there: Vec<usize> = (0..program.ast.inputs.len()).collect();
    for item in &program.ast.lets {
        let Some(init) = &item.init else { continue };
        for read in reads::of_init(program, init).0 {
            if !there.contains(&read.var) {
                let name = &program.values[read.var].name;
                errors.at(
                    read.span,
                    format!("`{name}` is not set yet: a `let` reads the inputs and what is declared before it"),
                );
            }
        }
        there.extend(program.values.iter().position(|value| value.name == item.name));
    }
}

fn every_node_is_led_to(program: &Program<'_>, flow: &Flow, errors: &Errors) {
    for node in reach::unreached_nodes(flow) {
        let name = program.nodes[node].name;
        errors.at(name.span(), format!("nothing leads to `{name}`: no way from `start` comes here"));
    }
}

fn every_node_leads_to_an_end(program: &Program<'_>, flow: &Flow, errors: &Errors) {
    let caught = reach::caught_nodes(flow);
    let Some(&first) = caught.first() else { return };
    let names: Vec<String> = caught.iter().map(|&node| format!("`{}`", program.nodes[node].name)).collect();
    let message = match names.as_slice() {
        [one] => format!("no `end` can be reached from {one}: give it a way out"),
        many => format!("no `end` can be reached from {}: give one of them a way out", many.join(", ")),
    };
    errors.at(program.nodes[first].name.span(), message);
}

fn every_read_is_set(program: &Program<'_>, flow: &Flow, never_set: &[VarId], errors: &Errors) {
    // Where no route can tell an answer, that is the mistake, and not the way that lacks one.
    let untold = |rule: &Rule<'_>| {
        matches!(rule.ast.rule, ast::Rule::Before { is: Some(_), .. }) && require::shared(program, rule).is_some()
    };
    let mut told: Vec<bool> = program.rules.iter().map(untold).collect();
    for unset in assign::unset_reads(flow).into_iter().filter(|unset| !never_set.contains(&unset.var)) {
        let Some(&at) = unset.path.last() else {
            continue;
        };
        let read = reads::of_point(program, at).0.into_iter().find(|read| read.var == unset.var);
        let span = read.map_or(program.points[at].span, |read| read.span);
        let way = spell(program, &unset.path);
        if unset.var < program.values.len() {
            let name = &program.values[unset.var].name;
            errors.at(span, format!("`{name}` is not set on the way `{way}`"));
        } else if let Some(rule) = require::rule_of(program, unset.var) {
            // What is wrong with the requirement itself is told by itself.
            let known = require::shared(program, &program.rules[rule]).is_none();
            if known && !std::mem::replace(&mut told[rule], true) {
                errors.at(program.rules[rule].ast.node.span(), unmet(program, rule, &unset, &way));
            }
        } else {
            errors.at(span, binding_message(program, unset.var - program.values.len(), unset.cleared, &way));
        }
    }
}

fn binding_message(program: &Program<'_>, frame: FrameId, cleared: bool, way: &str) -> String {
    let item = &program.frames[frame];
    let names: Vec<String> = item.names.iter().map(|name| format!("`{name}`")).collect();
    let (names, pat) = (names.join(", "), text(&item.pat));
    if cleared {
        let values = reads::frame_values(program, frame);
        let on: Vec<String> = values.iter().map(|&value| format!("`{}`", program.values[value].name)).collect();
        let on = on.join(", ");
        format!(
            "{names} of `{pat}` is a part of {on}, which is set anew on the way `{way}`: keep it first, with a `let` and `name = (…)`"
        )
    } else {
        format!("{names} of `{pat}` is not set on the way `{way}`, which does not come by that arm")
    }
}

/// That a requirement does not hold on some way.
fn unmet(program: &Program<'_>, rule: usize, unset: &Unset, way: &str) -> String {
    let require = program.rules[rule].ast;
    let (node, before) = match &require.rule {
        ast::Rule::Before { before, .. } => (&require.node, before.to_string()),
        ast::Rule::AtMostOnce => (&require.node, String::new()),
    };
    let tried = |&point: &PointId| {
        let call = |&node: &NodeId| program.nodes[node].tried && program.nodes[node].calls.contains(&point);
        program.rules[rule].of.iter().any(call)
    };
    match &require.rule {
        ast::Rule::Before { is: Some(is), .. } if unset.cleared => format!(
            "`{before}` can be reached where `{node}` was asked again and is not known to be `{}`: `{way}`",
            text(is)
        ),
        ast::Rule::Before { is: Some(is), .. } => {
            format!("`{before}` can be reached without a route on `{node}` that takes `{}`: `{way}`", text(is))
        }
        _ if unset.path.iter().any(tried) => format!(
            "`{before}` can be reached where `{node}` has failed, for it is tried: `{way}`. Say which answer is required, `require {node} is Ok(_) before {before};`"
        ),
        _ => format!("`{before}` can be reached without `{node}`: `{way}`"),
    }
}

fn every_requirement_holds(program: &Program<'_>, flow: &Flow, errors: &Errors) {
    for rule in &program.rules {
        let node = &rule.ast.node;
        match &rule.ast.rule {
            ast::Rule::Before { is: Some(_), .. } => {
                if let Some(value) = require::shared(program, rule) {
                    let value = &program.values[value].name;
                    errors.at(node.span(), format!("`{value}` is not set by `{node}` alone, so a route on it is no answer of `{node}`: let it set a value of its own"));
                }
            }
            ast::Rule::Before { .. } => {}
            ast::Rule::AtMostOnce => {
                let message = match require::twice(program, flow, rule) {
                    None => continue,
                    Some(Twice::Loop(cycle)) => {
                        format!(
                            "`{node}` can be called more than once: it stands on the loop `{}`",
                            spell_loop(program, &cycle)
                        )
                    }
                    Some(Twice::Items(of)) => format!(
                        "`{node}` can be called more than once: `{}` stands in a `for` fork, which calls it for each item",
                        program.nodes[of].name
                    ),
                    Some(Twice::Branches) => {
                        format!("`{node}` can be called more than once: two branches of a fork call it")
                    }
                    Some(Twice::Way(way)) => {
                        format!("`{node}` can be called more than once: `{}`", spell(program, &way))
                    }
                };
                errors.at(node.span(), message);
            }
        }
    }
}

fn every_loop_is_bounded(program: &Program<'_>, flow: &Flow, errors: &Errors) {
    // Where no end can be reached there is always a loop without a bound: that was told already.
    let ends = reach::ends(flow);
    let free = |cycle: &[PointId]| cycle.iter().any(|&point| ends[point]);
    for found in loops::unbounded(flow).into_iter().filter(|found| free(&found.cycle)) {
        let (spelled, span) = (spell_loop(program, &found.cycle), closing_span(program, &found.cycle));
        let message = match found.restarted.and_then(|counter| restarted(program, counter)) {
            None => {
                format!("the loop `{spelled}` has no bound: put `max N else …` on one of its edges")
            }
            Some((max, node)) => format!(
                "the loop `{spelled}` has no bound: `{max}` counts anew at `{node}`, which it passes. Put `max N else …` on another of its edges, or count `per run`"
            ),
        };
        errors.at(span, message);
    }
}

fn restarted(program: &Program<'_>, counter: CounterId) -> Option<(String, String)> {
    let node = program.counters[counter].per?;
    Some((spell_max(program, counter), program.nodes[node].name.to_string()))
}

fn every_bound_bounds(program: &Program<'_>, flow: &Flow, errors: &Errors) {
    for counter in loops::idle(flow) {
        let max = spell_max(program, counter);
        errors.at(
            program.counters[counter].ast.keyword,
            format!("`{max}` bounds no loop: this edge is never taken twice. Take it out"),
        );
    }
}

/// A bound that grew as its loop goes round would bound nothing.
fn every_bound_stands_still(program: &Program<'_>, flow: &Flow, errors: &Errors) {
    for (point, at) in program.points.iter().enumerate() {
        let Kind::Bound(counter) = at.kind else { continue };
        // Within one count: where a visit starts it anew, the number may be another one.
        let per = program.counters[counter].per;
        let points: Vec<PointId> =
            (0..flow.points.len()).filter(|&other| per.is_none() || flow.points[other].node != per).collect();
        let ways = |from: PointId| flow.points[from].ways.iter().map(|way| way.to);
        let Some(round) = components(&points, ways).into_iter().find(|round| round.contains(&point)) else {
            continue;
        };
        for read in reads::of_point(program, point).0 {
            let values = reads::values(program, [read.var]);
            let moves = |&other: &PointId| {
                let regions: &[RegionId] = match program.points[other].kind {
                    Kind::Fork(fork) => &program.forks[fork].regions,
                    _ => &[],
                };
                let inside = regions.iter().flat_map(|&region| reads::changed_in(program, region));
                reads::changes(program, other).into_iter().chain(inside).any(|value| values.contains(&value))
            };
            if round.len() > 1 && round.iter().any(moves) {
                let (max, name) = (spell_max(program, counter), spell_var(program, read.var));
                errors.at(read.span, format!("`{max}` bounds nothing: {name} is set anew within the loop. Count up to a value that the loop leaves as it is"));
            }
        }
    }
}

fn spell_var(program: &Program<'_>, var: VarId) -> String {
    match program.values.get(var) {
        Some(value) => format!("`{}`", value.name),
        None => format!("what `{}` is a part of", text(&program.frames[var - program.values.len()].pat)),
    }
}

fn every_bound_means_one_thing(program: &Program<'_>, flow: &Flow, errors: &Errors) {
    for found in loops::ambiguous(flow) {
        let max = spell_max(program, found.counter);
        let (cycle, other) = (spell_loop(program, &found.cycle), spell_loop(program, &found.other));
        errors.at(
            program.counters[found.counter].ast.keyword,
            format!("`{max}` of what? The loops `{cycle}` and `{other}` share nodes: write `{max} per run`, or `per` the node whose visit starts the count anew"),
        );
    }
}

fn spell_max(program: &Program<'_>, counter: CounterId) -> String {
    let ast = program.counters[counter].ast;
    let max = format!("max {}", text(&ast.max));
    match &ast.per {
        Some(per) => format!("{max} per {per}"),
        None => max,
    }
}

/// The nodes of a way, from `start` to the point that reads.
fn spell(program: &Program<'_>, path: &[PointId]) -> String {
    let mut names: Vec<String> = Vec::new();
    for &point in path {
        match &program.points[point].kind {
            Kind::Start => names.push("start".to_owned()),
            Kind::Call(node, ..) => names.push(program.nodes[*node].name.to_string()),
            Kind::End(..) => names.push("end".to_owned()),
            Kind::Fail(_) => names.push("fail".to_owned()),
            _ => {}
        }
    }
    names.join(" -> ")
}

/// The nodes of a loop, from the one that stands first in the source back to it.
fn spell_loop(program: &Program<'_>, cycle: &[PointId]) -> String {
    let mut nodes = loop_nodes(program, cycle);
    if let Some(first) = (0..nodes.len()).min_by_key(|&index| nodes[index].0) {
        nodes.rotate_left(first);
        nodes.push(nodes[0]);
    }
    let names: Vec<String> = nodes.iter().map(|&(node, _)| program.nodes[node].name.to_string()).collect();
    names.join(" -> ")
}

fn loop_nodes(program: &Program<'_>, cycle: &[PointId]) -> Vec<(NodeId, PointId)> {
    let node = |&point: &PointId| match program.points[point].kind {
        Kind::Call(node, ..) => Some((node, point)),
        _ => None,
    };
    cycle.iter().filter_map(node).collect()
}

/// The call that closes a loop: the one that leads back to its first node.
fn closing_span(program: &Program<'_>, cycle: &[PointId]) -> Span {
    let nodes = loop_nodes(program, cycle);
    nodes.iter().min_by_key(|(node, _)| *node).map_or_else(Span::call_site, |&(_, point)| program.points[point].span)
}

/// Whether the type of every value is known; it is whenever there was no error before.
#[must_use]
pub fn is_typed(program: &Program<'_>) -> bool {
    program.values.iter().all(|value| !matches!(value.origin, Origin::Unknown))
}
