//! What only looks, or tidies up: workflows, drawings, runs.

use crate::desk::{Desk, ORDER};
use serde_json::{Value, json};
use std::fs;

/// A desk with runs of each kind but one that goes on.
fn with_runs() -> Desk {
    let desk =
        Desk::that_ran(&["run", "Triage", "ticket=It hums.", "--id", "t-1", "--user", "ada", "--session", "s-1"]);
    desk.says(&["run", "Triage", "ticket=#x", "--id", "t-2", "--metadata", r#"{"from": "mail"}"#]);
    desk.says(&["run", "Refund", ORDER, "--id", "r-1", "--user", "ada"]);
    desk.says(&["run", "Refund", ORDER, "--id", "r-2"]);
    desk.says(&["cancel", "r-2"]);
    desk
}

#[test]
fn the_workflows_are_listed_with_what_they_take_and_give() {
    let desk = Desk::new();
    assert_eq!(
        desk.says(&["list", "--text"]).out,
        "\
WORKFLOW  TAKES                                GIVES                    STEPS AT MOST
Triage    ticket: String, copies: Option<u32>  String                   2
Refund    order: Order                         Result<Receipt, String>  2
Poll      offer: String, people: Vec<String>   Vec<bool>                people.len()

Triage: Sorts a support ticket and drafts an answer.

Refund: Pays money back when a person says so.

Poll: Asks several people whether an offer is good.
"
    );
    let listed = desk.says(&["list"]).lines();
    assert_eq!(
        listed[1],
        json!({
            "workflow": "Refund", "version": 1, "inputs": [{"name": "order", "type": "Order"}],
            "output": "Result<Receipt, String>", "max_steps": "2", "doc": "Pays money back when a person says so.",
        })
    );
}

#[test]
fn a_graph_is_drawn_as_it_is_said_or_as_the_name_of_the_file_says() {
    let desk = Desk::new();
    let starts = |text: &str, start: &str| assert!(text.starts_with(start), "{text}");
    starts(&desk.says(&["graph", "Refund"]).out, "flowchart TD\n    n0([\"start\"])\n    n1[\"approve\"]\n");
    starts(&desk.says(&["graph", "Refund", "--format", "dot"]).out, "digraph");
    for (file, start) in [("refund.dot", "digraph"), ("refund.mmd", "flowchart TD")] {
        let said = desk.says(&["graph", "Refund", "-o", file]);
        assert_eq!((said.told(), said.out.as_str()), ((Some(0), ""), ""));
        starts(&fs::read_to_string(desk.folder().join(file)).expect("it was written"), start);
    }
    let nowhere = desk.says(&["graph", "Refund", "-o", "no/refund.dot"]);
    assert!(
        nowhere.code == Some(5) && nowhere.err.starts_with("desk: error: `no/refund.dot` cannot be written: "),
        "{nowhere:?}"
    );
}

#[cfg(feature = "svg")]
#[test]
fn a_graph_is_an_image_with_the_feature() {
    assert!(Desk::new().says(&["graph", "Refund", "--format", "svg"]).out.starts_with("<svg"));
}

#[cfg(not(feature = "svg"))]
#[test]
fn who_draws_no_images_says_which_feature_does() {
    let said = Desk::new().says(&["graph", "Refund", "--format", "svg"]);
    assert!(said.code == Some(2) && said.err.contains("add the feature `svg`"), "{said:?}");
}

#[test]
fn runs_are_listed_with_the_newest_first_and_as_they_are_asked_for() {
    let desk = with_runs();
    let ids = |filter: &[&str]| -> Vec<Value> {
        let said = desk.says(&[&["runs"], filter].concat());
        assert_eq!(said.told(), (Some(0), ""));
        said.lines().into_iter().map(|run| run["run"].clone()).collect()
    };
    assert_eq!(ids(&[]), ["r-2", "r-1", "t-2", "t-1"]);
    assert_eq!(ids(&["--status", "waiting"]), ["r-1"]);
    assert_eq!(ids(&["--status", "cancelled"]), ["r-2"]);
    assert_eq!(ids(&["--workflow", "Triage", "--status", "failed"]), ["t-2"]);
    assert_eq!(ids(&["--user", "ada"]), ["r-1", "t-1"]);
    assert_eq!(ids(&["--session", "s-1"]), ["t-1"]);
    assert_eq!(ids(&["--limit", "2"]), ["r-2", "r-1"]);
    assert!(ids(&["--user", "grace"]).is_empty());
}

#[test]
fn runs_are_a_table_for_people() {
    let said = with_runs().says(&["runs", "--text"]);
    // Nobody knows how long they take here.
    let cells: Vec<Vec<&str>> = said.out.lines().map(|line| line.split_whitespace().take(3).collect()).collect();
    assert_eq!(
        cells,
        [
            ["RUN", "WORKFLOW", "STATUS"],
            ["r-2", "Refund", "cancelled"],
            ["r-1", "Refund", "waiting"],
            ["t-2", "Triage", "failed"],
            ["t-1", "Triage", "done"],
        ]
    );
    let none = with_runs().says(&["runs", "--text", "--user", "grace"]);
    assert_eq!((none.out.as_str(), none.err.as_str()), ("", "no runs\n"));
}

#[test]
fn a_run_is_shown_with_how_it_stands_and_what_happened() {
    let desk = with_runs();
    let shown = desk.says(&["show", "t-2"]).last();
    assert_eq!(
        (&shown["status"], &shown["metadata"], &shown["at"]),
        (&json!("failed"), &json!({"from": "mail"}), &json!([]))
    );
    let kinds: Vec<&Value> = shown["events"].as_array().into_iter().flatten().map(|event| &event["kind"]).collect();
    assert_eq!(kinds, ["started", "attempt", "failed", "ended"]);
    let waiting = desk.says(&["show", "r-1"]).last();
    assert_eq!(waiting["can_go_on"], false);
    assert_eq!((&waiting["at"], &waiting["questions"][0]["ask"]), (&json!(["approve"]), &json!("approve")));
}

#[test]
fn a_run_is_shown_to_people_in_lines() {
    let said = with_runs().says(&["show", "t-1", "--text"]);
    let known = |name: &str| said.out.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    assert_eq!((said.code, known("run "), known("status ")), (Some(0), Some("t-1"), Some("done")));
    assert_eq!((known("user "), known("session ")), (Some("ada"), Some("s-1")));
    assert_eq!(known("input "), Some(r#"{"ticket":"It hums.","copies":null}"#));
    assert_eq!(known("output "), Some(r#""Please restart it. You wrote: It hums.\n""#));
    assert_eq!(known("✓ classify "), known("✓ classify ").filter(|rest| rest.contains(r#""Technical""#)));
    assert!(known("✓ technical (Sort::Technical) ").is_some(), "{}", said.out);
}

#[test]
fn a_run_that_is_not_there_is_told_with_what_is_near() {
    let desk = with_runs();
    for command in ["show", "resume", "retry", "cancel"] {
        let said = desk.says(&[command, "t-11"]);
        assert_eq!(said.told(), (Some(2), "desk: error: there is no run `t-11`; did you mean `t-1`?"), "{command}");
    }
}

#[test]
fn what_needs_a_journal_makes_none() {
    let desk = Desk::new();
    for args in
        [vec!["runs"], vec!["show", "t-1"], vec!["resume"], vec!["cancel", "t-1"], vec!["prune", "--older-than", "1d"]]
    {
        let said = desk.says(&args);
        let told = "desk: error: there is no journal `runs.db`: the first `run` makes it; another one is named by `--journal FILE` or LOOMFLOW_JOURNAL";
        assert_eq!(said.told(), (Some(2), told), "{args:?}");
    }
    assert!(fs::read_dir(desk.folder()).expect("it is there").next().is_none(), "a file was made");
}

#[test]
fn the_environment_names_the_journal_and_the_command_line_another_one() {
    let desk = Desk::new();
    let said = |args: &[&str]| desk.command(args).env("LOOMFLOW_JOURNAL", "env.db").output().map(crate::desk::Said::of);
    assert_eq!(said(&["run", "Triage", "ticket=a", "--id", "t-1"]).expect("it starts").code, Some(0));
    assert_eq!(said(&["runs"]).expect("it starts").lines().len(), 1);
    assert_eq!(said(&["runs", "--journal", "other.db"]).expect("it starts").code, Some(2));
    assert!(desk.folder().join("env.db").exists());
}

#[test]
fn a_journal_that_is_none_is_told_and_left_as_it_is() {
    let desk = Desk::new();
    desk.write("runs.db", "these are no runs, and long enough to be something");
    for args in [vec!["runs"], vec!["run", "Triage", "ticket=a"]] {
        let said = desk.says(&args);
        assert!(said.code == Some(5) && said.err.contains("runs.db"), "{said:?}");
    }
    let left = fs::read_to_string(desk.folder().join("runs.db")).expect("it is there");
    assert!(left.starts_with("these are no runs"));
}

#[test]
fn only_what_runs_something_needs_what_runs_need() {
    let desk = with_runs();
    for args in
        [vec!["list"], vec!["graph", "Triage"], vec!["runs"], vec!["show", "t-1"], vec!["prune", "--older-than", "30d"]]
    {
        let said = desk.says_with_bank("closed", &args);
        assert_eq!(said.told(), (Some(0), ""), "{args:?}");
    }
    let said = desk.says_with_bank("closed", &["answer", "r-1", "approve", "Granted"]);
    let told =
        "desk: error: what the runs need could not be made: DESK_BANK is `up`, `down` or `silent`, and not `closed`";
    assert_eq!(said.told(), (Some(5), told));
}

#[test]
fn what_ended_long_ago_is_deleted_and_nothing_else() {
    let desk = with_runs();
    assert_eq!(desk.says(&["prune", "--older-than", "1d"]).last(), json!({"deleted": 0}));
    assert_eq!(desk.says(&["prune", "--older-than", "0s", "--text"]).out, "deleted 3 runs\n");
    assert_eq!(desk.says(&["runs"]).lines().len(), 1);
}
