//! Questions of runs that are kept: how they are answered, and how a wrong answer is told from the right one.

use crate::{
    kept::World,
    steps::{add, double},
};
use loomflow::{
    __private::Machine,
    Loom, LoomError, Outcome,
    journal::{JournalError, RecordKind},
    prelude::*,
};
use std::time::Duration;
use tokio::time::sleep;

#[ask(u32)]
fn number(text: &str) -> Question {
    Question::new(text)
}

#[ask(u32, inbox)]
fn mail(text: &str) -> Question {
    Question::new(text)
}

#[ask(bool)]
fn unasked() -> Question {
    Question::new("?")
}

workflow! {
    Two(n: u32) -> u32 {
        start -> double(n) -> [ left: number("left?"), right: number("right?") ] -> add(left, right) -> last: number("more?") -> end(add + last);
    }
}

workflow! {
    Mail(n: u32) -> u32 {
        start -> double(n) -> number("go on?") -> one: mail("one?") -> two: mail("two?") -> end(one * 100 + two);
    }
}

workflow! {
    Post(n: u32) -> u32 {
        start -> double(n) -> number("go on?") -> mail("one?") -> last: number("and?") -> end(mail + last);
    }
}

workflow! {
    Late(n: u32) -> u32 {
        start -> number("in time?") within 1d else { double(n) -> last: number("at last?") -> end(last) } -> end(number);
    }
}

/// The nodes that ask.
async fn open<C: Send + Sync + 'static>(loom: &Loom<C>) -> Vec<String> {
    loom.questions("run").await.expect("there is such a run").into_iter().map(|open| open.node).collect()
}

/// Begins a run, which waits.
async fn waits<W: Machine<(), Input = (u32,)>>(loom: &Loom<()>) {
    let run = loom.start::<W>("run", 1).await.expect("it begins");
    assert!(matches!(run.outcome().await, Ok(Outcome::Waiting(_))), "it waits");
}

#[test]
fn each_wrong_answer_is_told_from_the_others_and_the_first_right_one_stands() {
    World::default().lives((), async |loom| {
        waits::<Two>(&loom).await;
        assert_eq!(open(&loom).await, ["left", "right"]);

        let several = loom.answer::<number>("run", 7).await;
        assert!(matches!(&several, Err(LoomError::Ambiguous { open, .. }) if open.len() == 2), "{several:?}");
        assert!(several.unwrap_err().to_string().contains("2 open questions of `number`"));
        let unknown = loom.answer::<number>("another", 7).await;
        assert!(matches!(unknown, Err(LoomError::Journal(JournalError::Unknown { .. }))), "{unknown:?}");
        let never = loom.answer::<unasked>("run", true).await;
        assert!(matches!(never, Err(LoomError::NotAsked { .. })), "{never:?}");
        let nowhere = loom.answer_json("run", "nowhere", "1").await;
        assert!(matches!(nowhere, Err(LoomError::NotAsked { .. })), "{nowhere:?}");
        let elsewhere = loom.answer::<number>("run", 7).at("middle").await;
        assert!(matches!(elsewhere, Err(LoomError::NotAsked { .. })), "{elsewhere:?}");
        for json in ["\"seven\"", "-1", "seven", "", "1 2", "null"] {
            let shape = loom.answer_json("run", "left", json).await;
            assert!(matches!(shape, Err(LoomError::Shape { .. })), "{json}: {shape:?}");
        }
        assert_eq!(open(&loom).await, ["left", "right"]);

        loom.answer::<number>("run", 7).at("left").by("ada").await.expect("it is the first");
        let twice = loom.answer::<number>("run", 8).at("left").await;
        let by = |error: &LoomError| matches!(error, LoomError::Answered { by: Some(by), .. } if by == "ada");
        assert!(twice.as_ref().is_err_and(by), "{twice:?}");
        let twice = loom.answer_json("run", "left", "8").await;
        assert!(twice.as_ref().is_err_and(by), "{twice:?}");
        loom.answer_json("run", "number", "5").await.expect("one is left");
        let run = loom.handle::<Two>("run");
        assert!(matches!(run.outcome().await, Ok(Outcome::Waiting(_))));
        assert_eq!(open(&loom).await, ["last"]);
        loom.answer::<number>("run", 100).await.expect("it is the last");
        assert_eq!(run.output().await.expect("it ends"), 112);
        let over = loom.answer::<number>("run", 100).await;
        assert!(matches!(&over, Err(LoomError::Answered { node, .. }) if node == "last"), "{over:?}");
    });
}

#[test]
fn an_inbox_keeps_what_comes_before_its_question_in_order() {
    let mut world = World::default();
    world.lives((), async |loom| {
        waits::<Mail>(&loom).await;
        loom.answer::<mail>("run", 3).await.expect("an inbox takes it");
        loom.answer::<mail>("run", 4).await.expect("an inbox takes it");
        assert_eq!(open(&loom).await, ["number"]);
    });
    let output = world.lives((), async |loom| {
        loom.handle::<Mail>("run");
        loom.answer::<number>("run", 1).await.expect("it is asked");
        loom.handle::<Mail>("run").output().await.expect("it ends")
    });
    assert_eq!(output, 304);
    let doubled = world.records().iter().filter(|record| record.kind == RecordKind::Output).count();
    assert_eq!(doubled, 1, "what stands before a wait is not done again");
}

#[test]
fn a_question_that_an_inbox_had_the_answer_to_is_not_open_afterwards() {
    World::default().lives((), async |loom| {
        waits::<Post>(&loom).await;
        loom.answer::<mail>("run", 3).by("ada").await.expect("an inbox takes it");
        loom.answer::<number>("run", 1).await.expect("it is asked");
        let run = loom.handle::<Post>("run");
        assert!(matches!(run.outcome().await, Ok(Outcome::Waiting(open)) if open.len() == 1 && open[0].node == "last"));
        assert_eq!(open(&loom).await, ["last"]);
        loom.answer::<number>("run", 4).await.expect("it is the last");
        assert_eq!(run.output().await.expect("it ends"), 7);
    });
}

#[test]
fn the_limit_of_a_question_outlives_its_programs_and_who_comes_later_is_told() {
    let mut world = World::default();
    world.lives((), async |loom| waits::<Late>(&loom).await);
    for _ in 0..3 {
        world.lives((), async |loom| {
            loom.resume_all().await.expect("the journal is sound");
            let run = loom.handle::<Late>("run");
            assert!(matches!(run.outcome().await, Ok(Outcome::Waiting(_))));
            assert_eq!(open(&loom).await, ["number"]);
            sleep(Duration::from_secs(6 * 3600)).await;
        });
    }
    world.lives((), async |loom| {
        let run = loom.handle::<Late>("run");
        loom.resume_all().await.expect("the journal is sound");
        sleep(Duration::from_secs(6 * 3600)).await;
        assert_eq!(open(&loom).await, ["last"]);
        let late = loom.answer::<number>("run", 7).at("number").await;
        assert!(matches!(late, Err(LoomError::Late { .. })), "{late:?}");
        loom.answer::<number>("run", 8).await.expect("that is the other question");
        assert_eq!(run.output().await.expect("it ends"), 8);
    });
}

#[test]
fn of_two_that_answer_at_one_moment_one_is_told_that_it_was_too_late() {
    World::default().lives((), async |loom| {
        waits::<Late>(&loom).await;
        let (one, other) = tokio::join!(loom.answer::<number>("run", 1), loom.answer::<number>("run", 2));
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
        let expected = if one.is_ok() { 1 } else { 2 };
        assert_eq!(loom.handle::<Late>("run").output().await.expect("it ends"), expected);
    });
}

#[test]
fn an_answer_that_is_put_by_a_program_that_knows_no_workflow_is_taken_by_the_next_one() {
    let mut world = World::default();
    world.lives((), async |loom| waits::<Late>(&loom).await);
    world.lives((), async |loom| loom.answer::<number>("run", 9).await.expect("it is asked"));
    let output = world.lives((), async |loom| {
        let run = loom.handle::<Late>("run");
        loom.resume_all().await.expect("the journal is sound");
        run.output().await.expect("it ends")
    });
    assert_eq!(output, 9);
}
