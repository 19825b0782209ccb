//! The graph as data: what `GRAPH` and the drawings tell of a workflow.

use loomflow::graph::{Bound, Edge, Graph, MaxSteps, NodeKind};
use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
enum Verdict {
    Good,
    Weak(String),
    Hopeless { why: String },
}

/// Writes a draft.
#[step]
fn draft(topic: &str) -> String {
    topic.to_owned()
}

/// Judges a draft.
///
/// Strictly.
#[step]
fn review(draft: &str) -> Verdict {
    match draft.len() {
        0 => Verdict::Hopeless { why: "empty".to_owned() },
        1..5 => Verdict::Weak("short".to_owned()),
        _ => Verdict::Good,
    }
}

#[step]
fn revise(draft: String, notes: &str) -> String {
    draft + notes
}

const LINE: u32 = line!();
workflow! {
    /// Writes about a topic.
    ///
    /// Until it is good.
    Essay(topic: String, rounds: Option<u32>) -> Result<String, String> {
        start -> text = draft(topic) -> review(text) -> match {
            Verdict::Good => end(text),
            Verdict::Weak(notes) if notes.len() > 2 =>
                text = revise(text, notes) -> review(text) max 3 else end(format!("{text}?")),
            Verdict::Weak(_) | Verdict::Hopeless { .. } => if rounds.is_none() { fail("hopeless") } else { end(text) },
        };
    }
}

const ESSAY: Graph<'static> = Essay::GRAPH;

/// The edges as `from -> to`, with all that stands on them.
fn edges(graph: &Graph<'_>) -> Vec<String> {
    let name = |node: usize| graph.nodes()[node].name();
    let told = |edge: &Edge<'_>| {
        let bound = edge.bound().map_or_else(String::new, |bound| format!(" ({bound})"));
        let spent = if edge.is_spent() { " (spent)" } else { "" };
        format!("{} -> {}: {}{bound}{spent}", name(edge.from()), name(edge.to()), edge.label())
    };
    graph.edges().iter().map(told).collect()
}

fn node_names(graph: &Graph<'_>) -> Vec<String> {
    graph.nodes().iter().map(|node| node.name().to_owned()).collect()
}

#[test]
fn a_graph_tells_name_documentation_inputs_and_output() {
    assert_eq!(ESSAY.name(), "Essay");
    assert_eq!(ESSAY.doc(), "Writes about a topic.\n\nUntil it is good.");
    let inputs: Vec<_> = ESSAY.inputs().iter().map(|input| (input.name, input.ty)).collect();
    assert_eq!(inputs, [("topic", "String"), ("rounds", "Option<u32>")]);
    assert_eq!(ESSAY.output(), "Result<String, String>");
}

#[test]
fn a_graph_begins_with_its_start_and_ends_with_its_exits() {
    use NodeKind::{End, Fail, Start, Step};
    assert_eq!(node_names(&ESSAY), ["start", "draft", "review", "revise", "end", "fail"]);
    let kinds: Vec<_> = ESSAY.nodes().iter().map(loomflow::graph::Node::kind).collect();
    assert_eq!(kinds, [Start, Step, Step, Step, End, Fail]);
}

#[test]
fn a_node_tells_its_step_what_it_sets_and_its_documentation() {
    let told = |name: &str| {
        let node = ESSAY.node(name).expect("it is in the graph");
        (node.step(), node.sets(), node.doc())
    };
    assert_eq!(told("draft"), ("draft", "text", "Writes a draft."));
    assert_eq!(told("review"), ("review", "review", "Judges a draft.\n\nStrictly."));
    assert_eq!(told("revise"), ("revise", "text", ""));
    assert_eq!(told("end"), ("", "", ""));
    assert!(ESSAY.node("rewrite").is_none());
}

#[test]
fn an_edge_tells_its_labels_and_its_bound() {
    assert_eq!(
        edges(&ESSAY),
        [
            "start -> draft: ",
            "draft -> review: ",
            "review -> end: Verdict::Good",
            "review -> revise: Verdict::Weak(notes) if notes.len() > 2",
            "review -> fail: Verdict::Weak(_) | Verdict::Hopeless { .. }, rounds.is_none()",
            "review -> end: Verdict::Weak(_) | Verdict::Hopeless { .. }, else",
            "revise -> review:  (max 3)",
            "revise -> end:  (spent)",
        ]
    );
    let bounds: Vec<_> = ESSAY.edges().iter().filter_map(Edge::bound).collect();
    assert_eq!(bounds, [Bound { max: "3", per: "run" }]);
    assert_eq!(ESSAY.edges_from(2).count(), 4);
}

#[test]
fn lines_are_those_of_the_source() {
    let line = |name: &str| ESSAY.node(name).map(loomflow::graph::Node::line);
    assert_eq!(ESSAY.line(), LINE + 5);
    assert_eq!(line("draft"), Some(LINE + 6));
    assert_eq!(line("review"), Some(LINE + 6));
    assert_eq!(line("revise"), Some(LINE + 9));
    assert_eq!(line("end"), Some(LINE + 7));
    assert_eq!(line("fail"), Some(LINE + 10));
    let lines: Vec<u32> = ESSAY.edges().iter().map(|edge| edge.line() - LINE).collect();
    assert_eq!(lines, [6, 6, 7, 9, 10, 10, 9, 9]);
}

#[test]
fn the_most_steps_are_a_number_or_a_formula() {
    assert_eq!(ESSAY.max_steps(), MaxSteps::Number(3 + 3 * 2));
    workflow! {
        Formula(list: Vec<u32>) -> String {
            start -> text = draft("a") -> text = revise(text, "b")
                  -> if text.len() < 9 { text = revise(text, "c") max list.len() + 1 else {} } -> end(text);
        }
    }
    assert!(matches!(Formula::GRAPH.max_steps(), MaxSteps::Formula(_)));
    assert_eq!(Formula::GRAPH.max_steps().to_string(), "2 + (list.len() + 1)");
}

#[test]
fn routes_between_two_nodes_are_labels_of_one_edge() {
    workflow! {
        Flow(n: u32, word: Option<String>) -> String {
            start -> if n > 5 {
                         if let Some(word) = word { draft(word) } else { draft("none") }
                     } else if n == 1 { draft("one") } else { end("few".to_owned()) }
                  -> n = (n + 1)
                  -> match n { 7 | 8 => {} 9..=11 => review(draft) -> end("reviewed".to_owned()), _ => end(draft) }
                  -> end(n.to_string());
        }
    }
    assert_eq!(
        edges(&Flow::GRAPH),
        [
            "start -> draft: n > 5, Some(word)",
            "start -> draft: n > 5, else",
            "start -> draft: else, n == 1",
            "start -> end: else, else",
            "draft -> end: 7 | 8",
            "draft -> review: 9..=11",
            "draft -> end: _",
            "review -> end: ",
        ]
    );
}

#[test]
fn a_bound_tells_its_expression_and_the_node_it_counts_by() {
    workflow! {
        Flow(list: Vec<u32>) -> String {
            start -> text = draft("a") -> text = revise(text, "b")
                  -> if text.len() < 9 { text = revise(text, "c") max list.len() per draft else {} }
                  -> if text.len() > 20 { text = draft("d") max 2 per run else end(text) } -> end(text);
        }
    }
    let mut bounds: Vec<_> = Flow::GRAPH.edges().iter().filter_map(Edge::bound).collect();
    // The outer edge is one for each way to it.
    bounds.dedup();
    assert_eq!(bounds, [Bound { max: "list.len()", per: "draft" }, Bound { max: "2", per: "run" }]);
    assert_eq!(bounds[0].to_string(), "max list.len() per draft");
    assert_eq!(bounds[1].to_string(), "max 2");
}

#[test]
fn aliases_paths_and_generic_steps_are_told_as_written() {
    mod steps {
        use loomflow::prelude::*;
        use serde::{Serialize, de::DeserializeOwned};

        /// Gives back what it is given.
        #[step]
        pub(super) fn same<T: Serialize + DeserializeOwned + Send + Sync + 'static>(item: T) -> T {
            item
        }
    }
    workflow! {
        Flow(n: u32) -> u32 {
            start -> first_time: steps::same::<u32>(n) -> n = steps::same::<u32>(first_time) -> end(n);
        }
    }
    let nodes: Vec<_> = Flow::GRAPH.nodes()[1..3].iter().map(|node| (node.name(), node.step(), node.sets())).collect();
    assert_eq!(nodes, [("first_time", "steps::same::<u32>", "first_time"), ("same", "steps::same::<u32>", "n")]);
    assert_eq!(Flow::GRAPH.nodes()[1].doc(), "Gives back what it is given.");
}

#[test]
fn keywords_of_rust_are_told_without_their_prefix() {
    #[step]
    fn r#type(r#in: &str) -> String {
        r#in.to_owned()
    }
    workflow! {
        Flow(r#match: String) -> String { start -> r#type(r#match) -> r#fn: draft(r#type) -> end(r#fn + &r#match); }
    }
    assert_eq!(Flow::GRAPH.inputs()[0].name, "match");
    assert_eq!(node_names(&Flow::GRAPH), ["start", "type", "fn", "end"]);
    assert_eq!(Flow::GRAPH.node("type").map(|node| (node.sets(), node.step())), Some(("type", "r#type")));
}

#[test]
fn a_nested_workflow_is_one_node_with_its_documentation() {
    workflow! {
        Outer(topic: String) -> String { start -> Essay(topic, None) -> end; }
    }
    assert_eq!(node_names(&Outer::GRAPH), ["start", "Essay", "end"]);
    assert_eq!(Outer::GRAPH.nodes()[1].doc(), ESSAY.doc());
    assert_eq!(Outer::GRAPH.max_steps(), MaxSteps::Number(1));
}

#[test]
fn drawings_hold_every_node_label_and_bound() {
    for drawing in [ESSAY.to_mermaid(), ESSAY.to_dot()] {
        for part in [
            "start",
            "text = draft",
            "review",
            "text = revise",
            "end",
            "fail",
            "Verdict::Good",
            "notes.len()",
            "rounds.is_none()",
            "else",
            "max 3",
            "spent",
        ] {
            assert!(drawing.contains(part), "`{part}` is not in\n{drawing}");
        }
    }
    assert!(ESSAY.to_mermaid().starts_with("flowchart"));
    assert!(ESSAY.to_dot().starts_with("digraph"));
}

#[test]
fn a_graph_is_a_constant_that_all_runs_agree_with() {
    const STEPS: MaxSteps<'static> = Essay::GRAPH.max_steps();
    let MaxSteps::Number(most) = STEPS else { panic!("its only bound is a number") };
    for topic in ["", "a", "ab", "abcd", "abcde"] {
        let run = Essay::trace(&(), topic.to_owned(), Some(1));
        let (path, _) = tokio::runtime::Builder::new_current_thread().build().expect("it starts").block_on(run);
        assert!(path.len() as u64 <= most);
        for two in path.windows(2) {
            let at = |name| node_names(&ESSAY).iter().position(|node| node == name).expect("it is in the graph");
            let known = ESSAY.edges_from(at(two[0])).any(|edge| edge.to() == at(two[1]));
            assert!(known, "no edge from {} to {}", two[0], two[1]);
        }
    }
}
