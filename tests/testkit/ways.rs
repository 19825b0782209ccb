//! Every way a workflow can go, run; and the paths its graph has, counted.

use super::flows::*;
use loomflow::{
    prelude::*,
    test::{covered, paths},
};
use std::collections::BTreeSet;

#[test]
fn every_way_is_run_and_together_they_take_every_edge() {
    let test = Triage::test()
        .context(|| Llm)
        .either::<classify>([Desk::Billing(7), Desk::Technical, Desk::Spam])
        .either::<review>([Verdict::Good, Verdict::Weak("!".to_owned())])
        .answers_either::<approve>([Some(Approval::Granted), Some(Approval::Refused("rude".to_owned())), None]);
    let mut replies = BTreeSet::new();
    let mut runs = 0;
    covered::<Triage>(|| {
        for run in test.ways(Ticket::from("x")) {
            replies.insert(run.output().split(':').next().unwrap_or_default().to_owned());
            runs += 1;
        }
    })
    .at_least(100);
    // Two desks with 4 reviews that are good at last, 3 answers each, or none of 4 is good; and spam.
    assert_eq!(runs, 2 * (4 * 3 + 1) + 1);
    assert_eq!(replies, BTreeSet::from(["escalated".to_owned(), "nothing".to_owned(), "sent".to_owned()]));
    // Each way is a path of the graph: what it visits is what a route visits.
    let routes: BTreeSet<Vec<&str>> = paths::<Triage>().map(|route| route.nodes()).collect();
    for run in test.ways(Ticket::from("x")) {
        let path: Vec<String> = run.path().to_vec();
        assert!(routes.contains(&path.iter().map(String::as_str).collect::<Vec<_>>()), "{path:?}");
    }
}

#[test]
fn a_step_may_fail_in_one_run_and_not_in_another() {
    let test = Fetched::test().may_fail::<fetch>("down");
    let outputs: Vec<usize> = test.ways(vec!["abc".to_owned()]).map(|run| *run.output()).collect();
    // Each of three attempts succeeds or not.
    assert_eq!(outputs, [3, 3, 3, 0]);
}

#[test]
fn paths_are_counted_before_they_are_listed() {
    assert_eq!(paths::<Triage>().count_up_to(1_000), Some(2 * (4 * 3 + 1) + 1));
    assert_eq!(paths::<Triage>().count_up_to(10), None);
    let first = paths::<Triage>().next().expect("there is one");
    assert_eq!(first.nodes(), ["classify", "billing", "review", "approve", "send"]);
    assert_eq!(first.labels()[0], ("classify", "Desk::Billing(account)"));
    assert!(first.to_string().starts_with("start -> classify -Desk::Billing(account)-> billing -> review"), "{first}");
}
