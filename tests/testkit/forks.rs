//! Forks, races and nested workflows, as a path tells them.

use super::flows::*;
use loomflow::prelude::*;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn the_branches_of_a_fork_are_told_one_after_the_other_whichever_was_quicker() {
    let run = Both::test().takes::<quick>(MINUTE).run("a".to_owned());
    assert_eq!(run.output(), "quick a, slow a");
    run.assert_path(["quick", "slow"]).assert_took("slow", "else");
    assert!(run.took("start", "else"));
}

#[test]
fn a_branch_may_end_the_run() {
    let run = Both::test().run("abcdef".to_owned());
    assert_eq!(run.output(), "long");
    run.assert_took("slow", "right.len() > 9");
    assert_eq!(Both::test().run(String::new()).failure().kind(), FailureKind::Failed);
}

#[test]
fn the_quicker_of_two_wins_and_a_limit_is_a_way() {
    let run = Raced::test().takes::<quick>(2 * MINUTE).takes::<slow>(MINUTE).run("a".to_owned());
    assert_eq!((run.output().as_str(), run.elapsed()), ("slow a", MINUTE));
    run.assert_path(["quick", "slow", "shown"]);
    let late = Raced::test().takes::<quick>(120 * MINUTE).takes::<slow>(120 * MINUTE).run("a".to_owned());
    assert_eq!(late.output(), "late");
}

#[test]
fn an_item_that_fails_for_good_takes_its_catch() {
    let pages = || vec!["a".to_owned(), "bb".to_owned(), "ccc".to_owned()];
    let run = Fetched::test().fails::<fetch>(3, "down").run(pages());
    // Two items are at work at once, and which of them meets the failures is a matter of pauses.
    assert_eq!(run.visits("fetch"), 3);
    let run =
        Fetched::test().try_mock::<fetch>(|page| if *page == "bb" { Err("down".into()) } else { Ok(10) }).run(pages());
    assert_eq!((run.output(), run.labels("fetch")), (&20, vec!["catch"]));
}
