//! A run laid over the drawing of its graph.

use super::trail::{Trail, Visit};
use crate::{audit::span, event::Happened, journal::Status, meter::Usage};
use loomflow_graph::{
    draw::{Drawing, Overlay, State},
    graph::NodeKind,
};

/// What is noted of a node.
#[derive(Default)]
struct Noted {
    times: u64,
    took: u64,
    usage: Usage,
    state: State,
}

/// The drawing of a graph, with what a run did in it.
pub(super) fn drawn(trail: &Trail<'_>, status: Status) -> Drawing<'static> {
    let mut noted: Vec<Noted> = trail.graph.nodes().iter().map(|_| Noted::default()).collect();
    for (index, visit) in trail.visits.iter().enumerate() {
        let Some(noted) = visit.node.and_then(|node| noted.get_mut(node)) else { continue };
        noted.times += 1;
        noted.took += took(visit);
        noted.usage += spent(trail, visit);
        noted.state = state(trail, index, status);
    }
    let begun = !trail.entries.is_empty();
    for (node, noted) in noted.iter_mut().enumerate() {
        let passed = match trail.graph.nodes()[node].kind() {
            NodeKind::Start => u64::from(begun),
            _ => trail.passed.get(&node).copied().unwrap_or(0),
        };
        if noted.times == 0 && passed > 0 {
            let failed = trail.graph.nodes()[node].kind() == NodeKind::Fail;
            (noted.times, noted.state) = (passed, if failed { State::Failed } else { State::Done });
        }
    }
    let mut over = Overlay::new();
    for (node, noted) in noted.iter().enumerate() {
        over.set(node, noted.state, noted.times);
        let parts = [
            (noted.took > 0).then(|| span(noted.took)),
            (noted.usage.tokens() > 0).then(|| format!("{} tokens", noted.usage.tokens())),
        ];
        let note: Vec<String> = parts.into_iter().flatten().collect();
        if !note.is_empty() {
            over.note(node, note.join(", "));
        }
    }
    trail.taken.iter().for_each(|(&edge, &times)| over.take(edge, times));
    trail.graph.drawing().over(over)
}

/// How long a visit took, in milliseconds.
pub(super) fn took(visit: &Visit<'_>) -> u64 {
    let began = visit.entries.iter().map(|entry| entry.event.began_at).min().unwrap_or(visit.at);
    u64::try_from(visit.at.saturating_sub(began)).unwrap_or(0)
}

/// What a visit spent on models, and the workflow that was entered there.
pub(super) fn spent(trail: &Trail<'_>, visit: &Visit<'_>) -> Usage {
    match &visit.nested {
        Some(within) => {
            let within = trail.entries.iter().filter(|entry| entry.event.scope.starts_with(within.as_str()));
            within.map(|entry| entry.event.usage).sum()
        }
        None => visit.entries.iter().map(|entry| entry.event.usage).sum(),
    }
}

/// How a run stands to a node, by its last visit.
fn state(trail: &Trail<'_>, index: usize, status: Status) -> State {
    if trail.ways.iter().any(|way| way.from == Some(index)) {
        return State::Done;
    }
    let visit = &trail.visits[index];
    let last = visit.entries.last().map(|entry| &entry.event.what);
    match (last, status) {
        (Some(Happened::Failed(_) | Happened::Cancelled(_)), _) => State::Failed,
        (_, Status::Failed | Status::Cancelled) if visit.nested.is_some() => State::Failed,
        (_, Status::Done | Status::Failed | Status::Cancelled) => State::Done,
        (Some(Happened::Asked { .. } | Happened::Timer { .. }), _) => State::Waits,
        (_, Status::Waiting) if visit.nested.is_some() => State::Waits,
        _ => State::Here,
    }
}
