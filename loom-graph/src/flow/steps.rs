//! After how many steps a run has ended.
//!
//! A stay in a strongly connected component takes a bounded way of it at most as often as its `max` says, so the stay is
//! that many stretches over what is left without those ways, and one more. What is left is measured in the same way; where
//! nothing goes round any more, the longest path counts.

use super::{CounterId, Flow, Max, PointId, loops::counts_within, reach::reached_from, scc::components};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt,
};

/// A number of steps: a number, or a formula over the expressions that stand after `max`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Steps {
    /// A number.
    Number(u64),
    /// An expression of the user's, as written.
    Expression(String),
    /// A sum of at least two parts.
    Sum(Vec<Steps>),
    /// A product of two parts.
    Product(Box<Steps>, Box<Steps>),
    /// The greatest of at least two parts.
    Most(Vec<Steps>),
}

impl Steps {
    /// Both, one after the other.
    #[must_use]
    pub fn plus(self, other: Steps) -> Steps {
        Steps::sum(self.into_parts().into_iter().chain(other.into_parts()))
    }

    // Numbers become one, which stands first; without them, and without parts, it is 0.
    fn sum(all: impl Iterator<Item = Steps>) -> Steps {
        let (mut number, mut parts) = (0_u64, Vec::new());
        for part in all {
            match part {
                Steps::Number(n) if number.checked_add(n).is_some() => number += n,
                part => parts.push(part),
            }
        }
        if number > 0 || parts.is_empty() {
            parts.insert(0, Steps::Number(number));
        }
        if parts.len() == 1 { parts.remove(0) } else { Steps::Sum(parts) }
    }

    fn into_parts(self) -> Vec<Steps> {
        if let Steps::Sum(parts) = self { parts } else { vec![self] }
    }

    /// The one as often as the other says.
    #[must_use]
    pub fn times(self, other: Steps) -> Steps {
        match (self, other) {
            (Steps::Number(0), _) | (_, Steps::Number(0)) => Steps::Number(0),
            (Steps::Number(1), steps) | (steps, Steps::Number(1)) => steps,
            (Steps::Number(a), Steps::Number(b)) => match a.checked_mul(b) {
                Some(product) => Steps::Number(product),
                None => Steps::Product(Box::new(Steps::Number(a)), Box::new(Steps::Number(b))),
            },
            (a, b) => Steps::Product(Box::new(a), Box::new(b)),
        }
    }

    // What both have stands before the choice: a formula would else double with every branch on the way.
    fn or(self, other: Steps) -> Steps {
        let (mut shared, mut rest, mut others) = (Vec::new(), Vec::new(), other.into_parts());
        for part in self.into_parts() {
            match others.iter().position(|other| *other == part) {
                Some(same) => shared.push(others.remove(same)),
                None => rest.push(part),
            }
        }
        if let (Some(Steps::Number(a)), Some(Steps::Number(b))) = (rest.first_mut(), others.first_mut()) {
            let both = (*a).min(*b);
            (*a, *b) = (*a - both, *b - both);
            shared.push(Steps::Number(both));
        }
        let most = Steps::sum(rest.into_iter()).greatest(Steps::sum(others.into_iter()));
        Steps::sum(shared.into_iter().chain(most.into_parts()))
    }

    fn greatest(self, other: Steps) -> Steps {
        let (mut number, mut parts) = (0_u64, Vec::new());
        for part in [self, other] {
            for part in if let Steps::Most(parts) = part { parts } else { vec![part] } {
                match part {
                    Steps::Number(n) => number = number.max(n),
                    part if parts.contains(&part) => {}
                    part => parts.push(part),
                }
            }
        }
        if number > 0 || parts.is_empty() {
            parts.insert(0, Steps::Number(number));
        }
        if parts.len() == 1 { parts.remove(0) } else { Steps::Most(parts) }
    }

    /// The number, when the user's expressions are these; saturates.
    #[must_use]
    pub fn value(&self, of: &impl Fn(&str) -> u64) -> u64 {
        match self {
            Steps::Number(n) => *n,
            Steps::Expression(text) => of(text),
            Steps::Sum(parts) => parts.iter().fold(0, |sum, part| sum.saturating_add(part.value(of))),
            Steps::Product(a, b) => a.value(of).saturating_mul(b.value(of)),
            Steps::Most(parts) => parts.iter().map(|part| part.value(of)).max().unwrap_or(0),
        }
    }
}

impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        type Show = fn(&mut fmt::Formatter<'_>, &Steps) -> fmt::Result;
        let list = |f: &mut fmt::Formatter<'_>, parts: &[Steps], between: &str, show: Show| {
            parts.iter().enumerate().try_for_each(|(i, part)| {
                if i > 0 {
                    f.write_str(between)?;
                }
                show(f, part)
            })
        };
        // Of the user's own expressions only names and paths mean the same beside a `+` as alone.
        let term: Show = |f, part| match part {
            Steps::Expression(text) if !text.chars().all(|c| c.is_alphanumeric() || "_.:()".contains(c)) => {
                write!(f, "({text})")
            }
            _ => part.fmt(f),
        };
        match self {
            Steps::Number(n) => n.fmt(f),
            Steps::Expression(text) => f.write_str(text),
            Steps::Sum(parts) => list(f, parts, " + ", term),
            Steps::Product(a, b) => {
                for (between, part) in [("", a), (" * ", b)] {
                    f.write_str(between)?;
                    if let Steps::Sum(_) = **part { write!(f, "({part})")? } else { term(f, part)? }
                }
                Ok(())
            }
            Steps::Most(parts) => {
                f.write_str("max(")?;
                list(f, parts, ", ", |f, part| part.fmt(f))?;
                f.write_str(")")
            }
        }
    }
}

/// The most steps a run can take; `None` when a loop has no bound.
#[must_use]
pub fn max_steps(flow: &Flow) -> Option<Steps> {
    max_steps_from(flow, 0, &|point| Steps::Number(u64::from(flow.points[point].node.is_some())))
}

/// The most steps from a point on, where `at` says how many are taken at each; `None` when a loop has no bound.
pub fn max_steps_from(flow: &Flow, from: PointId, at: &dyn Fn(PointId) -> Steps) -> Option<Steps> {
    let reached = reached_from(flow, from);
    let points: Vec<PointId> = (0..flow.points.len()).filter(|&point| reached[point]).collect();
    if points.is_empty() {
        return Some(Steps::Number(0));
    }
    walks(flow, &points, &BTreeSet::new(), at)?.remove(&from)
}

/// The most steps of a walk on `points` that takes no ways of counters in `cut`, by the point it begins at.
fn walks(
    flow: &Flow,
    points: &[PointId],
    cut: &BTreeSet<CounterId>,
    at: &dyn Fn(PointId) -> Steps,
) -> Option<HashMap<PointId, Steps>> {
    let takes = |bound: Option<CounterId>| bound.is_none_or(|counter| !cut.contains(&counter));
    let found =
        components(points, |point| flow.points[point].ways.iter().filter(|way| takes(way.bound)).map(|way| way.to));
    let mut known: HashMap<PointId, Steps> = HashMap::new();
    for component in &found {
        // What follows comes first in this order, so it is known; the component's own points are not yet.
        let mut leaving = Steps::Number(0);
        for way in component.iter().flat_map(|&point| &flow.points[point].ways).filter(|way| takes(way.bound)) {
            if let Some(onward) = known.get(&way.to) {
                leaving = leaving.or(onward.clone());
            }
        }
        for (entry, stay) in stays(flow, component, cut, at)? {
            known.insert(entry, stay.plus(leaving.clone()));
        }
    }
    Some(known)
}

/// The most steps of a stay in a component, by the point it is entered at: the first stretch from there, and one for each
/// time a bounded way is taken.
fn stays(
    flow: &Flow,
    component: &[PointId],
    cut: &BTreeSet<CounterId>,
    at: &dyn Fn(PointId) -> Steps,
) -> Option<HashMap<PointId, Steps>> {
    let members: HashSet<PointId> = component.iter().copied().collect();
    let inner: Vec<_> = component
        .iter()
        .flat_map(|&point| &flow.points[point].ways)
        .filter(|way| members.contains(&way.to) && way.bound.is_none_or(|counter| !cut.contains(&counter)))
        .collect();
    if inner.is_empty() {
        return Some(component.iter().map(|&point| (point, at(point))).collect());
    }
    let mut heads: BTreeMap<CounterId, Vec<PointId>> = BTreeMap::new();
    for way in inner {
        if let Some(counter) = way.bound.filter(|&counter| counts_within(flow, counter, &members)) {
            heads.entry(counter).or_default().push(way.to);
        }
    }
    if heads.is_empty() {
        return None;
    }
    let mut cut = cut.clone();
    cut.extend(heads.keys());
    let stretches = walks(flow, component, &cut, at)?;
    let mut more = Steps::Number(0);
    for (counter, heads) in heads {
        let longest = heads.iter().fold(Steps::Number(0), |longest, head| longest.or(stretches[head].clone()));
        let times = match &flow.counters[counter].max {
            Max::Number(n) => Steps::Number(*n),
            Max::Expression(text) => Steps::Expression(text.clone()),
        };
        more = more.plus(times.times(longest));
    }
    Some(stretches.into_iter().map(|(entry, first)| (entry, first.plus(more.clone()))).collect())
}
