//! The workflows that a command line is for, by their names.

use crate::nearest::or_nearest;
use futures_util::future::{BoxFuture, FutureExt};
use loomflow_graph::graph::Graph;
use loomflow_runtime::{
    Builder, Failure, Loom, LoomError, OpenQuestion, Outcome, Value,
    machine::Machine,
    state::{Fields, Unfit},
};
use serde_json::Value as Json;
use std::{fmt, marker::PhantomData, sync::Arc};

/// The workflows that a command line is for, as [`workflows!`](crate::workflows) names them.
pub struct Workflows<C>(Vec<Arc<dyn Known<C>>>);

/// Names the workflows that a command line is for: `workflows![Triage, Refund]`.
///
/// Two versions of one workflow may stand beside each other, so that the runs of both can be carried on.
#[macro_export]
macro_rules! workflows {
    ($($workflow:ty),* $(,)?) => { $crate::Workflows::new()$(.with::<$workflow>())* };
}

impl<C: Send + Sync + 'static> Workflows<C> {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Workflows(Vec::new())
    }

    /// The same with one more.
    #[must_use]
    pub fn with<W: Machine<C>>(mut self) -> Self {
        self.0.push(Arc::new(One::<W>(PhantomData)));
        self
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<dyn Known<C>>> {
        self.0.iter()
    }

    /// What a workflow is called on the command line: by its version too, where several have its name.
    pub(crate) fn key(&self, known: &dyn Known<C>) -> String {
        let graph = known.graph();
        match self.0.iter().filter(|other| other.graph().name() == graph.name()).count() {
            0 | 1 => graph.name().to_owned(),
            _ => format!("{}@{}", graph.name(), graph.version()),
        }
    }

    /// The workflow that is called so; without a version the newest one of the name.
    pub(crate) fn find(&self, key: &str) -> Result<Arc<dyn Known<C>>, String> {
        let exactly = self.0.iter().find(|known| self.key(&***known) == key);
        let newest =
            || self.0.iter().filter(|known| known.graph().name() == key).max_by_key(|known| known.graph().version());
        exactly.or_else(newest).map(Arc::clone).ok_or_else(|| {
            let keys: Vec<String> = self.0.iter().map(|known| self.key(&**known)).collect();
            or_nearest(format!("there is no workflow `{key}`"), key, &keys, "the workflows are")
        })
    }

    /// The one that a run is of.
    pub(crate) fn of(&self, name: &str, version: u32) -> Option<Arc<dyn Known<C>>> {
        self.0.iter().find(|known| (known.graph().name(), known.graph().version()) == (name, version)).cloned()
    }
}

impl<C: Send + Sync + 'static> Default for Workflows<C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C> fmt::Debug for Workflows<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|known| known.graph().name())).finish()
    }
}

/// A run that is to begin.
#[derive(Debug, Default)]
pub(crate) struct New {
    pub(crate) id: String,
    pub(crate) input: String,
    pub(crate) user: Option<String>,
    pub(crate) session: Option<String>,
    pub(crate) metadata: Option<Json>,
}

/// What a run came to.
#[derive(Debug)]
pub(crate) enum Came {
    /// It ended with this, as JSON.
    Done(String),
    /// It waits.
    Waiting(Vec<OpenQuestion>),
    /// It failed, or was cancelled.
    Failed(Failure),
}

/// A workflow whose type nobody needs to know.
pub(crate) trait Known<C>: Send + Sync {
    fn graph(&self) -> Graph<'static>;

    /// Names it to a `Loom`.
    fn name(&self, loom: Builder<C>) -> Builder<C>;

    /// Names it to a `Loom` that only looks.
    fn is_looked_at(&self, loom: Builder<()>) -> Builder<()>;

    /// That an input is one of it.
    fn takes(&self, input: &str) -> Result<(), Unfit>;

    fn begin<'a>(&'a self, loom: &'a Loom<C>, new: New) -> BoxFuture<'a, Result<(), LoomError>>;

    /// Waits until a run of it has ended or waits.
    fn came<'a>(&'a self, loom: &'a Loom<C>, id: &'a str) -> BoxFuture<'a, Result<Came, LoomError>>;

    /// That an answer is of the shape that an ask needs; none when it has no such ask.
    fn is_answer(&self, ask: &str, json: &str) -> Option<Result<(), serde_json::Error>>;
}

struct One<W>(PhantomData<fn() -> W>);

impl<C: Send + Sync + 'static, W: Machine<C>> Known<C> for One<W> {
    fn graph(&self) -> Graph<'static> {
        W::GRAPH
    }

    fn name(&self, loom: Builder<C>) -> Builder<C> {
        loom.workflow::<W>()
    }

    fn is_looked_at(&self, loom: Builder<()>) -> Builder<()> {
        loom.graph_of::<W>()
    }

    fn takes(&self, input: &str) -> Result<(), Unfit> {
        W::read_input(&mut Fields::parse(input)?).map(|_| ())
    }

    fn begin<'a>(&'a self, loom: &'a Loom<C>, new: New) -> BoxFuture<'a, Result<(), LoomError>> {
        let New { id, input, user, session, metadata } = new;
        let mut start = loom.start_json::<W>(id, &input);
        if let Some(user) = user {
            start = start.user(user);
        }
        if let Some(session) = session {
            start = start.session(session);
        }
        if let Some(metadata) = &metadata {
            start = start.metadata(metadata);
        }
        async move { start.await.map(|_| ()) }.boxed()
    }

    fn came<'a>(&'a self, loom: &'a Loom<C>, id: &'a str) -> BoxFuture<'a, Result<Came, LoomError>> {
        async move {
            match loom.handle::<W>(id).outcome().await {
                Ok(Outcome::Done(output)) => match output.write() {
                    Ok(json) => Ok(Came::Done(json)),
                    Err(error) => Err(Unfit::Shape { name: "the output".to_owned(), error: error.to_string() }.into()),
                },
                Ok(Outcome::Waiting(open)) => Ok(Came::Waiting(open)),
                Err(LoomError::Failed(failure)) => Ok(Came::Failed(failure)),
                Err(other) => Err(other),
            }
        }
        .boxed()
    }

    fn is_answer(&self, ask: &str, json: &str) -> Option<Result<(), serde_json::Error>> {
        W::check_answer(ask, json)
    }
}
