//! Mermaid, written so that versions 10.9 to 11.17, with HTML labels as is their default, draw each text as it stands.

use std::iter;

use super::{Drawing, State, lines};
use crate::graph::{Graph, NodeKind};

impl Graph<'_> {
    /// The graph as a [Mermaid flowchart](https://mermaid.js.org/syntax/flowchart.html), for a fence marked `mermaid`.
    ///
    /// ```
    /// use loomflow_graph::graph::{Bound, Edge, Graph, Node, NodeKind};
    ///
    /// const ESSAY: Graph = Graph::new("Essay").with_nodes(
    ///     &[
    ///         Node::new(NodeKind::Start, "start"),
    ///         Node::new(NodeKind::Step, "write").with_step("write", "draft"),
    ///         Node::new(NodeKind::End, "end"),
    ///     ],
    ///     &[
    ///         Edge::new(0, 1),
    ///         Edge::new(1, 1).with_label("else").with_bound(Bound { max: "3", per: "run" }),
    ///         Edge::new(1, 2).with_label("if draft.is_good()"),
    ///         Edge::new(1, 2).with_label("else").when_spent(),
    ///     ],
    /// );
    ///
    /// assert_eq!(
    ///     ESSAY.to_mermaid(),
    ///     r#"flowchart TD
    ///     n0(["start"])
    ///     n1["draft = write"]
    ///     n2(["end"])
    ///     n0 --> n1
    ///     n1 -->|"else: max 3"| n1
    ///     n1 -->|"if draft.is_good()"| n2
    ///     n1 -.->|"else: spent"| n2
    /// "#
    /// );
    /// ```
    #[must_use]
    pub fn to_mermaid(&self) -> String {
        self.drawing().to_mermaid()
    }
}

impl Drawing<'_> {
    /// The drawing as a [Mermaid flowchart](https://mermaid.js.org/syntax/flowchart.html).
    #[must_use]
    pub fn to_mermaid(&self) -> String {
        let nodes = (0..self.graph.nodes().len()).map(|index| node_line(self, index));
        let edges = (0..self.graph.edges().len()).map(|index| edge_line(self, index));
        iter::once("flowchart TD\n".to_owned()).chain(nodes).chain(edges).chain(styles(self)).collect()
    }
}

/// What tells the nodes and edges that a run has come to from the others.
fn styles(drawing: &Drawing<'_>) -> Vec<String> {
    let mut styles = Vec::new();
    for state in [State::NotReached, State::Done, State::Here, State::Waits, State::Failed] {
        let nodes = (0..drawing.graph.nodes().len()).filter(|index| drawing.state(*index) == Some(state));
        let nodes: Vec<String> = nodes.map(|index| format!("n{index}")).collect();
        if !nodes.is_empty() {
            let (class, colour) = (state.class(), state.colour());
            let more =
                if state == State::NotReached { format!("color:{colour}") } else { "stroke-width:2px".to_owned() };
            styles
                .push(format!("    classDef {class} stroke:{colour},{more}\n    class {} {class}\n", nodes.join(",")));
        }
    }
    let taken = (0..drawing.graph.edges().len()).filter(|index| drawing.taken(*index).is_some_and(|taken| taken > 0));
    let taken: Vec<String> = taken.map(|index| index.to_string()).collect();
    if !taken.is_empty() {
        let colour = State::Done.colour();
        styles.push(format!("    linkStyle {} stroke:{colour},stroke-width:2px\n", taken.join(",")));
    }
    styles
}

fn node_line(drawing: &Drawing<'_>, index: usize) -> String {
    let (open, close) = match drawing.graph.nodes()[index].kind() {
        NodeKind::Start | NodeKind::End => ("([", "])"),
        NodeKind::Step => ("[", "]"),
        NodeKind::Fail => ("{{", "}}"),
        NodeKind::Fork | NodeKind::First => ("[/", "\\]"),
        NodeKind::Join => ("[\\", "/]"),
        NodeKind::Sleep => ("(", ")"),
    };
    format!("    n{index}{open}{}{close}\n", quoted(&drawing.whole_text(index)))
}

fn edge_line(drawing: &Drawing<'_>, index: usize) -> String {
    let edge = &drawing.graph.edges()[index];
    let (from, to) = (edge.from(), edge.to());
    let arrow = if edge.is_spent() { "-.->" } else { "-->" };
    match drawing.edge_text(index).as_str() {
        "" => format!("    n{from} {arrow} n{to}\n"),
        text => format!("    n{from} {arrow}|{}| n{to}\n", quoted(text)),
    }
}

/// A line break is left as it is: beside a `<br/>`, Mermaid would turn entities back into what they stand for before
/// it reads the label as Markdown. A line with nothing in it is given a space of no width, since Mermaid takes no empty
/// string and Markdown would begin a paragraph there.
fn quoted(text: &str) -> String {
    let line = |line: &String| {
        if line.is_empty() { "#8203;".to_owned() } else { escaped(line) }
    };
    format!("\"{}\"", lines(text).iter().map(line).collect::<Vec<_>>().join("\n"))
}

/// Words that Mermaid looks for in the text as a whole, inside strings too: the first two cost a later entity its `;`,
/// the third swallows its line, and `C4…` makes the drawing one of another kind. The last is a link to Markdown.
const WORDS: [&str; 5] = ["style", "classDef", "direction", "C4", "www."];

fn escaped(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut before = None;
    for (at, c) in line.char_indices() {
        let after = line[at..].chars().nth(1);
        let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let plain = match c {
            // Markdown reads `1.`, a hash or four spaces at the start of a line, so no line starts with any such.
            _ if at == 0 => !c.is_ascii() || c.is_ascii_alphabetic(),
            // The one mark that names are full of; within a word it means nothing to Markdown.
            '_' => letter(before) && letter(after),
            // Two at the end of a line are a line break to Markdown.
            ' ' => after.is_some_and(|c| c != ' '),
            '(' | ')' | '{' | '}' | '=' | ':' | ',' | '.' | '?' | '\'' | '|' => true,
            c => !c.is_ascii() || c.is_ascii_alphanumeric(),
        };
        match c {
            '"' => out.push_str("#quot;"),
            '&' => out.push_str("#amp;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            // Mermaid's own marks for entities begin and end so: `ﬂ°` and `¶ß`. A space of no width parts them.
            '\u{fb02}' | '\u{b6}' => out.extend([c.to_string().as_str(), "#8203;"]),
            c if plain && !WORDS.iter().any(|word| line[at..].starts_with(word)) => out.push(c),
            c => out.extend(["#", &u32::from(c).to_string(), ";"]),
        }
        before = Some(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::tests::{NASTY, REVIEWED, arbitrary, ends};
    use super::super::{edge_text, lines, node_text};
    use super::{escaped, quoted};
    use crate::graph::{Edge, Graph, Node, NodeKind};

    /// What Mermaid draws for a quoted label: entities for what they stand for, space at the ends trimmed.
    fn drawn(label: &str) -> String {
        let mut rest = label.strip_prefix('"').and_then(|label| label.strip_suffix('"')).expect("a quoted label");
        let mut out = String::new();
        while let Some((text, entity)) = rest.split_once('#') {
            let (entity, after) = entity.split_once(';').expect("the entity's end");
            out.push_str(text);
            out.push(match entity {
                "quot" => '"',
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                number => char::from_u32(number.parse().expect("a number")).expect("a character"),
            });
            rest = after;
        }
        out.push_str(rest);
        out.replace('\u{200b}', "").trim().to_owned()
    }

    /// A statement starts with four spaces, which no line of a label does.
    fn statements(mermaid: &str) -> Vec<&str> {
        let body = mermaid.strip_prefix("flowchart TD\n").expect("a flowchart");
        let body = body.strip_suffix('\n').unwrap_or(body);
        if body.is_empty() { vec![] } else { body.strip_prefix("    ").expect("indent").split("\n    ").collect() }
    }

    #[test]
    fn a_graph_is_drawn_node_by_node_and_edge_by_edge() {
        assert_eq!(
            REVIEWED.to_mermaid(),
            r#"flowchart TD
    n0(["start"])
    n1["draft = write"]
    n2["review"]
    n3(["end"])
    n4{{"fail"}}
    n0 --> n1
    n1 --> n2
    n2 -->|"Verdict::Good"| n3
    n2 -->|"Verdict::Weak(#95;): max 3"| n1
    n2 -.->|"Verdict::Weak(#95;): spent"| n4
    n2 -->|"Verdict::Unsure: max 2 per write"| n2
    n2 -.->|"Verdict::Unsure: spent"| n3
"#
        );
    }

    #[test]
    fn a_graph_without_nodes_is_an_empty_flowchart() {
        assert_eq!(Graph::new("Empty").to_mermaid(), "flowchart TD\n");
        assert_eq!(Graph::new("Empty").with_doc("Does nothing.").to_mermaid(), "flowchart TD\n");
    }

    #[test]
    fn nasty_texts_are_drawn_as_they_stand() {
        for text in NASTY {
            assert_eq!(drawn(&quoted(text)), lines(text).join("\n").trim(), "{text:?}");
        }
    }

    #[test]
    fn nothing_that_mermaid_or_markdown_reads_is_left_in_a_label() {
        for text in NASTY {
            let label = quoted(text);
            let inner = &label[1..label.len() - 1];
            assert!(
                !inner.contains(['"', '<', '>', '&', '`', '*', '[', ']', '\\', '%', '$', '~', '-', '/', '@']),
                "{inner}"
            );
            assert!(
                !["style", "classDef", "direction", "C4", "www."].iter().any(|word| inner.contains(word)),
                "{inner}"
            );
            assert!(!inner.lines().any(|line| line.starts_with(|c: char| c.is_ascii_digit() || c == '+')), "{inner}");
        }
    }

    #[test]
    fn a_name_within_a_word_keeps_its_underscores() {
        assert_eq!(escaped("send_mail_2 = _x_"), "send_mail_2 = #95;x#95;");
    }

    #[test]
    fn each_node_and_each_edge_stands_there_exactly_once() {
        for seed in 0..500 {
            arbitrary(seed, |graph| {
                let mermaid = graph.to_mermaid();
                let statements = statements(&mermaid);
                let (nodes, edges) = statements.split_at(graph.nodes().len());
                for (index, (node, text)) in graph.nodes().iter().zip(nodes).enumerate() {
                    let label = text.strip_prefix(&format!("n{index}")).expect("the nodes in order");
                    let label = label.trim_matches(['(', ')', '[', ']', '{', '}', '/', '\\']);
                    assert_eq!(drawn(label), lines(&node_text(node)).join("\n").trim(), "{mermaid}");
                }
                let mut seen = Vec::new();
                for (edge, text) in graph.edges().iter().zip(edges) {
                    let (from, rest) = text.strip_prefix('n').unwrap().split_once(' ').unwrap();
                    let (rest, to) = rest.rsplit_once(" n").unwrap();
                    seen.push((from.parse().unwrap(), to.parse().unwrap()));
                    let label = rest.trim_start_matches(['-', '.', '>']).trim_matches('|');
                    let label = if label.is_empty() { String::new() } else { drawn(label) };
                    assert_eq!(label, lines(&edge_text(edge)).join("\n").trim(), "{mermaid}");
                    assert_eq!(rest.starts_with("-.->"), edge.is_spent(), "{mermaid}");
                }
                seen.sort_unstable();
                assert_eq!(edges.len(), graph.edges().len(), "{mermaid}");
                assert_eq!(seen, ends(graph.edges()), "{mermaid}");
            });
        }
    }

    #[test]
    fn nodes_of_one_name_stay_apart() {
        let nodes = [Node::new(NodeKind::Step, "a-b"), Node::new(NodeKind::Step, "a-b")];
        let graph = Graph::new("Twins");
        let graph = graph.with_nodes(&nodes, &[Edge::new(0, 1), Edge::new(0, 1)]).to_mermaid();
        assert_eq!(statements(&graph), ["n0[\"a#45;b\"]", "n1[\"a#45;b\"]", "n0 --> n1", "n0 --> n1"]);
    }

    #[test]
    fn no_line_closes_the_fence_it_stands_in() {
        for seed in 0..500 {
            arbitrary(seed, |graph| {
                let mermaid = graph.to_mermaid();
                assert!(!mermaid.lines().any(|line| line.trim_start().starts_with(['`', '~'])), "{mermaid}");
            });
        }
    }
}
