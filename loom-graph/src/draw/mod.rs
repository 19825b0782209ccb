//! Drawings of a [`Graph`](crate::graph::Graph), by itself or with a run laid over it: as [Mermaid], which GitHub and many
//! other pages draw in place, as [DOT] for Graphviz, and with the feature `svg` as an image.
//!
//! All show the same. A step stands in a box; when it sets a value of another name, the box says so as the source
//! does: `draft = billing`. Start and end have round corners, a failing end is a hexagon; a fork widens downwards, and
//! where its branches join it narrows; a wait is an ellipse, or as near to one as Mermaid has. An edge carries the label it
//! is taken for, then its bound: `Verdict::Weak(_): max 3`. The way out of a spent bound is a broken line.
//!
//! Any text is drawn as it stands, whatever it means to Mermaid or Graphviz. Only a tab becomes a space, and a
//! character that no drawing can show becomes `�`.
//!
//! [Mermaid]: https://mermaid.js.org/syntax/flowchart.html
//! [DOT]: https://graphviz.org/doc/info/lang.html

mod dot;
mod mermaid;
mod overlay;
#[cfg(feature = "svg")]
mod svg;

pub use overlay::{Drawing, Overlay, State};

use crate::graph::{Edge, Node};

fn node_text(node: &Node<'_>) -> String {
    if node.sets().is_empty() || node.sets() == node.name() {
        node.name().to_owned()
    } else {
        format!("{} = {}", node.sets(), node.name())
    }
}

fn edge_text(edge: &Edge<'_>) -> String {
    let bound = edge.bound().map(|bound| bound.to_string());
    let spent = edge.is_spent().then(|| "spent".to_owned());
    let count = bound.into_iter().chain(spent).collect::<Vec<_>>().join(", ");
    match edge.label() {
        "" => count,
        label if count.is_empty() => label.to_owned(),
        label => format!("{label}: {count}"),
    }
}

/// The text's lines, of which each character can be drawn.
fn lines(text: &str) -> Vec<String> {
    let drawable = |c: char| match c {
        '\t' => ' ',
        // Graphviz ends a text at a NUL, and SVG, being XML, has no place for the others.
        c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    text.replace("\r\n", "\n").split(['\n', '\r']).map(|line| line.chars().map(drawable).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::{edge_text, lines, node_text};
    use crate::graph::{Bound, Edge, Graph, Node, NodeKind};

    pub(super) const REVIEWED: Graph<'static> = Graph::new("Reviewed").with_nodes(
        &[
            Node::new(NodeKind::Start, "start"),
            Node::new(NodeKind::Step, "write").with_step("desk::write", "draft"),
            Node::new(NodeKind::Step, "review").with_step("review", "review"),
            Node::new(NodeKind::End, "end"),
            Node::new(NodeKind::Fail, "fail"),
        ],
        &[
            Edge::new(0, 1),
            Edge::new(1, 2),
            Edge::new(2, 3).with_label("Verdict::Good"),
            Edge::new(2, 1).with_label("Verdict::Weak(_)").with_bound(Bound { max: "3", per: "run" }),
            Edge::new(2, 4).with_label("Verdict::Weak(_)").when_spent(),
            Edge::new(2, 2).with_label("Verdict::Unsure").with_bound(Bound { max: "2", per: "write" }),
            Edge::new(2, 3).with_label("Verdict::Unsure").when_spent(),
        ],
    );

    /// Texts that mean something to Mermaid, to the Markdown and the HTML in its labels, to DOT or to XML.
    pub(super) const NASTY: &[&str] = &[
        "",
        " ",
        "end",
        "a \"quoted\" b",
        "\"",
        "\\",
        "a\\",
        "\\n",
        "\\\\n",
        "\\N \\G \\L \\l",
        "#35;",
        "#quot;",
        "#",
        "a;b",
        ";",
        "&amp; &#42; &lt",
        "a && b",
        "Option<Vec<&'a str>>",
        "<b>bold</b>",
        "<br/>",
        "<!-- -->",
        "<script>alert(1)</script>",
        "[a](b)",
        "[[a]]",
        "(a) ((b)) {c} {{d}}",
        "|a|",
        "`code`",
        "\"`*markdown*`\"",
        "```",
        "```mermaid\n```",
        "~~~\n~~~",
        "*a* **b** ***",
        "*p = *q",
        "_a_ __b__ a_b",
        "call(_, _)",
        "1. a",
        "1) a",
        "- a",
        "+ a",
        "# a",
        "> a",
        "    a",
        "a  \nb",
        "a\nb",
        "a\n\n    n0 --> n1\n",
        "a\r\nb\rc",
        "a\n===",
        "a\n---",
        "---",
        "--> b",
        "a -.-> b ==> c",
        "%% a",
        "%%{init: {}}%%",
        "style:#42;",
        "linkStyle a:b#42;",
        "classDef a:#42;",
        "direction LR",
        "a direction\nTB",
        "C4Component",
        "C4Deployment",
        "subgraph a",
        ":::a",
        "a@{ shape: x }",
        "x @ 1..=3",
        "$$x$$",
        "fa:fa-car",
        "https://example.org/a_b",
        "www.example.org",
        "a@example.org",
        "\u{fb02}\u{b0}\u{b0}42\u{b6}\u{df}",
        "caf\u{e9} \u{6f22}\u{5b57} \u{1f980}",
    ];

    /// A graph of arbitrary nodes and edges, among them edges to themselves and several between the same two nodes.
    pub(super) fn arbitrary(seed: u64, draw: impl Fn(Graph<'_>)) {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut below = |limit: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % limit as u64).unwrap()
        };
        let kinds = [
            NodeKind::Start,
            NodeKind::Step,
            NodeKind::Fork,
            NodeKind::Join,
            NodeKind::First,
            NodeKind::Sleep,
            NodeKind::End,
            NodeKind::Fail,
        ];
        let nodes: Vec<_> = (0..below(12))
            .map(|_| Node::new(kinds[below(4)], NASTY[below(NASTY.len())]).with_step("", NASTY[below(NASTY.len())]))
            .collect();
        let edges: Vec<_> = (0..if nodes.is_empty() { 0 } else { below(30) })
            .map(|_| {
                let edge = Edge::new(below(nodes.len()), below(nodes.len())).with_label(NASTY[below(NASTY.len())]);
                let bound = Bound { max: NASTY[below(NASTY.len())], per: NASTY[below(NASTY.len())] };
                let edge = if below(2) == 0 { edge.with_bound(bound) } else { edge };
                if below(2) == 0 { edge.when_spent() } else { edge }
            })
            .collect();
        draw(Graph::new(NASTY[below(NASTY.len())]).with_nodes(&nodes, &edges));
    }

    /// The two ends of each edge, in an order that does not depend on how the edges are listed.
    pub(super) fn ends(edges: &[Edge<'_>]) -> Vec<(usize, usize)> {
        let mut ends: Vec<_> = edges.iter().map(|edge| (edge.from(), edge.to())).collect();
        ends.sort_unstable();
        ends
    }

    #[test]
    fn a_node_names_its_value_only_when_that_bears_another_name() {
        let step = Node::new(NodeKind::Step, "billing");
        assert_eq!(node_text(&step), "billing");
        assert_eq!(node_text(&step.with_step("desk::billing", "billing")), "billing");
        assert_eq!(node_text(&step.with_step("desk::billing", "draft")), "draft = billing");
    }

    #[test]
    fn an_edge_says_its_label_then_its_bound_then_that_it_is_the_spent_way() {
        let edge = Edge::new(0, 1);
        let bound = Bound { max: "3", per: "run" };
        assert_eq!(edge_text(&edge), "");
        assert_eq!(edge_text(&edge.with_label("Weak(_)")), "Weak(_)");
        assert_eq!(edge_text(&edge.with_bound(bound)), "max 3");
        assert_eq!(edge_text(&edge.with_bound(Bound { per: "write", ..bound })), "max 3 per write");
        assert_eq!(edge_text(&edge.with_label("Weak(_)").with_bound(bound)), "Weak(_): max 3");
        assert_eq!(edge_text(&edge.when_spent()), "spent");
        assert_eq!(edge_text(&edge.with_label("Weak(_)").with_bound(bound).when_spent()), "Weak(_): max 3, spent");
    }

    #[test]
    fn every_line_break_counts_once_and_what_cannot_be_drawn_is_replaced() {
        assert_eq!(lines(""), [""]);
        assert_eq!(lines("a\r\nb\rc\n\nd"), ["a", "b", "c", "", "d"]);
        assert_eq!(lines("a\tb\0c\u{1b}\u{ffff}"), ["a b\u{fffd}c\u{fffd}\u{fffd}"]);
    }
}
