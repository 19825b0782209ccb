//! Workflows by their names, so that a run can be carried on of which only the journal knows.

use super::{
    driver::Durable,
    inner::Live,
    task::{Came, carry_on},
};
use crate::{
    machine::{Machine, Workflow},
    parts::Parts,
    step::Step,
};
use loomflow_graph::version::fingerprint;
use std::{
    collections::{BTreeMap, btree_map},
    future::Future,
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
};

/// What a run of some workflow is carried on by.
pub(super) trait Runner<C>: Send + Sync {
    /// Carries a run on.
    fn carry_on<'r>(
        &self,
        driver: &'r Durable,
        context: &'r C,
        id: &'r str,
        input: &'r str,
        live: &'r Live,
    ) -> Pin<Box<dyn Future<Output = Came> + Send + 'r>>;

    /// Whether an answer is of the shape its ask needs; none when the workflow has no such ask.
    fn check_answer(&self, ask: &str, json: &str) -> Option<Result<(), serde_json::Error>>;

    /// The workflow, with what stands at its nodes.
    fn parts(&self) -> Parts;

    /// Its graph, as it is kept of a run.
    fn graph(&self) -> &Described;
}

/// A graph in words, with the types that only the program knows, and what tells it from others at a glance.
pub(super) struct Described {
    pub(super) text: String,
    pub(super) fingerprint: String,
}

struct Runs<W> {
    graph: Described,
    workflow: PhantomData<fn() -> W>,
}

impl<C: Send + Sync, W: Machine<C>> Runner<C> for Runs<W> {
    fn carry_on<'r>(
        &self,
        driver: &'r Durable,
        context: &'r C,
        id: &'r str,
        input: &'r str,
        live: &'r Live,
    ) -> Pin<Box<dyn Future<Output = Came> + Send + 'r>> {
        Box::pin(carry_on::<C, W>(driver, context, id, input, live))
    }

    fn check_answer(&self, ask: &str, json: &str) -> Option<Result<(), serde_json::Error>> {
        <W as Step>::check_answer(ask, json)
    }

    fn parts(&self) -> Parts {
        W::parts()
    }

    fn graph(&self) -> &Described {
        &self.graph
    }
}

/// Workflows that are only looked at, by name and version.
pub(super) type Looked = BTreeMap<(String, u32), fn() -> Parts>;

/// Workflows by name and version.
pub(super) struct Registry<C>(BTreeMap<(String, u32), Arc<dyn Runner<C>>>);

impl<C: Send + Sync> Registry<C> {
    pub(super) const fn new() -> Self {
        Registry(BTreeMap::new())
    }

    /// Adds a workflow; gives whether it is new.
    pub(super) fn put<W: Machine<C>>(&mut self) -> (Arc<dyn Runner<C>>, bool) {
        match self.0.entry((W::NAME.to_owned(), version::<W>())) {
            btree_map::Entry::Occupied(known) => (Arc::clone(known.get()), false),
            btree_map::Entry::Vacant(place) => {
                let runs = Runs::<W> { graph: described::<W>(), workflow: PhantomData };
                (Arc::clone(place.insert(Arc::new(runs))), true)
            }
        }
    }

    pub(super) fn get(&self, workflow: &str, version: u32) -> Option<Arc<dyn Runner<C>>> {
        self.0.get(&(workflow.to_owned(), version)).cloned()
    }
}

fn described<W: Workflow>() -> Described {
    let types = W::types().into_iter().map(|(name, ty)| format!("value {name}: {ty}\n"));
    let text: String = std::iter::once(W::DESCRIPTION.to_owned()).chain(types).collect();
    let fingerprint = fingerprint(&text);
    Described { text, fingerprint }
}

/// The version of a workflow.
pub(super) const fn version<W: Workflow>() -> u32 {
    W::GRAPH.version()
}
