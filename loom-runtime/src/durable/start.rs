//! A run that is to begin.

use super::{
    carrying::begin,
    error::LoomError,
    handle::Handle,
    loom::Loom,
    registry::{Runner, version},
};
use crate::{
    journal::NewRun,
    machine::Workflow,
    meter::Budget,
    state::{Fields, Unfit},
    value::Value,
};
use loomflow_graph::graph::Graph;
use std::{
    fmt,
    future::{Future, IntoFuture},
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
};

/// What a workflow is begun with: its input, or a tuple of them.
#[diagnostic::on_unimplemented(
    message = "a run is begun with its inputs, `{I}`, and this is `{Self}`",
    label = "not the inputs of the workflow",
    note = "one input stands alone, several in a tuple: `loom.start::<Triage>(\"ticket-42\", (ticket, desk))`"
)]
pub trait Inputs<I> {
    /// The inputs, as the workflow takes them.
    fn inputs(self) -> I;
}

#[diagnostic::do_not_recommend]
impl Inputs<()> for () {
    fn inputs(self) {}
}

#[diagnostic::do_not_recommend]
impl<A> Inputs<(A,)> for A {
    fn inputs(self) -> (A,) {
        (self,)
    }
}

macro_rules! inputs {
    ($($name:ident)*) => {
        #[diagnostic::do_not_recommend]
        impl<$($name),*> Inputs<($($name,)*)> for ($($name,)*) {
            fn inputs(self) -> ($($name,)*) {
                self
            }
        }
    };
}
inputs!(A B);
inputs!(A B C);
inputs!(A B C D);
inputs!(A B C D E);
inputs!(A B C D E F);
inputs!(A B C D E F G);
inputs!(A B C D E F G H);

/// A run that is to begin: a future of its handle.
#[must_use = "a run does not begin until this is awaited"]
pub struct Start<C, W: Workflow> {
    loom: Loom<C>,
    runner: Arc<dyn Runner<C>>,
    input: Result<String, LoomError>,
    run: NewRun,
    unwritten: Option<serde_json::Error>,
    workflow: PhantomData<fn() -> W>,
}

impl<C, W: Workflow> fmt::Debug for Start<C, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Start").field("run", &self.run).finish_non_exhaustive()
    }
}

impl<C: Send + Sync + 'static, W: Workflow> Start<C, W> {
    pub(super) fn new(loom: Loom<C>, runner: Arc<dyn Runner<C>>, id: String, input: &W::Input) -> Self {
        Self::of(loom, runner, id, written::<W>(input).map_err(LoomError::from))
    }

    /// A run whose inputs are said in JSON.
    pub(super) fn untyped(loom: Loom<C>, runner: Arc<dyn Runner<C>>, id: String, json: &str) -> Self {
        let read = |mut fields: Fields| {
            // A name that is misspelt is another one that is missing, and it is the one to be told of.
            let is_input = |name: &&str| Graph::inputs(&W::GRAPH).iter().any(|input| input.name == *name);
            if let Some(name) = fields.names().find(|name| !is_input(name)) {
                return Err(Unfit::Extra { name: name.to_owned() });
            }
            written::<W>(&W::read_input(&mut fields)?)
        };
        let wrong = |error| LoomError::Input { workflow: W::NAME.to_owned(), error };
        Self::of(loom, runner, id, Fields::parse(json).and_then(read).map_err(wrong))
    }

    fn of(loom: Loom<C>, runner: Arc<dyn Runner<C>>, id: String, input: Result<String, LoomError>) -> Self {
        let run = NewRun {
            id,
            workflow: W::NAME.to_owned(),
            version: version::<W>(),
            fingerprint: String::new(),
            graph: String::new(),
            input: String::new(),
            user: None,
            session: None,
            metadata: None,
            budget: None,
        };
        Start { loom, runner, input, run, unwritten: None, workflow: PhantomData }
    }

    /// Whom the run is for.
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.run.user = Some(user.into());
        self
    }

    /// The session the run belongs to.
    pub fn session(mut self, session: impl Into<String>) -> Self {
        self.run.session = Some(session.into());
        self
    }

    /// How much the run may spend on models: it fails before the call that would go over it. What it has spent is kept with
    /// it, so the budget holds for all processes that carry it on together.
    pub fn budget(mut self, budget: Budget) -> Self {
        self.run.budget = Some(budget);
        self
    }

    /// What else is to be known of the run; it is kept as JSON.
    pub fn metadata(mut self, metadata: &impl Value) -> Self {
        match metadata.write() {
            Ok(json) => self.run.metadata = Some(json),
            Err(error) => self.unwritten = Some(error),
        }
        self
    }
}

fn written<W: Workflow>(input: &W::Input) -> Result<String, Unfit> {
    let mut fields = Fields::new();
    W::write_input(input, &mut fields)?;
    Ok(fields.into_json())
}

impl<C: Send + Sync + 'static, W: Workflow> IntoFuture for Start<C, W> {
    type Output = Result<Handle<C, W>, LoomError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let Start { loom, runner, input, mut run, unwritten, .. } = self;
        Box::pin(async move {
            if let Some(error) = unwritten {
                return Err(LoomError::Unfit(Unfit::shape("the metadata", &error)));
            }
            run.input = input?;
            let id = run.id.clone();
            begin(&loom.0, run, runner).await?;
            Ok(Handle::new(loom, id))
        })
    }
}
