//! Where a run went: told of a node, and drawn.

use crate::desk::{Desk, ORDER};
use serde_json::json;

/// A desk with a run that has ended, and one that waits.
fn with_runs() -> Desk {
    let desk = Desk::that_ran(&["run", "Triage", "ticket=Charged twice, #42", "--id", "t-1"]);
    desk.says(&["run", "Refund", ORDER, "--id", "r-1"]);
    desk
}

#[test]
fn why_a_node_ran_or_did_not_is_told_in_sentences() {
    let desk = with_runs();
    let told = |run: &str, node: &str| {
        let said = desk.says(&["explain", run, node, "--text"]);
        assert_eq!(said.told(), (Some(0), ""));
        said.out
    };
    let ran = told("t-1", "billing");
    assert!(
        ran.starts_with("`billing` ran once in run `t-1`:\n1. from `classify` by `Sort::Billing(account)`; it gave "),
        "{ran}"
    );
    assert_eq!(
        told("t-1", "technical"),
        "`technical` did not run in run `t-1`: at `classify` the way was `Sort::Billing(account)`, to `billing`; \
         `Sort::Technical` would have led there\n"
    );
    let waits = told("r-1", "pay");
    assert!(waits.starts_with("`pay` has not run in run `r-1`: the run waits at `approve`"), "{waits}");
}

#[test]
fn a_program_is_told_the_same_in_one_object() {
    let told = with_runs().says(&["explain", "t-1", "technical"]).last();
    assert_eq!((&told["node"], &told["ran"]), (&json!("technical"), &json!([])));
    assert_eq!(told["missed"]["elsewhere"]["would"], json!(["Sort::Technical"]));
}

#[test]
fn a_run_is_laid_over_the_drawing_of_its_graph() {
    let desk = with_runs();
    let drawn = desk.says(&["graph", "--run", "t-1"]);
    assert_eq!(drawn.told(), (Some(0), ""));
    assert!(drawn.out.starts_with("flowchart TD") && drawn.out.contains("classDef done"), "{drawn:?}");
    assert!(!desk.says(&["graph", "Triage"]).out.contains("classDef"), "without a run there is nothing to lay over it");
    assert!(desk.says(&["graph", "--run", "r-1", "--format", "dot"]).out.starts_with("digraph"));
}

#[test]
fn it_needs_nothing_that_runs_need() {
    let desk = with_runs();
    for args in [["explain", "t-1", "billing"], ["graph", "--run", "t-1"]] {
        assert_eq!(desk.says_with_bank("closed", &args).told(), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn what_is_not_there_is_told_with_what_is_near() {
    let desk = with_runs();
    for (args, told) in [
        (vec!["explain", "t-1", "biling"], "run `t-1` has no node `biling`: did you mean `billing`?"),
        (vec!["explain", "t-2", "billing"], "there is no run `t-2`; did you mean `t-1`?"),
        (vec!["graph", "--run", "t-2"], "there is no run `t-2`; did you mean `t-1`?"),
        (
            vec!["graph", "--run", "t-1", "--within", "biling"],
            "run `t-1` has no node `biling`: did you mean `billing`?",
        ),
        (vec!["graph"], "the following required arguments were not provided:\n  <WORKFLOW>"),
        (vec!["graph", "Triage", "--run", "t-1"], "the argument '[WORKFLOW]' cannot be used with '--run <RUN>'"),
        (vec!["graph", "Triage", "--within", "billing"], "cannot be used with"),
        (vec!["explain", "t-1"], "<NODE>"),
    ] {
        let said = desk.says(&args);
        assert!(said.code == Some(2) && said.err.contains(told), "{args:?}: {said:?}");
    }
}
