//! DOT, with plain strings only: no label is HTML, so none can break the drawing.

use std::iter;

use super::{Drawing, State, lines};
use crate::graph::{Graph, NodeKind};

impl Graph<'_> {
    /// The graph in [DOT](https://graphviz.org/doc/info/lang.html), the language of Graphviz.
    ///
    /// ```
    /// use loomflow_graph::graph::{Edge, Graph, Node, NodeKind};
    ///
    /// const GREET: Graph = Graph::new("Greet").with_nodes(
    ///     &[
    ///         Node::new(NodeKind::Start, "start"),
    ///         Node::new(NodeKind::Step, "greet").with_step("greet", "reply"),
    ///         Node::new(NodeKind::End, "end"),
    ///     ],
    ///     &[Edge::new(0, 1), Edge::new(1, 2)],
    /// );
    ///
    /// assert_eq!(
    ///     GREET.to_dot(),
    ///     r#"digraph "Greet" {
    ///     rankdir=TB;
    ///     node [shape=box];
    ///     n0 [label="start", style=rounded];
    ///     n1 [label="reply = greet"];
    ///     n2 [label="end", style=rounded];
    ///     n0 -> n1;
    ///     n1 -> n2;
    /// }
    /// "#
    /// );
    /// ```
    #[must_use]
    pub fn to_dot(&self) -> String {
        self.drawing().to_dot()
    }
}

impl Drawing<'_> {
    /// The drawing in [DOT](https://graphviz.org/doc/info/lang.html).
    #[must_use]
    pub fn to_dot(&self) -> String {
        let graph = &self.graph;
        let head = format!("digraph {} {{\n    rankdir=TB;\n    node [shape=box];\n", quoted(graph.name()));
        let nodes = (0..graph.nodes().len()).map(|index| node_line(self, index));
        let edges = (0..graph.edges().len()).map(|index| edge_line(self, index));
        iter::once(head).chain(nodes).chain(edges).chain(iter::once("}\n".to_owned())).collect()
    }
}

fn node_line(drawing: &Drawing<'_>, index: usize) -> String {
    let shape = match drawing.graph.nodes()[index].kind() {
        NodeKind::Start | NodeKind::End => ", style=rounded",
        NodeKind::Step => "",
        NodeKind::Fail => ", shape=hexagon",
        NodeKind::Fork | NodeKind::First => ", shape=trapezium",
        NodeKind::Join => ", shape=invtrapezium",
        NodeKind::Sleep => ", shape=ellipse",
    };
    let state = drawing.state(index).map_or_else(String::new, |state| match state {
        State::NotReached => format!(", color=\"{0}\", fontcolor=\"{0}\"", state.colour()),
        state => format!(", color=\"{}\", penwidth=2", state.colour()),
    });
    format!("    n{index} [label={}{shape}{state}];\n", quoted(&drawing.whole_text(index)))
}

fn edge_line(drawing: &Drawing<'_>, index: usize) -> String {
    let edge = &drawing.graph.edges()[index];
    let text = drawing.edge_text(index);
    let label = (!text.is_empty()).then(|| format!("label={}", quoted(&text)));
    let style = edge.is_spent().then(|| "style=dashed".to_owned());
    let taken = drawing.taken(index).map(|taken| match taken {
        0 => format!("color=\"{0}\", fontcolor=\"{0}\"", State::NotReached.colour()),
        _ => format!("color=\"{}\", penwidth=2", State::Done.colour()),
    });
    let attributes = label.into_iter().chain(style).chain(taken).collect::<Vec<_>>().join(", ");
    let (from, to) = (edge.from(), edge.to());
    if attributes.is_empty() {
        format!("    n{from} -> n{to};\n")
    } else {
        format!("    n{from} -> n{to} [{attributes}];\n")
    }
}

/// Graphviz reads HTML's entities in plain strings too, so an ampersand is written as one.
fn quoted(text: &str) -> String {
    let line = |line: &String| line.replace('&', "&amp;").replace('\\', r"\\").replace('"', "\\\"");
    format!("\"{}\"", lines(text).iter().map(line).collect::<Vec<_>>().join(r"\n"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{NASTY, REVIEWED, arbitrary, ends};
    use super::super::{edge_text, lines, node_text};
    use super::quoted;
    use crate::graph::Graph;

    /// What Graphviz draws for the quoted label that the text starts with, and what follows it.
    fn drawn(text: &str) -> (String, &str) {
        let mut chars = text.strip_prefix('"').expect("a quoted label").chars();
        let mut out = String::new();
        loop {
            match chars.next().expect("the label's end") {
                '"' => return (out.replace("&amp;", "&"), chars.as_str()),
                '\\' => match chars.next() {
                    Some('n') => out.push('\n'),
                    Some(c @ ('"' | '\\')) => out.push(c),
                    other => panic!("\\{other:?}"),
                },
                c => out.push(c),
            }
        }
    }

    #[test]
    fn a_graph_is_drawn_node_by_node_and_edge_by_edge() {
        assert_eq!(
            REVIEWED.to_dot(),
            r#"digraph "Reviewed" {
    rankdir=TB;
    node [shape=box];
    n0 [label="start", style=rounded];
    n1 [label="draft = write"];
    n2 [label="review"];
    n3 [label="end", style=rounded];
    n4 [label="fail", shape=hexagon];
    n0 -> n1;
    n1 -> n2;
    n2 -> n3 [label="Verdict::Good"];
    n2 -> n1 [label="Verdict::Weak(_): max 3"];
    n2 -> n4 [label="Verdict::Weak(_): spent", style=dashed];
    n2 -> n2 [label="Verdict::Unsure: max 2 per write"];
    n2 -> n3 [label="Verdict::Unsure: spent", style=dashed];
}
"#
        );
    }

    #[test]
    fn a_graph_without_nodes_is_an_empty_digraph() {
        let empty = "digraph \"Empty\" {\n    rankdir=TB;\n    node [shape=box];\n}\n";
        assert_eq!(Graph::new("Empty").to_dot(), empty);
        assert_eq!(Graph::new("Empty").with_doc("Does nothing.").to_dot(), empty);
    }

    #[test]
    fn a_nasty_name_stays_within_its_quotes() {
        for name in NASTY {
            let dot = Graph::new(name).to_dot();
            let name_on = dot.strip_prefix("digraph ").unwrap();
            assert_eq!(drawn(name_on).1, " {\n    rankdir=TB;\n    node [shape=box];\n}\n", "{name:?}");
        }
    }

    #[test]
    fn nasty_texts_are_drawn_as_they_stand() {
        for text in NASTY {
            assert_eq!(drawn(&quoted(text)), (lines(text).join("\n"), ""), "{text:?}");
        }
    }

    #[test]
    fn each_node_and_each_edge_stands_there_exactly_once() {
        for seed in 0..500 {
            arbitrary(seed, |graph| {
                let dot = graph.to_dot();
                let body = dot.lines().skip(3).filter(|line| *line != "}").collect::<Vec<_>>();
                let (nodes, edges) = body.split_at(graph.nodes().len());
                for (index, (node, line)) in graph.nodes().iter().zip(nodes).enumerate() {
                    let label = line.strip_prefix(&format!("    n{index} [label=")).expect("the nodes in order");
                    assert_eq!(drawn(label).0, lines(&node_text(node)).join("\n"), "{dot}");
                }
                let mut seen = Vec::new();
                for (edge, line) in graph.edges().iter().zip(edges) {
                    let (ends, attributes) = line.split_once(" [").unwrap_or((line, ""));
                    let (from, to) = ends.trim_start().trim_end_matches(';').split_once(" -> ").unwrap();
                    seen.push((from[1..].parse().unwrap(), to[1..].parse().unwrap()));
                    let (label, rest) = attributes.strip_prefix("label=").map_or((String::new(), attributes), drawn);
                    assert_eq!(label, lines(&edge_text(edge)).join("\n"), "{dot}");
                    assert_eq!(rest.contains("style=dashed"), edge.is_spent(), "{dot}");
                }
                seen.sort_unstable();
                assert_eq!(edges.len(), graph.edges().len(), "{dot}");
                assert_eq!(seen, ends(graph.edges()), "{dot}");
            });
        }
    }
}
