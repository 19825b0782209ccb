//! After how many steps a run of a program has ended, its forks included.
//!
//! All branches of a fork may take all of their steps, those of `first` too: a loser is dropped where it stands. So a
//! fork counts as a point that takes as many steps as its branches together, and of a fork over items as often as there
//! are items.

use super::{
    program::{ForkId, ForkKind, Kind, Program, RegionId},
    text::text,
};
use crate::flow::{
    Flow, Way,
    steps::{Steps, max_steps_from},
};
use std::collections::HashMap;
use syn::{Expr, ExprLit, ExprRange, Lit, RangeLimits};

/// The most steps a run can take; `None` when a loop has no bound.
#[must_use]
pub fn max_steps(program: &Program<'_>, flow: &Flow) -> Option<Steps> {
    let mut closed = flow.clone();
    for (point, at) in program.points.iter().enumerate() {
        match at.kind {
            Kind::Fork(_) => {
                closed.points[point].ways =
                    program.ways(point).into_iter().map(|to| Way { to, ..Way::default() }).collect();
            }
            Kind::Join(_) => closed.points[point].ways.clear(),
            _ => {}
        }
    }
    let mut forks: HashMap<ForkId, Steps> = HashMap::new();
    for (id, fork) in program.forks.iter().enumerate().rev() {
        let mut steps = Steps::Number(0);
        for &region in &fork.regions {
            steps = steps.plus(of_region(program, &closed, &forks, region)?);
        }
        if let ForkKind::Each { items, .. } = fork.kind {
            steps = count(items).times(steps);
        }
        forks.insert(id, steps);
    }
    of_region(program, &closed, &forks, 0)
}

fn of_region(program: &Program<'_>, closed: &Flow, forks: &HashMap<ForkId, Steps>, region: RegionId) -> Option<Steps> {
    max_steps_from(closed, program.regions[region].entry, &|point| match &program.points[point].kind {
        Kind::Call(..) => Steps::Number(1),
        Kind::Fork(fork) => forks.get(fork).cloned().unwrap_or(Steps::Number(0)),
        _ => Steps::Number(0),
    })
}

/// How many items there are: a number where they are written out, else how one would ask for it.
fn count(items: &Expr) -> Steps {
    let number = |expr: Option<&Expr>| match expr {
        Some(Expr::Lit(ExprLit { lit: Lit::Int(lit), .. })) => lit.base10_parse::<u64>().ok(),
        _ => None,
    };
    match items {
        Expr::Range(ExprRange { start, end, limits, .. }) => {
            if let (Some(start), Some(end)) = (number(start.as_deref()), number(end.as_deref())) {
                let last = u64::from(matches!(limits, RangeLimits::Closed(_)));
                return Steps::Number((end + last).saturating_sub(start));
            }
            Steps::Expression(format!("({}).count()", text(items)))
        }
        Expr::Array(array) => Steps::Number(array.elems.len() as u64),
        Expr::Paren(paren) => count(&paren.expr),
        Expr::Reference(reference) => count(&reference.expr),
        Expr::MethodCall(call) if iterates(&call.method.to_string()) => {
            Steps::Expression(format!("{}.count()", text(items)))
        }
        _ => Steps::Expression(format!("{}.len()", text(items))),
    }
}

/// Whether a method gives an iterator by the standard library's conventions, and so has no length.
fn iterates(method: &str) -> bool {
    const ITERATING: [&str; 16] = [
        "chain",
        "chunks",
        "drain",
        "enumerate",
        "filter",
        "filter_map",
        "flat_map",
        "into_iter",
        "iter",
        "map",
        "rev",
        "skip",
        "step_by",
        "take",
        "windows",
        "zip",
    ];
    ITERATING.contains(&method)
}
