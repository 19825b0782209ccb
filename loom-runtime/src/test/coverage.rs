//! Edge coverage: which edges of a graph the tests have taken, and which none has.

use super::edges::Taken;
use crate::{locked::locked, machine::Workflow};
use loomflow_graph::draw::{Drawing, Overlay, State};
use std::{
    any::type_name,
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    env, fmt, fs,
    io::Write as _,
    marker::PhantomData,
    sync::Mutex,
};

/// The environment variable that names a file in which all test binaries note what they have taken.
pub const FILE: &str = "LOOMFLOW_COVERAGE";

/// How often each edge was taken, by the types of the workflows.
type Counts = HashMap<String, BTreeMap<usize, u64>>;

/// What all tests of this process have taken.
static ALL: Mutex<Option<Counts>> = Mutex::new(None);

thread_local! {
    /// What the tests that are covered on this thread have taken, the innermost last.
    static HERE: RefCell<Vec<Counts>> = const { RefCell::new(Vec::new()) };
}

/// Counts what a run has taken, for all who want to know.
pub(super) fn count(taken: &[Taken]) {
    let add = |counts: &mut Counts| {
        for (workflow, edge) in taken {
            *counts.entry((*workflow).to_owned()).or_default().entry(*edge).or_default() += 1;
        }
    };
    add(locked(&ALL).get_or_insert_default());
    HERE.with_borrow_mut(|here| here.iter_mut().for_each(add));
    if let Some(file) = env::var_os(FILE) {
        let lines: Vec<String> = taken.iter().map(|(workflow, edge)| format!("{edge} {workflow}\n")).collect();
        // One write, so that lines of several processes do not mix.
        let opened = fs::OpenOptions::new().create(true).append(true).open(&file);
        if let Err(error) = opened.and_then(|mut file| file.write_all(lines.concat().as_bytes())) {
            panic!("what was taken cannot be noted in {} ({FILE} names it): {error}", file.display());
        }
    }
}

/// What all tests of this process have taken of a workflow so far; with `LOOMFLOW_COVERAGE` set, those of all processes that
/// noted something in the file of that name.
///
/// Tests run in no order, so this is for a process that runs when the others have: see [the module](crate::test). Within a
/// test, [`covered`] is what does not depend on others.
///
/// # Panics
/// When the file cannot be read.
#[must_use]
pub fn coverage<W: Workflow>() -> Coverage<W> {
    let mut taken = locked(&ALL).as_ref().and_then(|all| all.get(type_name::<W>())).cloned().unwrap_or_default();
    if let Some(file) = env::var_os(FILE).filter(|file| fs::exists(file).unwrap_or(true)) {
        let text = fs::read_to_string(&file)
            .unwrap_or_else(|error| panic!("{} ({FILE} names it) cannot be read: {error}", file.display()));
        let lines = text.lines().filter_map(|line| line.split_once(' '));
        // What this process has taken stands in the file too.
        taken.clear();
        for (edge, _) in lines.filter(|(_, workflow)| *workflow == type_name::<W>()) {
            if let Ok(edge) = edge.parse() {
                *taken.entry(edge).or_default() += 1;
            }
        }
    }
    Coverage { taken, workflow: PhantomData }
}

/// What the tests in a closure take of a workflow, and no others: a suite, whatever else runs beside it.
///
/// Runs on other threads that it starts do not count.
pub fn covered<W: Workflow>(tests: impl FnOnce()) -> Coverage<W> {
    /// Takes its counts away again, also when a test panics.
    struct Here;
    impl Drop for Here {
        fn drop(&mut self) {
            HERE.with_borrow_mut(Vec::pop);
        }
    }
    HERE.with_borrow_mut(|here| here.push(Counts::new()));
    let here = Here;
    tests();
    let taken = HERE.with_borrow(|here| here.last().and_then(|counts| counts.get(type_name::<W>())).cloned());
    drop(here);
    Coverage { taken: taken.unwrap_or_default(), workflow: PhantomData }
}

/// How often each edge of a workflow was taken.
///
/// It displays as a report: how many were taken, and those that were not, with their lines.
pub struct Coverage<W> {
    taken: BTreeMap<usize, u64>,
    workflow: PhantomData<fn() -> W>,
}

/// An edge that no test has taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Untaken {
    /// The node it leaves.
    pub from: &'static str,
    /// Its label; empty where there is no choice.
    pub label: &'static str,
    /// Whether it is the way that is taken when a bound is used up.
    pub is_spent: bool,
    /// The node it enters.
    pub to: &'static str,
    /// Its source line.
    pub line: u32,
}

impl fmt::Display for Untaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Untaken { from, label, is_spent, to, line } = self;
        write!(f, "{from} -> {to}")?;
        match (*label, is_spent) {
            ("", false) => {}
            ("", true) => write!(f, " when its bound is spent")?,
            (label, false) => write!(f, " by `{label}`")?,
            (label, true) => write!(f, " by `{label}` when its bound is spent")?,
        }
        write!(f, " (line {line})")
    }
}

impl<W: Workflow> Coverage<W> {
    /// The edges that were not taken, in the order of the graph.
    #[must_use]
    pub fn untaken(&self) -> Vec<Untaken> {
        let graph = W::GRAPH;
        let edges = graph.edges().iter().enumerate().filter(|(index, _)| !self.taken.contains_key(index));
        edges
            .map(|(_, edge)| Untaken {
                from: graph.nodes()[edge.from()].name(),
                label: edge.label(),
                is_spent: edge.is_spent(),
                to: graph.nodes()[edge.to()].name(),
                line: edge.line(),
            })
            .collect()
    }

    /// How many of a hundred edges were taken, less what is not whole.
    #[must_use]
    pub fn percent(&self) -> usize {
        let all = W::GRAPH.edges().len();
        (all - self.untaken().len()) * 100 / all.max(1)
    }

    /// That so many of a hundred edges were taken.
    ///
    /// # Panics
    /// When fewer were: those that were not are told.
    #[track_caller]
    pub fn at_least(&self, percent: usize) {
        assert!(self.percent() >= percent, "{self}\n{percent} % were to be taken");
    }

    /// The graph with what was taken over it: what was not is dim. It draws as Mermaid, DOT, and with the feature `svg` as an
    /// image: `coverage.drawing().to_mermaid()`.
    #[must_use]
    pub fn drawing(&self) -> Drawing<'static> {
        let graph = W::GRAPH;
        let mut overlay = Overlay::new();
        let mut visits = vec![0; graph.nodes().len()];
        for (&edge, &times) in &self.taken {
            overlay.take(edge, times);
            visits[graph.edges()[edge].to()] += times;
            visits[graph.edges()[edge].from()] = visits[graph.edges()[edge].from()].max(1);
        }
        for (node, &times) in visits.iter().enumerate().filter(|(_, times)| **times > 0) {
            overlay.set(node, State::Done, times);
        }
        graph.drawing().over(overlay)
    }
}

impl<W: Workflow> fmt::Display for Coverage<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (untaken, all) = (self.untaken(), W::GRAPH.edges().len());
        let taken = all - untaken.len();
        write!(f, "`{}`: {taken} of {all} edges were taken ({} %)", W::NAME, self.percent())?;
        untaken.iter().try_for_each(|edge| write!(f, "\n  not taken: {edge}"))
    }
}

impl<W: Workflow> fmt::Debug for Coverage<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
