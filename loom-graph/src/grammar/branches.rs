//! What branches may share: all may read what stands before their fork, and none what another one sets.

use super::{
    errors::Errors,
    program::{ForkKind, Kind, Program, RegionId, ValueId},
    reads,
};
use crate::flow::{PointId, VarId};
use proc_macro2::{Ident, Span};
use std::collections::BTreeSet;

/// Tells of branches that get in each other's way. Gives the values that were spoken of, so that their reads are not told
/// as well.
pub fn keep_apart(program: &Program<'_>, errors: &Errors) -> Vec<VarId> {
    let mut told = Vec::new();
    for fork in &program.forks {
        match fork.kind {
            ForkKind::All => siblings(program, &fork.regions, &mut told, errors),
            // Each branch of `first` works on values of its own, and those of the winner stand behind it.
            ForkKind::First | ForkKind::Each { .. } => {}
        }
        for &region in &fork.regions {
            if program.gives_one(region) {
                inner(program, region, &mut told, errors);
            }
        }
    }
    told
}

fn siblings(program: &Program<'_>, regions: &[RegionId], told: &mut Vec<VarId>, errors: &Errors) {
    for &region in regions {
        let changed = reads::changed_in(program, region);
        for &other in regions.iter().filter(|&&other| other != region) {
            for point in points(program, |of| program.is_within(of, other)) {
                let touched = touches(program, point);
                for (value, span, sets) in touched.into_iter().filter(|(value, ..)| changed.contains(value)) {
                    if told.contains(&value) || is_hidden(&program.values[value].name) {
                        continue;
                    }
                    told.push(value);
                    let name = &program.values[value].name;
                    let does = if sets { "sets" } else { "reads" };
                    errors.at(span, format!("this branch {does} `{name}`, which another one sets: both run at the same time. Give one of the values another name, or read it behind the fork"));
                }
            }
        }
    }
}

/// Of a branch that runs for each item, or that may fail and be gone on behind, the values stay within.
fn inner(program: &Program<'_>, region: RegionId, told: &mut Vec<VarId>, errors: &Errors) {
    let changed = reads::changed_in(program, region);
    let items = program.is_for_items(region);
    // What begins empty at `start` and grows in here is read by every branch.
    for point in points(program, |of| program.is_within(of, region)) {
        let Some(list) = reads::appended(program, point).filter(|list| !told.contains(list)) else { continue };
        let begins = reads::sets(program, 0).contains(&list);
        if begins && items {
            told.push(list);
            let name = &program.values[list].name;
            errors.at(program.points[point].span, format!("the branches of a `for` fork run at the same time, so none can append to `{name}`: append what the fork gives, `{name} += [for …]`"));
        }
    }
    for point in points(program, |of| !program.is_within(of, region)) {
        for (value, span, sets) in touches(program, point) {
            if !changed.contains(&value) || told.contains(&value) || is_hidden(&program.values[value].name) {
                continue;
            }
            told.push(value);
            let name = &program.values[value].name;
            let does = if sets { "set" } else { "read" };
            errors.at(
                span,
                if items {
                    format!("`{name}` is set anew for each item of a `for` fork, so it cannot be {does} here: name what the fork gives, `parts = [for …]`")
                } else {
                    format!("`{name}` is set within `try {{ … }}`, which may fail before, so it cannot be {does} here: name what the block gives, `tried = try {{ … }}`")
                },
            );
        }
    }
}

fn points<'p>(program: &'p Program<'_>, stands: impl Fn(RegionId) -> bool + 'p) -> impl Iterator<Item = PointId> + 'p {
    (0..program.points.len()).filter(move |&point| stands(program.points[point].region))
}

/// The values a point reads or sets, where, and whether it sets them. What stands at `start` is there for all.
fn touches(program: &Program<'_>, point: PointId) -> Vec<(ValueId, Span, bool)> {
    if matches!(program.points[point].kind, Kind::Start) {
        return Vec::new();
    }
    let count = program.values.len();
    let mut found: Vec<(ValueId, Span, bool)> = Vec::new();
    for read in reads::of_point(program, point).0 {
        let values =
            if read.var < count { BTreeSet::from([read.var]) } else { reads::frame_values(program, read.var - count) };
        found.extend(values.into_iter().map(|value| (value, read.span, false)));
    }
    let span = program.points[point].span;
    found.extend(reads::changes(program, point).into_iter().map(|value| (value, span, true)));
    found
}

fn is_hidden(name: &Ident) -> bool {
    name.to_string().starts_with("__")
}
