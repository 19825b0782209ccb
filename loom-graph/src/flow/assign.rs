//! What is read before it is set: definite assignment along every path.

use super::{Flow, PointId, VarId, reach};
use std::collections::VecDeque;

/// A read of something that is not set on some way there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unset {
    /// What is read.
    pub var: VarId,
    /// A shortest way to the read on which it is not set: from the start to the reading point, both included.
    pub path: Vec<PointId>,
    /// Whether it was set on that way and cleared again.
    pub cleared: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Never,
    Set,
    Cleared,
}

/// Every first read of something unset, by variable. What is only read behind such a read is not told again.
#[must_use]
pub fn unset_reads(flow: &Flow) -> Vec<Unset> {
    let vars = flow.points.iter().flat_map(|point| &point.reads).max().map_or(0, |&var| var + 1);
    (0..vars).flat_map(|var| unset_reads_of(flow, var)).collect()
}

// A breadth-first walk over points and what they are come to with: the definition itself, not an approximation by
// meeting sets, and its tree has the path to show.
fn unset_reads_of(flow: &Flow, var: VarId) -> Vec<Unset> {
    type Came = Option<Option<(PointId, Status)>>;
    let mut came: Vec<[Came; 3]> = vec![[None; 3]; flow.points.len()];
    let mut todo = VecDeque::new();
    let mut unset: Vec<Unset> = Vec::new();
    if let Some(start) = came.first_mut() {
        start[Status::Never as usize] = Some(None);
        todo.push_back((0, Status::Never));
    }
    while let Some((at, status)) = todo.pop_front() {
        let point = &flow.points[at];
        let mut after = status;
        if status != Status::Set && point.reads.contains(&var) {
            if unset.iter().all(|found| found.path.last() != Some(&at)) {
                let back = |&(at, status): &(PointId, Status)| came[at][status as usize].flatten();
                let mut path: Vec<PointId> =
                    std::iter::successors(Some((at, status)), back).map(|(at, _)| at).collect();
                path.reverse();
                unset.push(Unset { var, path, cleared: status == Status::Cleared });
            }
            // Told once: behind this read it counts as set.
            after = Status::Set;
        }
        if point.sets.contains(&var) {
            after = Status::Set;
        } else if after == Status::Set && point.clears.contains(&var) {
            after = Status::Cleared;
        }
        for way in &point.ways {
            let there = if way.sets.contains(&var) {
                Status::Set
            } else if after == Status::Set && way.clears.contains(&var) {
                Status::Cleared
            } else {
                after
            };
            let entry = &mut came[way.to][there as usize];
            if entry.is_none() {
                *entry = Some(Some((at, status)));
                todo.push_back((way.to, there));
            }
        }
    }
    unset
}

/// What is set on every way from one point to another, beyond what was set before; nothing where no way
/// leads there.
#[must_use]
pub fn set_between(flow: &Flow, from: PointId, to: PointId) -> Vec<VarId> {
    let within = reach::between(flow, from, to);
    let points = flow.points.iter().enumerate().filter(|(at, _)| within[*at]);
    let mut vars: Vec<VarId> = points
        .flat_map(|(_, point)| point.sets.iter().chain(point.ways.iter().flat_map(|way| &way.sets)))
        .copied()
        .collect();
    vars.sort_unstable();
    vars.dedup();
    vars.retain(|&var| is_set_between(flow, from, to, var));
    vars
}

fn is_set_between(flow: &Flow, from: PointId, to: PointId, var: VarId) -> bool {
    let mut came = vec![[false; 2]; flow.points.len()];
    let mut todo = vec![(from, false)];
    while let Some((at, set)) = todo.pop() {
        if std::mem::replace(&mut came[at][usize::from(set)], true) {
            continue;
        }
        if at == to {
            if !set {
                return false;
            }
            continue;
        }
        let point = &flow.points[at];
        let after = if point.sets.contains(&var) { true } else { set && !point.clears.contains(&var) };
        todo.extend(point.ways.iter().map(|way| {
            let there = way.sets.contains(&var) || (after && !way.clears.contains(&var));
            (way.to, there)
        }));
    }
    true
}
