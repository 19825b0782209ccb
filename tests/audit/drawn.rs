//! The drawing of a run's graph with the run laid over it.

use crate::{explained::letter, kept::World, runs::*};
use loomflow::draw::Drawing;

/// The colours in which drawings show how a run stands to a node.
const DONE: &str = "#2f9e44";
const WAITS: &str = "#e08700";
const FAILED: &str = "#e03131";
const NOT_REACHED: &str = "#868e96";

/// The line of a drawing in DOT in which a node of this name stands, and its colour; how long things took is left out.
fn node(drawing: &Drawing<'_>, name: &str) -> (String, String) {
    let dot = drawing.to_dot();
    let begins =
        |line: &&str| line.contains(&format!("[label=\"{name}\"")) || line.contains(&format!("[label=\"{name}\\n"));
    let line = dot.lines().find(begins).unwrap_or_else(|| panic!("there is no `{name}` in {dot}"));
    let quoted: Vec<&str> = line.split('"').collect();
    let note = quoted[1].split_once("\\n").map_or("", |(_, note)| note);
    let times = note.split(", ").filter(|part| !part.ends_with("ms")).collect::<Vec<_>>().join(", ");
    (times, quoted[3].to_owned())
}

/// The labels of the edges that were taken.
fn taken(drawing: &Drawing<'_>) -> Vec<String> {
    let dot = drawing.to_dot();
    let edges = dot.lines().filter(|line| line.contains(" -> ") && line.contains(DONE) && line.contains("label="));
    edges.map(|line| line.split('"').nth(1).unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_run_that_waits_is_drawn_with_where_it_was_how_often_and_where_it_is() {
    World::default().lives((), async |loom| {
        letter(&loom, "hello", &[r#"{"Refused":"rude"}"#]).await;
        let drawing = loom.drawing("letter").await.unwrap();
        assert_eq!(node(&drawing, "classify"), (String::new(), DONE.to_owned()));
        assert_eq!(node(&drawing, "draft"), ("2×".to_owned(), DONE.to_owned()));
        assert_eq!(node(&drawing, "approve"), ("2×".to_owned(), WAITS.to_owned()));
        assert_eq!(node(&drawing, "send"), (String::new(), NOT_REACHED.to_owned()));
        assert_eq!(taken(&drawing), ["Desk::Billing(cents)", "2×", "Approval::Refused(why): max 2"]);
        assert!(drawing.to_mermaid().contains("class n3 waits"));
        #[cfg(feature = "svg")]
        assert!(drawing.to_svg().contains("2×"));
    });
}

#[test]
fn forks_and_workflows_within_are_drawn_too() {
    World::default().lives((), async |loom| {
        loom.start::<Outer>("many", 4).await.unwrap().output().await.unwrap();
        let drawing = loom.drawing("many").await.unwrap();
        assert_eq!(node(&drawing, "Inner"), ("4×".to_owned(), DONE.to_owned()));
        assert_eq!(node(&drawing, "for item in items, 2 at once"), (String::new(), DONE.to_owned()));
        assert_eq!(node(&drawing, "last"), (String::new(), NOT_REACHED.to_owned()));
        assert_eq!(taken(&drawing), ["4×", "sum > 3", "4×"]);
        let within = loom.drawing_within("many", "Inner").await.unwrap();
        assert_eq!(node(&within, "halve"), (String::new(), DONE.to_owned()));
        assert_eq!(taken(&within), ["double > 4"]);
        let within = loom.drawing_within("many", "last").await.unwrap();
        assert_eq!(node(&within, "start"), (String::new(), NOT_REACHED.to_owned()));
        assert!(loom.drawing_within("many", "sum").await.is_err());
    });
}

#[test]
fn a_node_at_which_the_run_failed_and_an_end_that_is_a_failure_stand_out() {
    World::default().lives((), async |loom| {
        assert!(loom.start::<Strict>("strict", 60).await.unwrap().output().await.is_err());
        let drawing = loom.drawing("strict").await.unwrap();
        assert_eq!(node(&drawing, "check"), (String::new(), FAILED.to_owned()));
        assert_eq!(node(&drawing, "end"), (String::new(), NOT_REACHED.to_owned()));
        letter(&loom, "hello", &[r#"{"Refused":"rude"}"#; 3]).await;
        let drawing = loom.drawing("letter").await.unwrap();
        assert_eq!(taken(&drawing).last().map(String::as_str), Some("Approval::Refused(why): spent"));
        assert!(drawing.to_dot().contains(r##"label="fail", shape=hexagon, color="#e03131""##));
    });
}
