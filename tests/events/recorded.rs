//! What is recorded: everything that happens in a run, in the order of its journal.

use crate::{
    kept::World,
    watch::{history, line, rest, until},
};
use loomflow::{
    Loom, LoomError, Visit,
    event::{End, Event, Happened},
    journal::{JournalError, Status},
    prelude::*,
};
use serde::{Deserialize, Serialize};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};
use tokio::task::yield_now;

#[derive(Serialize, Deserialize)]
enum Size {
    Small,
    Large(u32),
}

#[step]
async fn measure(n: u32) -> Size {
    yield_now().await;
    if n > 9 { Size::Large(n) } else { Size::Small }
}

#[step]
async fn double(n: u32) -> u32 {
    yield_now().await;
    2 * n
}

#[step(retry = 2, backoff = 1s)]
async fn flaky(#[run] run: &Visit, n: u32) -> Result<u32, String> {
    yield_now().await;
    if run.attempt() < 3 { Err(format!("attempt {} is broken", run.attempt())) } else { Ok(n) }
}

#[step]
async fn slow(n: u32) -> u32 {
    for _ in 0..9 {
        yield_now().await;
    }
    n
}

#[step]
fn sum(one: u32, two: u32) -> u32 {
    one + two
}

#[ask(u32)]
fn more(n: u32) -> Question {
    Question::new("More?").show(&n)
}

workflow! {
    Twice(n: u32) -> u32 { start -> n = double(n) -> again: double(n) -> end; }
}

workflow! {
    All(n: u32) -> u32 {
        start -> measure(n) -> match {
            Size::Small    => end(0),
            Size::Large(m) => flaky(m) -> [fast: double(flaky), slow(flaky)] -> sum(fast, slow) -> Twice(sum)
                -> more(Twice) within 1d else end(1) -> sleep(std::time::Duration::from_secs(60)) -> end(more),
        };
    }
}

/// A run of everything, and its events.
async fn all(loom: &Loom<()>) -> Vec<Event> {
    let run = loom.start::<All>("run", 10).user("ada").await.unwrap();
    let mut events = run.events();
    let asked = until(&mut events, |what| matches!(what, Happened::Asked { .. })).await.unwrap();
    let Happened::Asked { ask, question: Some(question), .. } = &asked.what else { panic!("{asked:?}") };
    assert_eq!((ask.as_str(), question.text(), question.shown().next()), ("more", "More?", Some("120")));
    loom.answer::<more>("run", 7).by("grace").await.unwrap();
    assert_eq!(run.output().await.unwrap(), 7);
    rest(run.events()).await
}

#[test]
fn all_that_happens_is_told_in_order() {
    World::default().lives((), async |loom| {
        let events = all(&loom).await;
        let lines: Vec<String> = events.iter().map(line).collect();
        assert_eq!(
            lines,
            [
                "0 started",
                "1 output measure #1",
                "2 attempt flaky by Size::Large(m) #1",
                "3 attempt flaky by Size::Large(m) #2",
                "4 output flaky by Size::Large(m) #3",
                "5 output 2.0/ fast #1",
                "6 output 2.1/ slow #1",
                "7 output sum #1",
                "8 entered 4/ Twice",
                "9 output 4/ double #1",
                "10 output 4/ again #1",
                "11 asked more",
                "12 answered more",
                "13 timer sleep #1",
                "14 fired sleep #1",
                "15 ended",
            ]
        );
        let Happened::Started { workflow, version: 1, input } = &events[0].what else { panic!("{:?}", events[0]) };
        assert_eq!((workflow.as_str(), input.get()), ("All", r#"{"n":10}"#));
        let Happened::Output(output) = &events[4].what else { panic!("{:?}", events[4]) };
        assert_eq!(output.read::<u32>().unwrap(), 10);
        let Happened::Attempt(failure) = &events[3].what else { panic!("{:?}", events[3]) };
        assert_eq!(failure.message(), "attempt 2 is broken");
        let Happened::Asked { until, .. } = &events[11].what else { panic!("{:?}", events[11]) };
        assert_eq!(*until, Some(events[11].began_at + 24 * 3_600_000));
        let Happened::Timer { due } = &events[13].what else { panic!("{:?}", events[13]) };
        assert_eq!(*due, events[13].began_at + 60_000);
        let Happened::Answered { ask, answer, by } = &events[12].what else { panic!("{:?}", events[12]) };
        assert_eq!((ask.as_str(), answer.get(), by.as_deref()), ("more", "7", Some("grace")));
        let Happened::Ended(End::Done(output)) = &events[15].what else { panic!("{:?}", events[15]) };
        assert_eq!(output.get(), "7");
        assert!(events.windows(2).all(|pair| pair[0].at <= pair[1].at));
    });
}

#[test]
fn what_comes_after_any_event_is_the_rest_of_them_all() {
    World::default().lives((), async |loom| {
        all(&loom).await;
        let whole = history(&loom, "run").await;
        for seq in 0..whole.len() {
            let after = rest(loom.events("run").after(seq as u64)).await;
            assert_eq!(crate::watch::recorded(&after), whole[seq + 1..]);
        }
        assert!(rest(loom.events("run").after(u64::MAX)).await.is_empty());
    });
}

#[test]
fn an_event_is_one_flat_object() {
    World::default().lives((), async |loom| {
        loom.start::<Twice>("run", 4).await.unwrap().output().await.unwrap();
        let mut first: serde_json::Value = serde_json::from_str(&history(&loom, "run").await[1]).unwrap();
        for time in ["at", "began_at"] {
            assert!(first[time].take().as_i64().unwrap() > 0);
        }
        let usage = serde_json::json!({ "calls": 0, "input": 0, "output": 0, "time": 0 });
        let expected = serde_json::json!({
            "seq": 1, "kind": "output", "value": 8, "scope": "", "turn": 0, "node": "double", "label": "", "attempt": 1,
            "began_at": null, "at": null, "usage": usage,
        });
        assert_eq!(first, expected);
    });
}

#[step]
async fn works(#[context] well: &Arc<AtomicBool>) -> Result<u32, &'static str> {
    yield_now().await;
    if well.load(Relaxed) { Ok(5) } else { Err("not yet") }
}

workflow! {
    Works() -> u32 { start -> works() -> end; }
}

workflow! {
    Waits() -> u32 { start -> more(1) -> end; }
}

#[derive(Context)]
struct Well {
    well: Arc<AtomicBool>,
}

#[test]
fn a_run_that_is_tried_again_had_failed_and_goes_on() {
    let well = Arc::new(AtomicBool::new(false));
    World::default().lives(Well { well: Arc::clone(&well) }, async |loom| {
        let run = loom.start::<Works>("run", ()).await.unwrap();
        assert!(matches!(run.output().await, Err(LoomError::Failed(_))));
        let before = rest(run.events()).await;
        let lines: Vec<String> = before.iter().map(line).collect();
        assert_eq!(lines, ["0 started", "1 failed works #1", "2 ended"]);
        assert!(matches!(&before[2].what, Happened::Ended(end @ End::Failed(failure))
            if failure.message() == "not yet" && end.status() == Status::Failed));

        well.store(true, Relaxed);
        loom.retry("run").await.unwrap();
        assert_eq!(run.output().await.unwrap(), 5);
        let after = rest(run.events()).await;
        let lines: Vec<String> = after.iter().map(line).collect();
        assert_eq!(lines, ["0 started", "1 failed works #1", "2 ended", "3 retried", "4 output works #1", "5 ended"]);
        assert!(matches!(&after[2].what, Happened::Ended(End::Failed(failure)) if failure.message() == "not yet"));
        assert!(matches!(&after[5].what, Happened::Ended(End::Done(output)) if output.get() == "5"));
    });
}

#[test]
fn a_run_that_is_cancelled_says_where_and_ends() {
    World::default().lives((), async |loom| {
        let run = loom.start::<Waits>("run", ()).await.unwrap();
        let mut events = run.events();
        until(&mut events, |what| matches!(what, Happened::Asked { .. })).await.unwrap();
        run.cancel().await.unwrap();
        let lines: Vec<String> = rest(events).await.iter().map(line).collect();
        assert_eq!(lines, ["2 cancelled more", "3 ended"]);
        let last = rest(run.events()).await.pop().unwrap();
        assert!(matches!(last.what, Happened::Ended(End::Cancelled(_))), "{last:?}");
    });
}

#[test]
fn a_run_that_is_not_there_or_is_deleted_has_an_end_that_says_so() {
    World::default().lives((), async |loom| {
        let mut events = loom.events("run");
        let unknown = events.next().await;
        assert!(matches!(&unknown, Some(Err(LoomError::Journal(JournalError::Unknown { id }))) if id == "run"));
        assert!(events.next().await.is_none());

        loom.start::<Waits>("run", ()).await.unwrap();
        let mut events = loom.events("run");
        until(&mut events, |what| matches!(what, Happened::Asked { .. })).await.unwrap();
        while loom.info("run").await.unwrap().unwrap().status != Status::Waiting {
            yield_now().await;
        }
        loom.delete("run").await.unwrap();
        let deleted = events.next().await;
        assert!(matches!(deleted, Some(Err(LoomError::Journal(JournalError::Unknown { .. })))), "{deleted:?}");
        assert!(events.next().await.is_none());
    });
}

#[test]
fn plain_rust_has_events_too() {
    World::default().lives((), async |loom| {
        let program = async |n: u32| Ok::<_, Failure>(double(double(n).await).await);
        assert_eq!(loom.run("run", 3, program).await.unwrap(), 12);
        let lines: Vec<String> = rest(loom.events("run")).await.iter().map(line).collect();
        assert_eq!(lines, ["0 started", "1 output double #1", "2 output double #1", "3 ended"]);
    });
}
