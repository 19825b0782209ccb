//! Why a node ran or did not, in sentences.

use crate::{kept::World, runs::*};
use loomflow::{
    Loom, LoomError, Outcome,
    audit::{Came, Missed},
    prelude::*,
};
use std::time::Duration;

/// Begins a run, answers its questions with these as long as there are any, and leaves it where it then stands.
pub(crate) async fn letter(loom: &Loom<()>, text: &str, answers: &[&str]) {
    let run = loom.start::<Letter>("letter", text.to_owned()).user("ada").await.unwrap();
    for answer in answers {
        let Ok(Outcome::Waiting(_)) = run.outcome().await else { panic!("it asks") };
        loom.answer_json("letter", "approve", *answer).by("grace").await.unwrap();
    }
    // What it comes to is read afterwards.
    let _ = run.outcome().await;
}

async fn told(loom: &Loom<()>, id: &str, node: &str) -> String {
    match loom.explain(id, node).await {
        // How long it takes is not what is looked at here.
        Ok(explanation) => {
            let text = explanation.to_string();
            let mut parts = text.split(" after ");
            let first = parts.next().unwrap_or_default().to_owned();
            parts.fold(first, |text, part| {
                text + part.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').trim_start_matches(" ms")
            })
        }
        Err(error) => error.to_string(),
    }
}

const REFUSED: &str = r#"{"Refused":"rude"}"#;

#[test]
fn a_node_that_ran_tells_which_way_led_there_each_time_its_attempts_and_what_it_gave() {
    World::default().lives((), async |loom| {
        letter(&loom, "hello", &[REFUSED, "\"Granted\""]).await;
        assert_eq!(
            told(&loom, "letter", "draft").await,
            "`draft` ran twice in run `letter`:\n\
             1. from `classify` by `Desk::Billing(cents)`; attempt 1 failed: attempt 1 of 5; it gave \"about hello\"\n\
             2. from `approve` by `Approval::Refused(why)`; attempt 1 failed: attempt 1 of 1; it gave \"about rude\""
        );
        assert_eq!(
            told(&loom, "letter", "approve").await,
            "`approve` ran twice in run `letter`:\n\
             1. from `draft`; it was answered with {\"Refused\":\"rude\"} by grace\n\
             2. from `draft`; it was answered with \"Granted\" by grace"
        );
        assert_eq!(
            told(&loom, "letter", "end").await,
            "`end` ran once in run `letter`:\n1. from `send`; it was come by"
        );
        let classify = loom.explain("letter", "classify").await.unwrap();
        assert_eq!((classify.ran[0].from[0].as_str(), classify.ran[0].seq), ("start", 1));
        assert!(matches!(&classify.ran[0].came, Came::Gave(desk) if desk.get() == r#"{"Billing":5}"#));
    });
}

#[test]
fn a_node_that_did_not_run_tells_where_the_run_went_elsewhere_and_what_would_have_led_there() {
    World::default().lives((), async |loom| {
        letter(&loom, "buy", &[]).await;
        let elsewhere = "in run `letter`: at `classify` the way was `Desk::Spam`, to `end`; `Desk::Billing(cents)` would have led there";
        for node in ["draft", "approve", "send"] {
            assert_eq!(told(&loom, "letter", node).await, format!("`{node}` did not run {elsewhere}"));
        }
        let send = loom.explain("letter", "send").await.unwrap();
        assert!(matches!(send.missed, Some(Missed::Elsewhere { seq: 1, .. })), "{send:?}");
    });
}

#[test]
fn the_end_of_a_loops_bound_is_why_the_run_went_elsewhere() {
    World::default().lives((), async |loom| {
        letter(&loom, "hello", &[REFUSED; 3]).await;
        assert_eq!(
            told(&loom, "letter", "send").await,
            "`send` did not run in run `letter`: at `approve` its bound, `max 2`, was spent, and the run went to `fail`; `Approval::Granted` would have led there"
        );
        let text = told(&loom, "letter", "fail").await;
        assert_eq!(
            text,
            "`fail` ran once in run `letter`:\n1. from `approve` by `Approval::Refused(why), spent`; it was come by"
        );
    });
}

#[test]
fn a_run_that_waits_failed_or_was_cancelled_before_a_node_says_so() {
    World::default().lives((), async |loom| {
        letter(&loom, "hello", &[]).await;
        assert_eq!(
            told(&loom, "letter", "send").await,
            "`send` has not run in run `letter`: the run waits at `approve` for the answer to \"Send this answer?\""
        );
        assert_eq!(
            told(&loom, "letter", "approve").await,
            "`approve` ran once in run `letter`:\n1. from `draft`; it waits for the answer to \"Send this answer?\""
        );
        loom.cancel("letter").await.unwrap();
        assert!(loom.handle::<Letter>("letter").output().await.is_err());
        assert_eq!(
            told(&loom, "letter", "send").await,
            "`send` did not run in run `letter`: the run was cancelled at `approve` before it"
        );
        assert!(loom.start::<Strict>("strict", 60).await.unwrap().output().await.is_err());
        assert_eq!(
            told(&loom, "strict", "double").await,
            "`double` did not run in run `strict`: the run failed at `check` before it: 60 is too much"
        );
    });
}

#[test]
fn time_that_ran_out_is_a_way_like_others() {
    World::default().lives((), async |loom| {
        letter(&loom, "hello", &[]).await;
        tokio::time::sleep(Duration::from_secs(15 * 86_400)).await;
        let Outcome::Done(late) = loom.handle::<Letter>("letter").outcome().await.unwrap() else { panic!("it is late") };
        assert_eq!(late, "late");
        assert_eq!(
            told(&loom, "letter", "send").await,
            "`send` did not run in run `letter`: at `approve` the way was `after 14d`, to `end`; `Approval::Granted`, `Approval::Refused(why)` would have led there"
        );
    });
}

#[test]
fn what_is_caught_and_what_is_waited_for_is_told() {
    World::default().lives((), async |loom| {
        assert_eq!(loom.start::<Careful>("caught", 60).await.unwrap().output().await.unwrap(), 30);
        assert_eq!(
            told(&loom, "caught", "check").await,
            "`check` ran once in run `caught`:\n1. from `start`; it failed: 60 is too much"
        );
        assert_eq!(
            told(&loom, "caught", "double").await,
            "`double` did not run in run `caught`: at `check` the way was `catch`, to `halve`"
        );
        let run = loom.start::<Careful>("waits", 3).await.unwrap();
        assert!(matches!(run.outcome().await.unwrap(), Outcome::Waiting(_)));
        assert_eq!(
            told(&loom, "waits", "double").await,
            "`double` has not run in run `waits`: the run waits at `sleep(1h)`"
        );
        assert_eq!(
            told(&loom, "waits", "halve").await,
            "`halve` has not run in run `waits`: from `check` the run went to `sleep(1h)`; `catch` would have led there"
        );
    });
}

#[test]
fn branches_of_forks_and_workflows_within_are_explained_too() {
    World::default().lives((), async |loom| {
        assert_eq!(loom.start::<Outer>("many", 4).await.unwrap().output().await.unwrap(), 18 + 9);
        assert_eq!(
            told(&loom, "many", "a").await,
            "`a` ran once in run `many`:\n1. from `sum` by `sum > 3`, in `3.0/`; it gave 18"
        );
        assert_eq!(
            told(&loom, "many", "Inner/halve").await,
            "`Inner/halve` ran once in run `many`:\n1. from `double` by `double > 4`, in `1.3/1/`; it gave 3"
        );
        assert_eq!(
            told(&loom, "many", "last/halve").await,
            "`last/halve` did not run in run `many`: it stands within `last`, which did not run; at `sum` the way was `sum > 3`, to `2 at once`; `else` would have led there"
        );
        assert_eq!(loom.explain("many", "Inner").await.unwrap().ran.len(), 4);

        assert_eq!(loom.start::<Outer>("none", 0).await.unwrap().output().await.unwrap(), 0);
        assert_eq!(
            told(&loom, "none", "Inner").await,
            "`Inner` did not run in run `none`: `for item in items, 2 at once` had no branch that led there"
        );
        assert_eq!(
            told(&loom, "none", "last/halve").await,
            "`last/halve` did not run in run `none`: at `double` the way was `else`, to `end`; `double > 4` would have led there"
        );
    });
}

#[test]
fn a_branch_that_was_dropped_when_another_one_decided_is_told_as_such() {
    World::default().lives((), async |loom| {
        assert_eq!(loom.start::<Race>("race", 3).await.unwrap().output().await.unwrap(), 6);
        assert_eq!(
            told(&loom, "race", "slow").await,
            "`slow` did not run in run `race`: its branch was dropped at `sleep(1d)`, as another one decided"
        );
    });
}

#[test]
fn a_name_that_is_no_nodes_is_refused_with_those_that_are_near() {
    World::default().lives((), async |loom| {
        letter(&loom, "buy", &[]).await;
        assert_eq!(told(&loom, "letter", "drafft").await, "run `letter` has no node `drafft`: did you mean `draft`?");
        assert_eq!(told(&loom, "letter", "xyz").await, "run `letter` has no node `xyz`");
        assert_eq!(loom.start::<Outer>("many", 4).await.unwrap().output().await.unwrap(), 27);
        assert_eq!(
            told(&loom, "many", "halve").await,
            "run `many` has no node `halve`: did you mean `Inner/halve`, `last/halve`?"
        );
        let plain = async |n: u32| Ok::<_, Failure>(double(n).await);
        assert_eq!(loom.run("plain", 3_u32, plain).await.unwrap(), 6);
        assert!(matches!(loom.explain("plain", "double").await, Err(LoomError::NoGraph { .. })));
        assert_eq!(loom.audit("plain").await.unwrap().entries.len(), 3);
    });
}
