//! What is an agent's own to be right: what is offered, what follows it, whether it ends, and what is required.
//!
//! What these checks let through, the checks of the workflow let through too: nothing is told of nodes that nobody wrote.

use super::{
    ast::{Agent, Choice, Choices, Offered},
    places::{RESERVED, RESERVED_BEFORE},
    ways::{At, Way, comes_back, free_sources, reach, spell, tools, ways},
};
use loomflow_graph::{
    grammar::{errors::Errors, text::text},
    similar::{nearest, similar},
};
use proc_macro2::Ident;

pub(super) fn check(agent: &Agent, errors: &Errors) {
    names(agent, errors);
    if !starts(agent, errors) {
        return;
    }
    sources(agent, errors);
    rules(agent, errors);
    for choices in agent.choices() {
        twice(choices, errors);
    }
    if !errors.is_empty() {
        return;
    }
    let ways = ways(agent);
    begins(agent, &ways, errors);
    if errors.is_empty() {
        ends(agent, &ways, errors);
        bounds(agent, &ways, errors);
        requirements(agent, &ways, errors);
    }
}

fn known(agent: &Agent, tool: &Ident) -> bool {
    tools(agent).iter().any(|offered| offered.tool() == tool)
}

/// What is wrong with a name that no tool bears.
fn unknown(agent: &Agent, tool: &Ident, errors: &Errors) {
    let names = tools(agent).into_iter().map(|offered| offered.tool().to_string());
    let hint = similar(&tool.to_string(), names, "a tool");
    errors.at(tool.span(), format!("this agent has no tool `{tool}`{hint}"));
}

fn names(agent: &Agent, errors: &Errors) {
    for offered in agent.choices().flat_map(Choices::calls) {
        let tool = offered.tool();
        let first = tools(agent).into_iter().find(|first| first.tool() == tool);
        if let Some(first) = first
            && text(&first.path) != text(&offered.path)
        {
            let (one, other) = (text(&first.path), text(&offered.path));
            errors.at(
                tool.span(),
                format!("`{tool}` is `{one}` above and `{other}` here: an agent has one tool of a name"),
            );
        }
    }
    for offered in tools(agent) {
        reserved(offered.tool(), "tool", errors);
    }
    for (index, (name, _)) in agent.inputs.iter().enumerate() {
        reserved(name, "input", errors);
        if agent.inputs[..index].iter().any(|(other, _)| other == name) {
            errors.at(name.span(), format!("there are two inputs `{name}`"));
        }
        if known(agent, name) {
            errors.at(name.span(), format!("`{name}` is a tool of this agent, so no input can be called so"));
        }
    }
}

fn reserved(name: &Ident, what: &str, errors: &Errors) {
    let text = name.to_string();
    if RESERVED.contains(&text.as_str()) || RESERVED_BEFORE.iter().any(|word| text.starts_with(word)) {
        errors.at(name.span(), format!("the agent itself has a `{name}`, so no {what} can be called so"));
    }
}

/// There is something to begin with.
fn starts(agent: &Agent, errors: &Errors) -> bool {
    let mut sources = agent.statements.iter().flat_map(|statement| &statement.sources);
    if agent.free.is_some() || sources.clone().any(|source| source == "start") {
        return true;
    }
    let near = sources.find(|source| nearest(&source.to_string(), ["start".to_owned()]).is_some());
    match near {
        Some(near) => errors.at(near.span(), format!("an agent begins with `start`, and has no `{near}`")),
        None => errors.at(agent.name.span(), format!("`{}` never begins: write `start -> …;`", agent.name)),
    }
    false
}

fn sources(agent: &Agent, errors: &Errors) {
    let mut seen: Vec<&Ident> = Vec::new();
    for source in agent.statements.iter().flat_map(|statement| &statement.sources) {
        if seen.contains(&source) {
            let message =
                format!("what comes after `{source}` is said above already: put all of it in one statement, with `|`");
            errors.at(source.span(), message);
        } else if source == "end" || source == "fail" {
            errors.at(source.span(), format!("nothing can follow `{source}`"));
        } else if source != "start" && !known(agent, source) {
            let names = tools(agent).into_iter().map(|offered| offered.tool().to_string());
            let hint = similar(&source.to_string(), names.chain(["start".to_owned()]), "a tool");
            errors.at(source.span(), format!("`{source}` is never offered, so nothing follows it{hint}"));
        }
        seen.push(source);
    }
}

fn rules(agent: &Agent, errors: &Errors) {
    for rule in &agent.requires {
        if !known(agent, &rule.tool) {
            unknown(agent, &rule.tool, errors);
        }
        if rule.before != "end" && !known(agent, &rule.before) {
            unknown(agent, &rule.before, errors);
        }
        if rule.tool == rule.before {
            errors.at(rule.before.span(), format!("`{}` cannot come before itself", rule.before));
        }
    }
    for (index, ask) in agent.asks.iter().enumerate() {
        if !known(agent, &ask.tool) {
            unknown(agent, &ask.tool, errors);
        }
        if agent.asks[..index].iter().any(|other| other.tool == ask.tool) {
            errors.at(ask.tool.span(), format!("a person is asked before `{}` already", ask.tool));
        }
    }
    for max in agent.choices().flat_map(Choices::calls).filter_map(|call| call.max.as_ref()) {
        if let Some(per) = max.per.as_ref().filter(|per| !known(agent, per)) {
            unknown(agent, per, errors);
        }
    }
}

fn twice(choices: &Choices, errors: &Errors) {
    let mut seen: Vec<String> = Vec::new();
    for choice in &choices.choices {
        let (name, span) = match choice {
            Choice::Call(call) => (call.tool().to_string(), call.tool().span()),
            Choice::Exit(exit) => (exit.keyword.to_string(), exit.keyword.span()),
        };
        if seen.contains(&name) {
            errors.at(span, format!("`{name}` is offered here already"));
        }
        if let Choice::Exit(exit) = choice
            && exit.keyword == "fail"
            && choices.choices.len() > 1
        {
            errors.at(span, "a model does not choose to fail: `fail` stands behind `else`, or in an arm alone");
        }
        seen.push(name);
    }
    for call in choices.calls() {
        for (index, (name, _)) in call.fixed.iter().enumerate() {
            if call.fixed[..index].iter().any(|(other, _)| other == name) {
                errors.at(name.span(), format!("`{name}` is given twice"));
            }
        }
    }
    match &choices.otherwise {
        Some(Choice::Call(Offered { max: Some(max), .. })) => {
            errors.at(max.keyword, "what comes when all choices are spent is not bounded: take the `max` out");
        }
        Some(Choice::Exit(exit)) if exit.with.is_none() => {
            errors.at(exit.keyword.span(), "no answer is there to end with: write `else end(expr)`");
        }
        _ => {}
    }
}

/// Everything is come to from `start`, and something follows it.
fn begins(agent: &Agent, ways: &[Way], errors: &Errors) {
    let reached = reach(ways, &At::Start, |_| true);
    let free = free_sources(agent);
    let (led, lost): (Vec<_>, Vec<_>) = tools(agent)
        .into_iter()
        .map(|offered| At::of(offered.tool()))
        .partition(|at| reached.iter().any(|(known, _)| known == at));
    let offered = |tool: &Ident| led.contains(&At::of(tool));
    for tool in tools(agent).into_iter().map(Offered::tool).filter(|tool| offered(tool)) {
        if agent.statement(tool).is_none() && !free.contains(&At::of(tool)) {
            let message =
                format!("nothing is said of what comes after `{tool}`: add `{tool} -> …;`, or `{tool} -> end;`");
            errors.at(tool.span(), message);
        }
    }
    // What comes after such a tool is told with it.
    let follows = |at: &At| ways.iter().any(|way| way.to == *at && way.from != *at && lost.contains(&way.from));
    let first = lost.iter().find(|at| !follows(at)).or(lost.first());
    for at in lost.iter().filter(|at| !follows(at) || first == Some(at)) {
        if let At::Tool(tool) = at {
            errors.at(tool.span(), format!("nothing leads to `{tool}`: no way from `start` comes here"));
        }
    }
}

fn ends(agent: &Agent, ways: &[Way], errors: &Errors) {
    let caught: Vec<&Ident> = tools(agent)
        .into_iter()
        .map(Offered::tool)
        .filter(|tool| reach(ways, &At::of(tool), |_| true).iter().all(|(at, _)| *at != At::End))
        .collect();
    if let Some(first) = caught.first() {
        let names: Vec<String> = caught.iter().map(|tool| format!("`{tool}`")).collect();
        errors.at(first.span(), format!("no `end` can be reached from {}", names.join(", ")));
    }
}

/// Every loop has a bound, and every bound a loop.
fn bounds(agent: &Agent, ways: &[Way], errors: &Errors) {
    for way in ways {
        let back = |through: &dyn Fn(&Way) -> bool| {
            reach(ways, &way.to, through).into_iter().find(|(at, _)| *at == way.from).map(|(_, path)| path)
        };
        if !way.bounded
            && let Some(path) = back(&|way| !way.bounded)
        {
            let whole: Vec<&Way> = std::iter::once(way).chain(path).collect();
            // Told once a loop, at the way that comes first.
            if whole.iter().all(|other| std::ptr::eq(*other, way) || before(way, other)) {
                let spelled = spell(&way.from, &whole);
                let message =
                    format!("the model may go round `{spelled}` for ever: put a `max` behind one of these choices");
                errors.at(way.span, message);
            }
        }
        if let Some((keyword, sources)) = &way.max
            && !comes_back(ways, &way.to, sources)
            && sources.first() == Some(&way.from)
        {
            let to = way.to.name();
            errors.at(
                *keyword,
                format!("this `max` bounds nothing: `{to}` can be called from here only once. Take it out"),
            );
        }
    }
    for call in agent.choices().flat_map(Choices::calls) {
        if let Some(per) = call.max.as_ref().and_then(|max| max.per.as_ref()).filter(|per| *per == call.tool()) {
            errors.at(
                per.span(),
                format!("`{per}` would be counted anew each time it is called, so this bounds nothing"),
            );
        }
    }
}

fn before(one: &Way, other: &Way) -> bool {
    let at = |way: &Way| (way.span.start().line, way.span.start().column);
    at(one) <= at(other)
}

/// No drawn way goes around what is required. What the free form offers is withdrawn as long as it is not met.
fn requirements(agent: &Agent, ways: &[Way], errors: &Errors) {
    for rule in &agent.requires {
        let (tool, before) = (At::of(&rule.tool), &rule.before);
        let target = if before == "end" { At::End } else { At::of(before) };
        let drawn = |way: &Way| way.to != tool && !(way.free && way.to == target);
        if let Some((_, path)) = reach(ways, &At::Start, drawn).into_iter().find(|(at, _)| *at == target) {
            let way = spell(&At::Start, &path);
            errors.at(rule.tool.span(), format!("`{before}` can be reached without `{}`: `{way}`", rule.tool));
        }
    }
}
