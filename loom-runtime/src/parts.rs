//! What a step is made of: its name, and of a workflow its graph and the steps at its nodes.
//!
//! Generated code tells it, so that a test can be told that a graph has no such step, and what of a graph within it was taken.

use crate::step::Step;
use loomflow_graph::graph::Graph;
use std::any::TypeId;

/// A step, or a workflow with what stands at its nodes.
#[derive(Debug, Clone)]
pub struct Parts {
    /// Its type.
    pub id: TypeId,
    /// Its name.
    pub name: &'static str,
    /// Whether it only waits: for an answer.
    pub waits: bool,
    /// The graph, of a workflow.
    pub graph: Option<Graph<'static>>,
    /// What stands at the nodes of the graph that are steps, in their order.
    pub nodes: Vec<fn() -> Parts>,
}

impl Parts {
    /// Those of a step.
    #[must_use]
    pub fn of<S: Step + ?Sized>(graph: Option<Graph<'static>>, nodes: &[fn() -> Parts]) -> Self {
        Parts { id: TypeId::of::<S>(), name: S::NAME, waits: S::WAITS, graph, nodes: nodes.to_vec() }
    }

    /// The graph of the workflow that is met by way of these nodes, each within the workflow at the one before: of this one, if it
    /// is a workflow, by way of none.
    pub(crate) fn graph_within(&self, nodes: &[&str]) -> Option<Graph<'static>> {
        let graph = self.graph?;
        let Some((first, within)) = nodes.split_first() else { return Some(graph) };
        // The first node of a graph is its start.
        let index = graph.nodes().iter().skip(1).position(|node| node.name() == *first)?;
        self.nodes.get(index).and_then(|parts| parts().graph_within(within))
    }

    /// Looks at every node of the graph, and of the graphs within: the workflow, the node's name, what stands there.
    #[cfg(feature = "test")]
    pub(crate) fn each(&self, look: &mut dyn FnMut(&Graph<'static>, &'static str, &Parts)) {
        let Some(graph) = &self.graph else { return };
        for (index, parts) in self.nodes.iter().enumerate() {
            // The first node of a graph is its start.
            let Some(node) = graph.nodes().get(index + 1) else { return };
            let parts = parts();
            look(graph, node.name(), &parts);
            parts.each(look);
        }
    }
}
