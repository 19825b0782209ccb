//! Why a node of a workflow ran, or did not, from where the run went.

use super::{
    overlay::{spent, took},
    trail::{Trail, Visit},
};
use crate::{
    audit::{Came, Missed, Ran},
    event::{End, Happened},
    journal::Status,
    meter::Usage,
};
use loomflow_graph::graph::{Edge, NodeKind};

/// The visits of a node; of one that has no records, how it was come by.
pub(super) fn ran(trail: &Trail<'_>, node: usize, status: Status) -> Vec<Ran> {
    if trail.passed.contains_key(&node) {
        return passed(trail, node);
    }
    let visits = trail.visits.iter().enumerate().filter(|(_, visit)| visit.node == Some(node));
    visits.map(|(index, visit)| visited(trail, index, visit, status)).collect()
}

fn passed(trail: &Trail<'_>, node: usize) -> Vec<Ran> {
    let edges = trail.graph.edges();
    let ways = trail.ways.iter().filter(|way| way.edges.iter().any(|&edge| edges[edge].to() == node));
    let mut ran: Vec<Ran> = Vec::new();
    for way in ways {
        let (from, seq) = (name(trail, way.from), way.from.map_or(0, |from| trail.visits[from].last));
        // The way to a fork is told by each of its branches.
        if ran.iter().any(|ran| ran.seq == seq) {
            continue;
        }
        ran.push(Ran {
            seq,
            scope: way.from.map_or_else(|| trail.scope.clone(), |from| trail.visits[from].scope.clone()),
            turn: way.from.map_or(0, |from| trail.visits[from].turn),
            from: vec![from],
            label: way.label.clone(),
            failures: Vec::new(),
            came: Came::Passed,
            took: 0,
            usage: Usage::default(),
        });
    }
    ran
}

fn visited(trail: &Trail<'_>, index: usize, visit: &Visit<'_>, status: Status) -> Ran {
    let failures = visit.entries.iter().filter_map(|entry| match &entry.event.what {
        Happened::Attempt(failure) | Happened::Failed(failure) | Happened::Cancelled(failure) => {
            Some(failure.message())
        }
        _ => None,
    });
    let from = trail.ways.iter().filter(|way| way.to == Some(index));
    let mut from: Vec<String> = from.map(|way| name(trail, way.from)).collect();
    // Of the branches for the items of a list, one is as good as another.
    from.dedup();
    Ran {
        seq: visit.entries.first().map_or(visit.last, |entry| entry.event.seq),
        scope: visit.scope.clone(),
        turn: visit.turn,
        from,
        label: visit.label.clone(),
        failures: failures.collect(),
        came: came(trail, index, status),
        took: took(visit),
        usage: spent(trail, visit),
    }
}

fn came(trail: &Trail<'_>, index: usize, status: Status) -> Came {
    let visit = &trail.visits[index];
    if visit.nested.is_some() {
        let is_left = trail.ways.iter().any(|way| way.from == Some(index)) || status == Status::Done;
        return if is_left { Came::Entered } else { Came::Open };
    }
    let ends = visit.entries.iter().rev().find_map(|entry| match &entry.event.what {
        Happened::Output(value) => Some(Came::Gave(value.clone())),
        Happened::Answered { answer, by, .. } => Some(Came::Answered { answer: answer.clone(), by: by.clone() }),
        Happened::Failed(_) => Some(Came::Failed),
        Happened::Cancelled(_) => Some(Came::Cancelled),
        Happened::Fired => Some(Came::Fired),
        _ => None,
    });
    let waits = || match visit.entries.last().map(|entry| &entry.event.what) {
        Some(Happened::Asked { .. } | Happened::Timer { .. }) if !status.is_end() => {
            Some(Came::Waits { question: question(visit) })
        }
        _ => None,
    };
    ends.or_else(waits).unwrap_or(Came::Open)
}

/// What is asked at a visit.
fn question(visit: &Visit<'_>) -> Option<String> {
    visit.entries.iter().rev().find_map(|entry| match &entry.event.what {
        Happened::Asked { question: Some(question), .. } => Some(question.text().to_owned()),
        _ => None,
    })
}

fn name(trail: &Trail<'_>, visit: Option<usize>) -> String {
    match visit {
        Some(visit) => trail.visits[visit].name.clone(),
        None => trail.graph.nodes().first().map_or_else(String::new, |start| start.name().to_owned()),
    }
}

/// Why a node was not come to.
pub(super) fn missed(trail: &Trail<'_>, node: usize, status: Status) -> Missed {
    let leads = leads_to(trail, node);
    let on_the_way = |visit: Option<usize>| trail.node_of(visit).is_some_and(|node| leads[node]);
    let last = |visit: &Option<usize>| visit.map_or(0, |visit| trail.visits[visit].last);
    let visits = std::iter::once(None).chain((0..trail.visits.len()).map(Some));
    // Where the run left the ways that lead there for the last time, or stands on one of them.
    let left = visits.filter(|&visit| on_the_way(visit)).filter(|&visit| {
        let mut from = trail.ways.iter().filter(|way| way.from == visit);
        from.all(|way| way.to.is_none_or(|to| !on_the_way(Some(to))))
    });
    let visit = left.max_by_key(last).flatten();
    let Some(way) = trail.ways.iter().find(|way| way.from == visit) else { return stands(trail, visit, status) };
    let nodes = trail.graph.nodes();
    let edges: Vec<_> = way.edges.iter().map(|&edge| &trail.graph.edges()[edge]).collect();
    let edge = edges.iter().position(|edge| !leads[edge.to()]);
    // Between the edges to and behind a fork over an empty list there is none.
    let before = edge.and_then(|index| edges.get(index.checked_sub(1)?)).map(|before| before.to());
    let edge = edge.map(|index| edges[index]);
    if let (Some(fork), Some(edge)) = (before, edge)
        && fork != edge.from()
    {
        return Missed::NoBranch { at: nodes[fork].name().to_owned() };
    }
    let Some(edge) = edge else {
        let to = way.to.map_or_else(|| "end".to_owned(), |to| trail.visits[to].name.clone());
        let would = trail.node_of(visit).map(|node| would(trail, node, &leads)).unwrap_or_default();
        let took = way.label.clone();
        return Missed::Elsewhere { at: name(trail, visit), seq: last(&visit), took, to, spent: None, would };
    };
    let at = &nodes[edge.from()];
    if matches!(at.kind(), NodeKind::Fork | NodeKind::First) {
        return Missed::NoBranch { at: at.name().to_owned() };
    }
    Missed::Elsewhere {
        at: at.name().to_owned(),
        seq: last(&visit),
        took: edge.label().to_owned(),
        to: nodes[edge.to()].name().to_owned(),
        spent: spent_bound(trail, edge, &leads),
        would: would(trail, edge.from(), &leads).into_iter().filter(|label| label != edge.label()).collect(),
    }
}

/// From which nodes one can be come to.
fn leads_to(trail: &Trail<'_>, node: usize) -> Vec<bool> {
    let mut leads = vec![false; trail.graph.nodes().len()];
    leads[node] = true;
    let mut grows = true;
    while std::mem::take(&mut grows) {
        for edge in trail.graph.edges() {
            if leads[edge.to()] && !leads[edge.from()] {
                (leads[edge.from()], grows) = (true, true);
            }
        }
    }
    leads
}

/// The labels of the ways from a node that lead on.
fn would(trail: &Trail<'_>, node: usize, leads: &[bool]) -> Vec<String> {
    let edges = trail.graph.edges_from(node).filter(|edge| leads[edge.to()] && !edge.label().is_empty());
    let mut labels: Vec<String> = edges.map(|edge| edge.label().to_owned()).collect();
    labels.dedup();
    labels
}

/// The bound that was spent where this way was taken.
fn spent_bound(trail: &Trail<'_>, taken: &Edge<'_>, leads: &[bool]) -> Option<String> {
    if !taken.is_spent() {
        return None;
    }
    let mut others = trail.graph.edges_from(taken.from()).filter(|edge| leads[edge.to()]);
    others.find_map(|edge| edge.bound().filter(|_| edge.label() == taken.label())).map(|bound| bound.to_string())
}

/// Why the run has not gone on from a visit.
fn stands(trail: &Trail<'_>, visit: Option<usize>, status: Status) -> Missed {
    let at = name(trail, visit);
    let is_branch = visit.is_some_and(|visit| trail.visits[visit].scope != trail.scope);
    let last = visit.map_or(0, |visit| trail.visits[visit].last);
    let around = |other: &&Visit<'_>| visit.is_some_and(|visit| trail.visits[visit].scope.starts_with(&other.scope));
    let went_on = trail
        .visits
        .iter()
        .filter(around)
        .any(|other| other.last > last && visit.is_some_and(|visit| trail.visits[visit].scope != other.scope));
    if is_branch && (went_on || status == Status::Done) {
        return Missed::Dropped { at };
    }
    let ended = trail.entries.iter().rev().find_map(|entry| match &entry.event.what {
        Happened::Ended(End::Failed(failure)) => Some((failure.node().to_owned(), failure.message())),
        _ => None,
    });
    match (status, ended) {
        (Status::Failed, Some((node, error))) => Missed::Failed { at: if node.is_empty() { at } else { node }, error },
        (Status::Cancelled, _) => Missed::Cancelled { at },
        (Status::Waiting, _) => Missed::Waits { question: visit.and_then(|visit| question(&trail.visits[visit])), at },
        _ => Missed::NotYet { at },
    }
}
