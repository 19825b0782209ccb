//! A workflow's graph as data: what `workflow!` leaves in `Triage::GRAPH`.
//!
//! Everything here is borrowed and can be built in a constant. How the graph was checked is the business of
//! [`flow`](crate::flow), how it is drawn that of [`draw`](crate::draw).

use std::fmt;

/// A workflow's graph: nodes, edges, labels, bounds and where each stands in the source.
///
/// `workflow!` makes one as a constant; drawings, the coverage report and the version check read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Graph<'a> {
    name: &'a str,
    doc: &'a str,
    version: u32,
    inputs: &'a [Input<'a>],
    output: &'a str,
    nodes: &'a [Node<'a>],
    edges: &'a [Edge<'a>],
    max_steps: MaxSteps<'a>,
    line: u32,
}

/// One input of a workflow: its name and its type as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Input<'a> {
    /// The input's name.
    pub name: &'a str,
    /// Its type, as written in the source.
    pub ty: &'a str,
}

/// What stands at a [`Node`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NodeKind {
    /// Where a run begins; every graph has exactly one, at index 0.
    Start,
    /// A call of a step or of a nested workflow.
    Step,
    /// Branches begin, all at once; the node's name says how many, or of what.
    Fork,
    /// The branches of a fork have all come here.
    Join,
    /// Branches begin, all at once, and the first to succeed decides the way.
    First,
    /// The run waits for a time.
    Sleep,
    /// The run ends with an output.
    End,
    /// The run ends as failed.
    Fail,
}

/// A node of a [`Graph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node<'a> {
    name: &'a str,
    kind: NodeKind,
    step: &'a str,
    sets: &'a str,
    doc: &'a str,
    line: u32,
}

/// An edge of a [`Graph`]: one way from a node to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge<'a> {
    from: usize,
    to: usize,
    label: &'a str,
    bound: Option<Bound<'a>>,
    spent: bool,
    line: u32,
}

/// How often an edge may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound<'a> {
    /// The number after `max`, or the expression, as written.
    pub max: &'a str,
    /// The node whose visit starts the count anew, or `"run"`.
    pub per: &'a str,
}

/// After how many steps a run has ended at the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MaxSteps<'a> {
    /// At most this many steps.
    Number(u64),
    /// A formula over the expressions that stand after `max` in the workflow.
    Formula(&'a str),
}

impl<'a> Graph<'a> {
    /// A graph of the given name with nothing in it yet; the other parts are added by the `with_…` methods.
    #[must_use]
    pub const fn new(name: &'a str) -> Self {
        Graph {
            name,
            doc: "",
            version: 1,
            inputs: &[],
            output: "()",
            nodes: &[],
            edges: &[],
            max_steps: MaxSteps::Number(0),
            line: 0,
        }
    }

    /// The same graph with the workflow's doc comment.
    #[must_use]
    pub const fn with_doc(mut self, doc: &'a str) -> Self {
        self.doc = doc;
        self
    }

    /// The same graph as another version than the first.
    #[must_use]
    pub const fn with_version(mut self, version: u32) -> Self {
        self.version = version;
        self
    }

    /// The same graph with its inputs and the type it ends in.
    #[must_use]
    pub const fn with_signature(mut self, inputs: &'a [Input<'a>], output: &'a str) -> Self {
        self.inputs = inputs;
        self.output = output;
        self
    }

    /// The same graph with its nodes and edges; an edge names nodes by their index.
    #[must_use]
    pub const fn with_nodes(mut self, nodes: &'a [Node<'a>], edges: &'a [Edge<'a>]) -> Self {
        self.nodes = nodes;
        self.edges = edges;
        self
    }

    /// The same graph with the number of steps after which every run has ended.
    #[must_use]
    pub const fn with_max_steps(mut self, max_steps: MaxSteps<'a>) -> Self {
        self.max_steps = max_steps;
        self
    }

    /// The same graph with the source line of the workflow's name.
    #[must_use]
    pub const fn with_line(mut self, line: u32) -> Self {
        self.line = line;
        self
    }

    /// The workflow's name.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// The workflow's doc comment, lines joined by `\n`; empty when it has none.
    #[must_use]
    pub const fn doc(&self) -> &'a str {
        self.doc
    }

    /// The workflow's version: 1, unless `#[workflow(version = 2)]` says another.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// The workflow's inputs, in order.
    #[must_use]
    pub const fn inputs(&self) -> &'a [Input<'a>] {
        self.inputs
    }

    /// The type the workflow ends in, as written.
    #[must_use]
    pub const fn output(&self) -> &'a str {
        self.output
    }

    /// The nodes; the first is the start.
    #[must_use]
    pub const fn nodes(&self) -> &'a [Node<'a>] {
        self.nodes
    }

    /// The edges, grouped by the node they leave, in the order of their labels in the source.
    #[must_use]
    pub const fn edges(&self) -> &'a [Edge<'a>] {
        self.edges
    }

    /// The node of that name.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<&'a Node<'a>> {
        self.nodes.iter().find(|node| node.name == name)
    }

    /// The edges that leave the node of that index.
    pub fn edges_from(&self, node: usize) -> impl Iterator<Item = &'a Edge<'a>> + use<'a> {
        self.edges.iter().filter(move |edge| edge.from == node)
    }

    /// After how many steps a run has ended at the latest. A nested workflow counts as one step, and so does a
    /// step that is retried.
    #[must_use]
    pub const fn max_steps(&self) -> MaxSteps<'a> {
        self.max_steps
    }

    /// The source line of the workflow's name, counted from 1; 0 when unknown.
    #[must_use]
    pub const fn line(&self) -> u32 {
        self.line
    }
}

impl<'a> Node<'a> {
    /// A node of that kind and name.
    #[must_use]
    pub const fn new(kind: NodeKind, name: &'a str) -> Self {
        Node { name, kind, step: "", sets: "", doc: "", line: 0 }
    }

    /// The same node with the path of its step and the value that its output sets.
    #[must_use]
    pub const fn with_step(mut self, step: &'a str, sets: &'a str) -> Self {
        self.step = step;
        self.sets = sets;
        self
    }

    /// The same node with the doc comment of its step.
    #[must_use]
    pub const fn with_doc(mut self, doc: &'a str) -> Self {
        self.doc = doc;
        self
    }

    /// The same node with the source line it first stands in.
    #[must_use]
    pub const fn with_line(mut self, line: u32) -> Self {
        self.line = line;
        self
    }

    /// The node's name: the last segment of its step's path, or its alias; what stands there otherwise, as `start`,
    /// `end`, `for page in pages` or `sleep(30d)`.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// What stands there.
    #[must_use]
    pub const fn kind(&self) -> NodeKind {
        self.kind
    }

    /// The path of the step, as written; empty where no step stands.
    #[must_use]
    pub const fn step(&self) -> &'a str {
        self.step
    }

    /// The value that the node's output sets; empty where no step stands.
    #[must_use]
    pub const fn sets(&self) -> &'a str {
        self.sets
    }

    /// The doc comment of the step; empty when it has none.
    #[must_use]
    pub const fn doc(&self) -> &'a str {
        self.doc
    }

    /// The source line the node first stands in, counted from 1; 0 when unknown.
    #[must_use]
    pub const fn line(&self) -> u32 {
        self.line
    }
}

impl<'a> Edge<'a> {
    /// An edge between two nodes, named by their index.
    #[must_use]
    pub const fn new(from: usize, to: usize) -> Self {
        Edge { from, to, label: "", bound: None, spent: false, line: 0 }
    }

    /// The same edge with the label it is taken for: a pattern, a condition, `else`, or several joined by `, `.
    #[must_use]
    pub const fn with_label(mut self, label: &'a str) -> Self {
        self.label = label;
        self
    }

    /// The same edge with the bound that counts how often it is taken.
    #[must_use]
    pub const fn with_bound(mut self, bound: Bound<'a>) -> Self {
        self.bound = Some(bound);
        self
    }

    /// The same edge as the way taken when a bound is spent.
    #[must_use]
    pub const fn when_spent(mut self) -> Self {
        self.spent = true;
        self
    }

    /// The same edge with the source line it stands in.
    #[must_use]
    pub const fn with_line(mut self, line: u32) -> Self {
        self.line = line;
        self
    }

    /// The index of the node it leaves.
    #[must_use]
    pub const fn from(&self) -> usize {
        self.from
    }

    /// The index of the node it enters.
    #[must_use]
    pub const fn to(&self) -> usize {
        self.to
    }

    /// The label it is taken for; empty when it is always taken.
    #[must_use]
    pub const fn label(&self) -> &'a str {
        self.label
    }

    /// How often it may be taken.
    #[must_use]
    pub const fn bound(&self) -> Option<Bound<'a>> {
        self.bound
    }

    /// Whether this is the way taken when a bound is spent.
    #[must_use]
    pub const fn is_spent(&self) -> bool {
        self.spent
    }

    /// The source line it stands in, counted from 1; 0 when unknown.
    #[must_use]
    pub const fn line(&self) -> u32 {
        self.line
    }
}

impl fmt::Display for Bound<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "max {}", self.max)?;
        if self.per == "run" { Ok(()) } else { write!(f, " per {}", self.per) }
    }
}

impl fmt::Display for MaxSteps<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MaxSteps::Number(n) => n.fmt(f),
            MaxSteps::Formula(text) => f.write_str(text),
        }
    }
}
