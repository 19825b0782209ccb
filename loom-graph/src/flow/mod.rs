//! A workflow's control flow as plain numbers, and what is proven about it.
//!
//! The grammar makes a [`Flow`] of what the user wrote and turns the faults found here into sentences; nothing here
//! knows a name or a span. Each check stands in a file of its own:
//!
//! - [`reach`]: what no way leads to, and what no way leads out of;
//! - [`assign`]: what is read before it is set;
//! - [`loops`]: which loops have no bound, and which bounds mean nothing or two things;
//! - [`steps`]: after how many steps a run has ended;
//! - [`live`]: what is still read later, which says what a state must hold.

pub mod assign;
pub mod live;
pub mod loops;
pub mod reach;
pub mod scc;
pub mod steps;

/// The index of a [`Point`] in its [`Flow`].
pub type PointId = usize;
/// The index of a node: several points may call the same node.
pub type NodeId = usize;
/// The index of a variable: a value of the workflow, or what the pattern of an arm binds.
pub type VarId = usize;
/// The index of a [`Counter`] in its [`Flow`].
pub type CounterId = usize;

/// The control flow of a workflow. The run begins at point 0.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Flow {
    /// The points.
    pub points: Vec<Point>,
    /// The counters of all `max`.
    pub counters: Vec<Counter>,
}

/// A point a run passes: it reads, then it sets and clears, then it goes one of its ways.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Point {
    /// The node that is called here; none where values are only computed or ways only part.
    pub node: Option<NodeId>,
    /// What must be set when a run comes here.
    pub reads: Vec<VarId>,
    /// What is no longer set after it: bindings of a value that is set anew here.
    pub clears: Vec<VarId>,
    /// What is set after it.
    pub sets: Vec<VarId>,
    /// Where it goes on; nowhere means that the run ends here.
    pub ways: Vec<Way>,
}

/// A way from one point to another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Way {
    /// The point it leads to.
    pub to: PointId,
    /// What going this way sets: the bindings of an arm, the output of a step that did not fail.
    pub sets: Vec<VarId>,
    /// What is no longer set on this way: bindings of a value that going it sets anew.
    pub clears: Vec<VarId>,
    /// The counter that bounds how often it is taken.
    pub bound: Option<CounterId>,
}

/// How often the ways that name it may be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    /// The number after `max`, or the expression.
    pub max: Max,
    /// What starts the count anew.
    pub per: Per,
}

/// The number after `max`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Max {
    /// A literal.
    Number(u64),
    /// An expression, as written.
    Expression(String),
}

/// What starts a count anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    /// Nothing, and the user did not say so.
    Unsaid,
    /// Nothing: `per run`.
    Run,
    /// Each visit of a node: `per write`.
    Node(NodeId),
}

impl Flow {
    /// The ways of all points, with the point each leaves.
    pub fn ways(&self) -> impl Iterator<Item = (PointId, &Way)> {
        self.points.iter().enumerate().flat_map(|(from, point)| point.ways.iter().map(move |way| (from, way)))
    }

    /// The points each point can be entered from.
    #[must_use]
    pub fn predecessors(&self) -> Vec<Vec<PointId>> {
        let mut into = vec![Vec::new(); self.points.len()];
        for (from, way) in self.ways() {
            into[way.to].push(from);
        }
        into
    }
}
