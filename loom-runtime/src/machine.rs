//! What `workflow!` makes of a graph: a machine that goes from place to place and does no I/O.

use crate::{
    driver::{At, Driver},
    failure::Failure,
    state::{Fields, Restoring, Saved, Unfit},
    step::{Caller, Step},
};
use loomflow_graph::graph::Graph;

/// A workflow: its graph, its states, and how a run begins.
///
/// Implemented by `workflow!`; nobody implements it by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a workflow",
    label = "not a workflow",
    note = "a run is one of a workflow: make one of `{Self}` with `workflow!`, if need be of that step alone"
)]
pub trait Workflow: Step {
    /// The graph, as data.
    const GRAPH: Graph<'static>;
    /// What a kept run depends on, as text: see [`version`](loomflow_graph::version).
    const DESCRIPTION: &'static str;
    /// The inputs, as a tuple.
    type Input: Send;
    /// A place of the graph with the values that are still to be read from there.
    type State: Saved + Send;

    /// Begins a run: sets what is declared with a value and goes to the first place.
    ///
    /// # Errors
    /// When the graph leads from its start to a `fail(…)`.
    fn begin<D: Driver>(
        driver: &D,
        at: &At<D::Scope>,
        input: Self::Input,
    ) -> Result<Flow<Self::State, Self::Output>, Failure>;

    /// The state a run goes on in that was cut off.
    ///
    /// # Errors
    /// When the graph has no such place, or a value is not what the place needs.
    fn restore(from: &mut Restoring) -> Result<Self::State, Unfit>;

    /// Writes the inputs, each by its name.
    ///
    /// # Errors
    /// When one cannot be written as JSON.
    fn write_input(input: &Self::Input, to: &mut Fields) -> Result<(), Unfit>;

    /// Reads the inputs, each by its name.
    ///
    /// # Errors
    /// When one is not there, or is of another shape.
    fn read_input(from: &mut Fields) -> Result<Self::Input, Unfit>;

    /// All places, those of branches too, by their numbers.
    fn places() -> &'static [Place];

    /// The names of the values and their types as rustc names them, which the description cannot say of what steps give.
    fn types() -> Vec<(&'static str, &'static str)>;

    /// The place a state stands at.
    fn place(state: &Self::State) -> &'static Place;
}

/// A workflow that can run in a context `C`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a workflow",
    label = "not a workflow",
    note = "a run is one of a workflow: make one of `{Self}` with `workflow!`, if need be of that step alone"
)]
pub trait Machine<C: ?Sized>: Workflow {
    /// Takes one turn: has the driver perform what stands at the state's place, takes the route, and leaves the next
    /// state in `state`. Gives the output when the graph came to its end.
    ///
    /// # Errors
    /// The failure of the step, or the one of a `fail(…)`. The state is then no longer one that can go on.
    fn turn<'a, D: Driver>(
        state: &'a mut Self::State,
        driver: &'a D,
        context: &'a C,
        at: &'a At<D::Scope>,
    ) -> impl Future<Output = Result<Option<Self::Output>, Failure>> + Send;
}

/// That a workflow `M` can run in a context `C`, as a bound of what is generic: see [`Calls`](crate::step::Calls).
pub trait Runs<M: Workflow, C: ?Sized> {
    /// Runs it within another.
    ///
    /// # Errors
    /// The failure of the nested run.
    fn nested<'a, D: Driver>(
        driver: &'a D,
        context: &'a C,
        at: &'a At<D::Scope>,
        input: M::Input,
    ) -> impl Future<Output = Result<M::Output, Failure>> + Send;
}

#[diagnostic::do_not_recommend]
impl<M: Machine<C>, C: ?Sized + Sync> Runs<M, C> for Caller {
    #[inline]
    fn nested<'a, D: Driver>(
        driver: &'a D,
        context: &'a C,
        at: &'a At<D::Scope>,
        input: M::Input,
    ) -> impl Future<Output = Result<M::Output, Failure>> + Send {
        driver.nested::<C, M>(context, at, input)
    }
}

/// Where a run goes on: at a state, or nowhere, for it has ended.
#[derive(Debug)]
pub enum Flow<S, O> {
    /// It goes on at this state.
    Go(S),
    /// It has ended with this output.
    End(O),
}

/// A place of a graph: a call of a node, or a point where ways meet and part without one.
#[derive(Debug, PartialEq, Eq)]
pub struct Place {
    /// The workflow's name.
    pub workflow: &'static str,
    /// The node's name; empty where ways only meet and part.
    pub node: &'static str,
    /// The index of what stands here in the nodes of its [`Graph`]; [`NOWHERE`] where ways only meet and part.
    pub index: usize,
    /// What a run that is kept here is found again by: unique in the workflow, and the same as long as nobody changes what
    /// stands here.
    pub position: &'static str,
    /// The names of what is still to be read from here, counts included, in the order of the state's fields.
    pub live: &'static [&'static str],
}

/// Where every run begins.
pub static START: Place = Place { workflow: "", node: "start", index: 0, position: "", live: &[] };

/// The index of what is no node of a graph.
pub const NOWHERE: usize = usize::MAX;
