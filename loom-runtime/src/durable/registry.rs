//! Workflows by their names, so that a run can be carried on of which only the journal knows.

use super::{
    driver::Durable,
    task::{Came, carry_on},
};
use crate::{
    machine::{Machine, Place},
    step::Step,
};
use std::{collections::BTreeMap, future::Future, marker::PhantomData, pin::Pin, sync::Arc};
use tokio::sync::Notify;

/// What a run of some workflow is carried on by.
pub(super) trait Runner<C>: Send + Sync {
    /// Carries a run on.
    fn carry_on<'r>(
        &self,
        driver: &'r Durable,
        context: &'r C,
        id: &'r str,
        input: &'r str,
        signal: &'r Notify,
    ) -> Pin<Box<dyn Future<Output = Came> + Send + 'r>>;

    /// Whether an answer is of the shape its ask needs; none when the workflow has no such ask.
    fn check_answer(&self, ask: &str, json: &str) -> Option<Result<(), serde_json::Error>>;

    /// Where its runs can stand.
    fn places(&self) -> &'static [Place];
}

struct Runs<W>(PhantomData<fn() -> W>);

impl<C: Send + Sync, W: Machine<C>> Runner<C> for Runs<W> {
    fn carry_on<'r>(
        &self,
        driver: &'r Durable,
        context: &'r C,
        id: &'r str,
        input: &'r str,
        signal: &'r Notify,
    ) -> Pin<Box<dyn Future<Output = Came> + Send + 'r>> {
        Box::pin(carry_on::<C, W>(driver, context, id, input, signal))
    }

    fn check_answer(&self, ask: &str, json: &str) -> Option<Result<(), serde_json::Error>> {
        <W as Step>::check_answer(ask, json)
    }

    fn places(&self) -> &'static [Place] {
        W::places()
    }
}

/// Workflows by name and version.
pub(super) struct Registry<C>(BTreeMap<(String, u32), Arc<dyn Runner<C>>>);

impl<C: Send + Sync> Registry<C> {
    pub(super) const fn new() -> Self {
        Registry(BTreeMap::new())
    }

    pub(super) fn put<W: Machine<C>>(&mut self) -> Arc<dyn Runner<C>> {
        let runner: Arc<dyn Runner<C>> = Arc::new(Runs::<W>(PhantomData));
        self.0.insert((W::NAME.to_owned(), version::<W>()), Arc::clone(&runner));
        runner
    }

    pub(super) fn get(&self, workflow: &str, version: u32) -> Option<Arc<dyn Runner<C>>> {
        self.0.get(&(workflow.to_owned(), version)).cloned()
    }
}

/// The version of a workflow.
pub(super) const fn version<W: crate::machine::Workflow>() -> u32 {
    let _ = W::GRAPH;
    1
}
