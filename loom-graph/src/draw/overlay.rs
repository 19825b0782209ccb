//! A run laid over a drawing: what was reached, how often, and where the run is.

use super::{edge_text, node_text};
use crate::graph::{Edge, Graph};

/// A graph to be drawn, with a run laid over it where there is one.
#[derive(Debug, Clone)]
pub struct Drawing<'g> {
    pub(super) graph: Graph<'g>,
    pub(super) over: Option<Overlay>,
}

/// A run as it is laid over the drawing of its graph: see [`Drawing::over`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlay {
    nodes: Vec<Visited>,
    edges: Vec<u64>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Visited {
    state: State,
    times: u64,
    note: String,
}

/// How a run stands to a node.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum State {
    /// It has not come there.
    #[default]
    NotReached,
    /// It has been there.
    Done,
    /// It is there.
    Here,
    /// It waits there, for an answer or a time.
    Waits,
    /// It failed there.
    Failed,
}

impl<'g> Graph<'g> {
    /// The graph as something to draw: by itself as by [`to_mermaid`](Graph::to_mermaid), or with a run over it.
    #[must_use]
    pub const fn drawing(&self) -> Drawing<'g> {
        Drawing { graph: *self, over: None }
    }
}

impl Overlay {
    /// A run that has not come anywhere.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Says how the run stands to the node of this index, and how often it was there.
    pub fn set(&mut self, node: usize, state: State, times: u64) {
        let visited = self.node(node);
        (visited.state, visited.times) = (state, times);
    }

    /// Says more of the node of this index, which stands below its name: how long it took, what it cost.
    pub fn note(&mut self, node: usize, note: impl Into<String>) {
        self.node(node).note = note.into();
    }

    /// Says how often the edge of this index was taken.
    pub fn take(&mut self, edge: usize, times: u64) {
        if self.edges.len() <= edge {
            self.edges.resize(edge + 1, 0);
        }
        self.edges[edge] = times;
    }

    fn node(&mut self, node: usize) -> &mut Visited {
        if self.nodes.len() <= node {
            self.nodes.resize(node + 1, Visited::default());
        }
        &mut self.nodes[node]
    }
}

impl Drawing<'_> {
    /// The same with a run over it. What was reached has a colour and says how often, and the rest is dim.
    ///
    /// ```
    /// use loomflow_graph::{
    ///     draw::{Overlay, State},
    ///     graph::{Edge, Graph, Node, NodeKind},
    /// };
    ///
    /// const GREET: Graph = Graph::new("Greet").with_nodes(
    ///     &[
    ///         Node::new(NodeKind::Start, "start"),
    ///         Node::new(NodeKind::Step, "greet"),
    ///         Node::new(NodeKind::End, "end"),
    ///     ],
    ///     &[Edge::new(0, 1), Edge::new(1, 2)],
    /// );
    ///
    /// let mut run = Overlay::new();
    /// run.set(0, State::Done, 1);
    /// run.set(1, State::Here, 2);
    /// run.note(1, "1.2 s");
    /// run.take(0, 1);
    /// assert!(GREET.drawing().over(run).to_dot().contains(r#"n1 [label="greet\n2×, 1.2 s""#));
    /// ```
    #[must_use]
    pub fn over(mut self, run: Overlay) -> Self {
        self.over = Some(run);
        self
    }

    fn visited(&self, node: usize) -> Option<&Visited> {
        self.over.as_ref()?.nodes.get(node)
    }

    /// How the run stands to a node, if there is a run.
    pub(super) fn state(&self, node: usize) -> Option<State> {
        self.over.as_ref().map(|_| self.visited(node).map_or(State::NotReached, |visited| visited.state))
    }

    /// How often an edge was taken, if there is a run.
    pub(super) fn taken(&self, edge: usize) -> Option<u64> {
        self.over.as_ref().map(|over| over.edges.get(edge).copied().unwrap_or(0))
    }

    /// What stands at a node.
    pub(super) fn node_text(&self, node: usize) -> String {
        self.graph.nodes().get(node).map_or_else(String::new, node_text)
    }

    /// What stands below it.
    pub(super) fn note(&self, node: usize) -> Option<String> {
        let visited = self.visited(node)?;
        let times = (visited.times > 1).then(|| format!("{}×", visited.times));
        let note = (!visited.note.is_empty()).then(|| visited.note.clone());
        let parts: Vec<String> = times.into_iter().chain(note).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// Both.
    pub(super) fn whole_text(&self, node: usize) -> String {
        match self.note(node) {
            Some(note) => format!("{}\n{note}", self.node_text(node)),
            None => self.node_text(node),
        }
    }

    /// What stands at an edge.
    pub(super) fn edge_text(&self, edge: usize) -> String {
        let text = self.graph.edges().get(edge).map_or_else(String::new, |edge: &Edge<'_>| edge_text(edge));
        match self.taken(edge) {
            Some(times) if times > 1 && text.is_empty() => format!("{times}×"),
            Some(times) if times > 1 => format!("{text} ({times}×)"),
            _ => text,
        }
    }
}

impl State {
    /// What it is called in the styles of a drawing.
    pub(super) const fn class(self) -> &'static str {
        match self {
            State::NotReached => "notReached",
            State::Done => "done",
            State::Here => "here",
            State::Waits => "waits",
            State::Failed => "failed",
        }
    }

    /// Its colour, which can be told from light and from dark.
    pub(super) const fn colour(self) -> &'static str {
        match self {
            State::NotReached => "#868e96",
            State::Done => "#2f9e44",
            State::Here => "#1c7ed6",
            State::Waits => "#e08700",
            State::Failed => "#e03131",
        }
    }
}
