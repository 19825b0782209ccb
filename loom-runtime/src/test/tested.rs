//! A run under test that is over: what it came to, and all that was seen of it.

use super::{log::Log, path::Path, plan::known, session::Session, words::listed};
use crate::{
    failure::{Failure, FailureKind},
    machine::Workflow,
    parts::Parts,
    step::Step,
};
use loomflow_graph::{graph::NodeKind, similar::nearest};
use std::{any::TypeId, collections::BTreeSet, fmt, marker::PhantomData, sync::Arc, time::Duration};

/// A run under test that is over, or was left where it stood.
pub struct Tested<W: Workflow> {
    pub(super) outcome: Option<Result<W::Output, Failure>>,
    pub(super) log: Log,
    pub(super) session: Arc<Session>,
    pub(super) elapsed: Duration,
    pub(super) workflow: PhantomData<fn() -> W>,
}

impl<W: Workflow> fmt::Debug for Tested<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tested").field("workflow", &W::NAME).field("path", &self.path()).finish_non_exhaustive()
    }
}

impl<W: Workflow> Tested<W> {
    /// The names of the nodes it visited, in the order of the graph: of a fork branch after branch, whichever was quicker, and
    /// of a nested workflow behind its node, as `refund/charge`.
    #[must_use]
    pub fn path(&self) -> Path {
        Path(self.log.nodes().map(|(name, _)| name).collect())
    }

    /// What it came to; none when it was left where it stood.
    pub const fn outcome(&self) -> Option<&Result<W::Output, Failure>> {
        self.outcome.as_ref()
    }

    /// What it ended in.
    ///
    /// # Panics
    /// When it failed or did not end, with its failure and its path.
    #[track_caller]
    pub fn output(&self) -> &W::Output {
        match &self.outcome {
            Some(Ok(output)) => output,
            Some(Err(failure)) => {
                panic!("`{}` failed: {failure:#}\n  path: {}{}", W::NAME, self.path(), unsaid(failure))
            }
            None => panic!("`{}` has not ended: it stands at {}", W::NAME, self.stands_at().join(", ")),
        }
    }

    /// What it failed with.
    ///
    /// # Panics
    /// When it ended well or did not end, with its path.
    #[track_caller]
    pub fn failure(&self) -> &Failure {
        match &self.outcome {
            Some(Err(failure)) => failure,
            Some(Ok(_)) => panic!("`{}` did not fail: it came to its end\n  path: {}", W::NAME, self.path()),
            None => panic!("`{}` has not ended: it stands at {}", W::NAME, self.stands_at().join(", ")),
        }
    }

    /// The output or the failure, to take along.
    ///
    /// # Panics
    /// When it did not end.
    #[track_caller]
    #[expect(clippy::missing_errors_doc, reason = "the failure is what a test looks at")]
    pub fn into_result(self) -> Result<W::Output, Failure> {
        let stands = self.stands_at().join(", ");
        self.outcome.unwrap_or_else(|| panic!("`{}` has not ended: it stands at {stands}", W::NAME))
    }

    /// That it took this path.
    ///
    /// # Panics
    /// When it took another one: both are told, and the first difference.
    #[track_caller]
    pub fn assert_path<'p>(&self, expected: impl IntoIterator<Item = &'p str>) -> &Self {
        let expected: Vec<&str> = expected.into_iter().collect();
        if let Some(difference) = self.path().difference(&expected) {
            panic!("`{}` took another path\n{difference}{}{}", W::NAME, self.told_labels(), self.told_outcome());
        }
        self
    }

    /// Whether it left a node by a label, at any visit. A label is what the graph says, `Desk::Billing(account)`, or its last
    /// name, `Billing`; a guard's is `after 2d` or `catch`, and a bound that is used up is `spent`.
    ///
    /// # Panics
    /// When the graph has no such node, or no such label there.
    #[track_caller]
    pub fn took(&self, node: &str, label: &str) -> bool {
        is_label::<W>(node, label);
        self.labels(node).iter().any(|taken| is_called(taken, label))
    }

    /// That it left a node by a label.
    ///
    /// # Panics
    /// When it did not: the labels it did take there are told.
    #[track_caller]
    pub fn assert_took(&self, node: &str, label: &str) -> &Self {
        if !self.took(node, label) {
            let taken = self.labels(node);
            let how = match (self.visits(node), taken.as_slice()) {
                (0, _) => "it never came there".to_owned(),
                (_, []) => "it never left it by a label".to_owned(),
                (_, taken) => format!("it took `{}`", taken.join("`, `")),
            };
            panic!("`{}` did not leave `{node}` by `{label}`: {how}\n  path: {}", W::NAME, self.path());
        }
        self
    }

    /// The labels by which it left a node, of all visits, in order.
    #[must_use]
    pub fn labels(&self, node: &str) -> Vec<&'static str> {
        let seen = self.log.seen.iter().filter(|(address, seen)| self.log.is_named(address, seen, node));
        seen.flat_map(|(_, seen)| seen.labels.clone()).collect()
    }

    /// How often it came to a node.
    #[must_use]
    pub fn visits(&self, node: &str) -> usize {
        self.log.nodes().filter(|(name, _)| name == node).count()
    }

    /// How often a step was performed, or its mock, at whatever node; its attempts at one visit are one.
    ///
    /// # Panics
    /// When the workflow has no such step.
    #[track_caller]
    #[must_use]
    pub fn calls<S: Step>(&self) -> usize {
        known::<S>(&W::parts());
        self.session.calls(TypeId::of::<S>())
    }

    /// What [`note`](super::Test::note) noted of the inputs of a step, visit by visit.
    ///
    /// # Panics
    /// When the workflow has no such step.
    #[track_caller]
    #[must_use]
    pub fn noted<S: Step>(&self) -> Vec<String> {
        known::<S>(&W::parts());
        self.session.notes(TypeId::of::<S>())
    }

    /// How long it took by its own clock, on which sleeps, limits and pauses pass at once.
    #[must_use]
    pub const fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// The nodes it stands at, of a run that was left where it stood.
    #[must_use]
    pub fn stands_at(&self) -> Vec<String> {
        if self.outcome.is_some() {
            return Vec::new();
        }
        let nodes = self.log.nodes().filter(|(_, seen)| !seen.done && !seen.failed && seen.labels.is_empty());
        let names: Vec<String> = nodes.map(|(name, _)| name).collect();
        // A nested workflow stands where its own node does.
        let is_outer = |name: &String| names.iter().any(|other| other.starts_with(&format!("{name}/")));
        names.iter().filter(|name| !is_outer(name)).cloned().collect()
    }

    fn told_labels(&self) -> String {
        let labelled = self.log.nodes().filter(|(_, seen)| !seen.labels.is_empty());
        let told: Vec<String> = labelled.map(|(name, seen)| format!("{name} by {}", seen.labels.join(", "))).collect();
        if told.is_empty() { String::new() } else { format!("\n  labels:   {}", told.join("; ")) }
    }

    fn told_outcome(&self) -> String {
        match &self.outcome {
            Some(Err(failure)) => format!("\n  failed:   {failure:#}"),
            Some(Ok(_)) => String::new(),
            None => format!("\n  stands at {}", self.stands_at().join(", ")),
        }
    }
}

/// What to say of an ask of which nothing was said.
fn unsaid(failure: &Failure) -> String {
    if failure.kind() != FailureKind::Unanswered {
        return String::new();
    }
    let ask = failure.node();
    format!("\n  in a test: `.answer::<{ask}>(…)`, or `.unanswered::<{ask}>()` to have it wait for nobody")
}

/// That a node can be left by a label at all.
#[track_caller]
fn is_label<W: Workflow>(node: &str, label: &str) {
    let (mut nodes, mut labels) = (BTreeSet::new(), BTreeSet::new());
    within("", &W::parts(), &mut |name, index, parts| {
        if name == node {
            labels.extend(leaving(parts, index));
        }
        // A path has no more of a sleep than that it is one.
        let is_sleep = parts.graph.as_ref().is_some_and(|graph| graph.nodes()[index].kind() == NodeKind::Sleep);
        if is_sleep && name.split('(').next() == Some(node) {
            labels.extend(leaving(parts, index));
            nodes.insert(node.to_owned());
        }
        nodes.insert(name);
    });
    if !nodes.contains(node) {
        let near = nearest(node, &nodes)
            .map_or_else(|| format!("its nodes are {}", listed(&nodes)), |near| format!("did you mean `{near}`?"));
        panic!("`{}` has no node `{node}`: {near}", W::NAME);
    }
    assert!(
        labels.iter().any(|known| is_called(known, label)),
        "`{}` does not leave `{node}` by a label `{label}`: it has {}",
        W::NAME,
        listed(&labels)
    );
}

/// All nodes of a workflow and of those within, by the names of a path.
fn within(prefix: &str, parts: &Parts, look: &mut dyn FnMut(String, usize, &Parts)) {
    let Some(graph) = &parts.graph else { return };
    for (index, node) in graph.nodes().iter().enumerate() {
        look(format!("{prefix}{}", node.name()), index, parts);
        if let Some(inner) = index.checked_sub(1).and_then(|index| parts.nodes.get(index)) {
            within(&format!("{prefix}{}/", node.name()), &inner(), look);
        }
    }
}

/// The labels by which a node is left. An edge has those of all that it goes through, one after the other.
fn leaving(parts: &Parts, node: usize) -> Vec<String> {
    let Some(graph) = &parts.graph else { return Vec::new() };
    let mut labels: Vec<String> = Vec::new();
    let joins = graph.nodes().get(node + 1).is_some_and(|next| next.kind() == NodeKind::Join);
    for edge in graph.edges_from(node).chain(graph.edges_from(node + 1).filter(|_| joins)) {
        labels.extend(split(edge.label()));
        if edge.is_spent() {
            labels.push("spent".to_owned());
        }
    }
    labels
}

/// The labels of an edge, which are joined by commas; a comma within brackets is a part of one.
pub(super) fn split(label: &str) -> Vec<String> {
    let (mut labels, mut depth, mut one) = (Vec::new(), 0_i32, String::new());
    for c in label.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                labels.push(std::mem::take(&mut one).trim().to_owned());
                continue;
            }
            _ => {}
        }
        one.push(c);
    }
    if !one.trim().is_empty() {
        labels.push(one.trim().to_owned());
    }
    labels
}

/// Whether a label may be called so: as it is written, or a pattern by the last name of its path.
pub(super) fn is_called(label: &str, name: &str) -> bool {
    let bare = label.split(['(', '{', ' ']).next().unwrap_or(label);
    label == name || bare == name || bare.rsplit("::").next() == Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_may_be_called_by_its_last_name() {
        for name in ["Desk::Billing(account)", "Desk::Billing", "Billing"] {
            assert!(is_called("Desk::Billing(account)", name), "{name}");
        }
        assert!(!is_called("Desk::Billing(account)", "Desk") && !is_called("after 2d", "2d"));
    }

    #[test]
    fn the_labels_of_an_edge_are_told_apart() {
        assert_eq!(split("A(x, y), b > (1, 2), else"), ["A(x, y)", "b > (1, 2)", "else"]);
        assert!(split("").is_empty());
    }
}
