//! What each region of a workflow holds by itself, and what it takes over from the region around it.
//!
//! A branch runs beside its siblings, so it may look at all that stands before its fork. What it sets is its own, and
//! what it alone reads, and nothing behind the fork, it may have for good.

use super::{
    program::{ForkId, ForkKind, Guard, Kind, Program, RegionId, ValueId},
    reads,
};
use crate::flow::{PointId, VarId};
use std::collections::BTreeSet;

/// What a region holds.
#[derive(Debug, Default)]
pub struct Layout {
    /// The values it holds by itself; others it borrows.
    pub owned: BTreeSet<ValueId>,
    /// Those it takes over where it begins.
    pub imports: Vec<Import>,
    /// Those it hands on where it joins.
    pub exports: Vec<ValueId>,
}

/// A value that a branch takes over.
#[derive(Debug)]
pub struct Import {
    /// The value.
    pub value: ValueId,
    /// Whether it may have it for good; else it takes another one.
    pub moved: bool,
}

/// The layouts of all regions; `live_in` says what is live at each point.
#[must_use]
pub fn layouts(program: &Program<'_>, live_in: &[BTreeSet<VarId>]) -> Vec<Layout> {
    let mut layouts: Vec<Layout> = program.regions.iter().map(|_| Layout::default()).collect();
    layouts[0].owned = (0..program.values.len()).collect();
    let changed: Vec<BTreeSet<ValueId>> =
        (0..program.regions.len()).map(|region| reads::changed_in(program, region)).collect();
    for (region, changed) in changed.iter().enumerate() {
        if let (Some(join), false) = (program.regions[region].join, program.gives_one(region)) {
            layouts[region].exports = changed.iter().copied().filter(|value| live_in[join].contains(value)).collect();
        }
    }
    // What is around a region comes before it.
    for region in 1..program.regions.len() {
        let Some(fork) = program.regions[region].fork else { continue };
        let item = &program.forks[fork];
        let outer = program.points[item.point].region;
        let through = through(program, &layouts, live_in, item.point);
        let entry = &live_in[program.regions[region].entry];
        let many = matches!(item.kind, ForkKind::Each { .. });
        let siblings = |value: &ValueId| {
            let others = item.regions.iter().filter(|&&other| other != region);
            others.into_iter().any(|&other| live_in[program.regions[other].entry].contains(value))
        };
        let mut imports = Vec::new();
        for &value in entry.iter().filter(|&&var| var < program.values.len()) {
            let free = !many && !through.contains(&value) && layouts[outer].owned.contains(&value);
            if changed[region].contains(&value) {
                // Branches of `first` may each set what they all begin with; of others no sibling touches it.
                let shared = matches!(item.kind, ForkKind::First) && siblings(&value);
                imports.push(Import { value, moved: free && !shared });
            } else if free && !siblings(&value) {
                imports.push(Import { value, moved: true });
            }
        }
        let owned = changed[region].iter().copied().chain(imports.iter().map(|import| import.value)).collect();
        (layouts[region].owned, layouts[region].imports) = (owned, imports);
    }
    layouts
}

/// The values that are set where a way of a point is taken.
#[must_use]
pub fn set_on(program: &Program<'_>, layouts: &[Layout], point: PointId, way: usize) -> Vec<ValueId> {
    let at = &program.points[point];
    match (at.guard(way), &at.kind) {
        (Some(Guard::Within { .. }), _) => Vec::new(),
        (Some(Guard::Catch { value, .. }), _) => vec![*value],
        (None, Kind::Fork(fork)) => exported(program, layouts, *fork, way),
        (None, _) => reads::sets(program, point),
    }
}

fn exported(program: &Program<'_>, layouts: &[Layout], id: ForkId, way: usize) -> Vec<ValueId> {
    let fork = &program.forks[id];
    let regions: &[RegionId] = match fork.kind {
        ForkKind::First => &fork.regions[way..=way],
        ForkKind::All | ForkKind::Each { .. } => &fork.regions,
    };
    let exports = regions.iter().flat_map(|&region| layouts[region].exports.iter().copied());
    exports.chain(fork.result).collect()
}

/// The values that are held at a point and read behind it as they are, on whatever way.
fn through(
    program: &Program<'_>,
    layouts: &[Layout],
    live_in: &[BTreeSet<VarId>],
    point: PointId,
) -> BTreeSet<ValueId> {
    let ways = 0..program.points[point].ways.len();
    ways.filter_map(|way| Some((way, program.way(point, way)?)))
        .flat_map(|(way, to)| {
            let set = set_on(program, layouts, point, way);
            live_in[to].iter().copied().filter(move |var| !set.contains(var))
        })
        .filter(|&var| var < program.values.len())
        .collect()
}
