//! What is told of a run while it is at work.

use crate::{
    kept::{LEASE, World},
    watch::{line, rest, until},
};
use futures_util::StreamExt;
use loomflow::{Visit, event::Happened, journal::RecordKind, prelude::*};
use std::sync::Arc;
use tokio::{sync::Notify, task::yield_now};

#[derive(Context)]
struct Gate {
    open: Arc<Notify>,
}

impl Gate {
    fn new() -> (Self, Arc<Notify>) {
        let open = Arc::new(Notify::new());
        (Gate { open: Arc::clone(&open) }, open)
    }
}

#[step]
async fn opened(#[context] open: &Arc<Notify>) -> u32 {
    open.notified().await;
    7
}

#[step]
async fn quick(n: u32) -> u32 {
    yield_now().await;
    n
}

#[step(retry = 1, backoff = 1s)]
async fn flaky(#[run] run: &Visit) -> Result<u32, &'static str> {
    yield_now().await;
    if run.attempt() == 1 { Err("broken") } else { Ok(3) }
}

workflow! {
    Line() -> u32 { start -> quick(1) -> flaky() -> end; }
}

workflow! {
    Both() -> u32 {
        start -> quick(1) -> if quick == 1 { [ fast: quick(2), opened() ] -> end(fast + opened) } else { end(0) };
    }
}

#[test]
fn what_is_performed_stands_among_what_is_recorded() {
    World::default().lives((), async |loom| {
        let run = loom.start::<Line>("run", ()).await.unwrap();
        let lines: Vec<String> = rest(run.events()).await.iter().map(line).collect();
        assert_eq!(
            lines,
            [
                "0 started",
                "0 performing quick #1",
                "1 output quick #1",
                "1 performing flaky #1",
                "2 attempt flaky #1",
                "3 output flaky #2",
                "4 ended"
            ]
        );
    });
}

#[test]
fn what_a_branch_gave_is_on_disk_and_told_while_its_sibling_is_at_work() {
    let (gate, open) = Gate::new();
    World::default().lives(gate, async |loom| {
        let run = loom.start::<Both>("run", ()).await.unwrap();
        let mut events = run.events();
        let fast = until(&mut events, |what| matches!(what, Happened::Output(out) if out.get() == "2")).await.unwrap();
        assert_eq!(line(&fast), "2 output 1.0/ fast by quick == 1 #1");
        let last = loom.journal().last(1).await.unwrap().unwrap();
        assert_eq!((last.kind, &*last.node), (RecordKind::Output, "fast"));
        open.notify_one();
        assert_eq!(run.output().await.unwrap(), 9);
        let lines: Vec<String> = rest(events).await.iter().map(line).collect();
        assert_eq!(lines, ["3 output 1.1/ opened by quick == 1 #1", "4 ended"]);
    });
}

#[test]
fn several_readers_of_a_run_are_told_the_same_whenever_they_begin() {
    let (gate, open) = Gate::new();
    World::default().lives(gate, async |loom| {
        let run = loom.start::<Both>("run", ()).await.unwrap();
        let mut early = run.events();
        until(&mut early, |what| matches!(what, Happened::Output(_))).await.unwrap();
        // One that begins while another reads, and one when all others are gone.
        let late = loom.events("run");
        drop(early);
        let mut last = loom.events("run");
        assert_eq!(line(&last.next().await.unwrap().unwrap()), "0 started");
        open.notify_one();
        let (late, last) = (rest(late).await, rest(last).await);
        assert_eq!(crate::watch::recorded(&late)[1..], crate::watch::recorded(&last));
        assert_eq!(late.last().map(line).as_deref(), Some("4 ended"));
    });
}

#[test]
fn a_reader_can_be_dropped_between_two_polls_and_asked_again() {
    let (gate, open) = Gate::new();
    World::default().lives(gate, async |loom| {
        let run = loom.start::<Both>("run", ()).await.unwrap();
        let mut events = run.events();
        let mut lines = Vec::new();
        loop {
            tokio::select! {
                biased;
                event = events.next() => match event {
                    Some(event) => lines.push(line(&event.unwrap())),
                    None => break,
                },
                () = yield_now() => open.notify_one(),
            }
        }
        lines.retain(|line| !line.contains("performing"));
        assert_eq!(lines.len(), 5, "{lines:?}");
        assert_eq!(lines.last().map(String::as_str), Some("4 ended"));
    });
}

#[ask(u32)]
fn number() -> Question {
    Question::new("?")
}

workflow! {
    Asks() -> u32 { start -> number() -> quick(number) -> end; }
}

#[test]
fn a_reader_stays_with_a_run_that_is_put_aside_and_goes_on() {
    World::default().lives((), async |loom| {
        let run = loom.start::<Asks>("run", ()).await.unwrap();
        let mut events = run.events().boxed();
        assert_eq!(line(&events.next().await.unwrap().unwrap()), "0 started");
        assert_eq!(line(&events.next().await.unwrap().unwrap()), "1 asked number");
        let mut next = tokio::spawn(async move { events.map(|event| line(&event.unwrap())).collect::<Vec<_>>().await });
        tokio::time::sleep(LEASE / 2).await;
        assert!(!next.is_finished());
        loom.answer::<number>("run", 4).await.unwrap();
        let lines = (&mut next).await.unwrap();
        assert_eq!(lines, ["2 answered number", "2 performing quick #1", "3 output quick #1", "4 ended"]);
    });
}
