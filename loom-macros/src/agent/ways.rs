//! The ways of an agent as it is written: which tool may come after which.

use super::ast::{Agent, Choice, Choices, Offered};
use proc_macro2::{Ident, Span};

/// Where a way begins or leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum At {
    Start,
    Tool(Ident),
    End,
}

/// A way, and whether something bounds how often it is taken.
pub(super) struct Way {
    pub(super) from: At,
    pub(super) to: At,
    pub(super) bounded: bool,
    /// Whether it is offered by the free form, which withdraws what is not allowed yet.
    pub(super) free: bool,
    /// Where it is written.
    pub(super) span: Span,
    /// The `max` behind it, and whatever it counts the calls of.
    pub(super) max: Option<(Span, Vec<At>)>,
}

impl At {
    pub(super) fn of(name: &Ident) -> Self {
        if name == "start" { At::Start } else { At::Tool(name.clone()) }
    }

    pub(super) fn name(&self) -> String {
        match self {
            At::Start => "start".to_owned(),
            At::Tool(tool) => tool.to_string(),
            At::End => "end".to_owned(),
        }
    }
}

/// The tools, each where it is first offered.
pub(super) fn tools(agent: &Agent) -> Vec<&Offered> {
    let mut found: Vec<&Offered> = Vec::new();
    for call in agent.choices().flat_map(Choices::calls) {
        if found.iter().all(|known| known.tool() != call.tool()) {
            found.push(call);
        }
    }
    found
}

/// What has no statement of its own, and so goes on as the free form says.
pub(super) fn free_sources(agent: &Agent) -> Vec<At> {
    if agent.free.is_none() {
        return Vec::new();
    }
    let start = Ident::new("start", Span::call_site());
    let sources = std::iter::once(&start).chain(tools(agent).into_iter().map(Offered::tool));
    sources.filter(|source| agent.statement(source).is_none()).map(At::of).collect()
}

/// Whether the free form lets the model answer in words without saying so: where none of its tools ends the agent.
pub(super) fn answers_freely(agent: &Agent) -> bool {
    let Some(free) = &agent.free else { return false };
    let exits = free.choices.choices.iter().any(|choice| matches!(choice, Choice::Exit(_)));
    let ends = |call: &Offered| agent.statement(call.tool()).is_some();
    !exits && !free.choices.calls().any(ends)
}

/// All ways.
pub(super) fn ways(agent: &Agent) -> Vec<Way> {
    let mut ways = Vec::new();
    for statement in &agent.statements {
        for source in &statement.sources {
            let sources: Vec<At> = statement.sources.iter().map(At::of).collect();
            for choices in statement.then.choices() {
                ways.extend(of(&At::of(source), &sources, choices, false));
            }
        }
    }
    if let Some(free) = &agent.free {
        let sources = free_sources(agent);
        for source in sources.clone() {
            ways.extend(of(&source, &sources, &free.choices, true));
            if answers_freely(agent) {
                let span = free.keyword.span();
                ways.push(Way { from: source, to: At::End, bounded: true, free: true, span, max: None });
            }
        }
    }
    ways
}

fn of(from: &At, sources: &[At], choices: &Choices, free: bool) -> Vec<Way> {
    let all = choices.choices.iter().chain(&choices.otherwise);
    let way = |choice: &Choice| match choice {
        Choice::Call(call) => Some(Way {
            from: from.clone(),
            to: At::of(call.tool()),
            bounded: free || call.max.is_some(),
            free,
            span: call.tool().span(),
            max: call.max.as_ref().map(|max| (max.keyword, sources.to_vec())),
        }),
        Choice::Exit(exit) if exit.keyword == "end" => {
            Some(Way { from: from.clone(), to: At::End, bounded: true, free, span: exit.keyword.span(), max: None })
        }
        Choice::Exit(_) => None,
    };
    all.filter_map(way).collect()
}

/// What can be reached from a place by the ways that are let through, the way there included: names from the place on.
pub(super) fn reach<'w>(ways: &'w [Way], from: &At, through: impl Fn(&Way) -> bool) -> Vec<(At, Vec<&'w Way>)> {
    let mut reached: Vec<(At, Vec<&Way>)> = vec![(from.clone(), Vec::new())];
    let mut next = 0;
    while let Some((at, path)) = reached.get(next).cloned() {
        next += 1;
        for way in ways.iter().filter(|way| way.from == at && through(way)) {
            if reached.iter().all(|(known, _)| *known != way.to) {
                let path = path.iter().copied().chain([way]).collect();
                reached.push((way.to.clone(), path));
            }
        }
    }
    reached
}

/// Whether a tool may be followed, sooner or later, by one of these.
pub(super) fn comes_back(ways: &[Way], tool: &At, sources: &[At]) -> bool {
    reach(ways, tool, |_| true).iter().any(|(at, _)| sources.contains(at))
}

/// The names along a way.
pub(super) fn spell(from: &At, path: &[&Way]) -> String {
    let names = std::iter::once(from.name()).chain(path.iter().map(|way| way.to.name()));
    names.collect::<Vec<_>>().join(" -> ")
}
