//! Readers that lose the connection, and processes that are killed.

use crate::{
    kept::{Cut, LEASE, World},
    watch::{history, line, recorded, rest},
};
use loomflow::{Loom, event::Event, prelude::*};
use tokio::task::yield_now;

#[step]
async fn double(n: u32) -> u32 {
    yield_now().await;
    2 * n
}

#[step]
fn items(n: u32) -> Vec<u32> {
    vec![n, n + 1, n + 2]
}

#[step]
async fn sum(parts: &[u32]) -> u32 {
    yield_now().await;
    parts.iter().sum()
}

workflow! {
    Inner(n: u32) -> u32 { start -> n = double(n) -> last: double(n) -> end; }
}

workflow! {
    Outer(n: u32) -> u32 {
        start -> items(n)
            -> parts = [for item in items, 2 at once => Inner(item)]
            -> sum(parts) -> if sum > 0 { [a: double(sum), b: double(n)] -> end(a + b) } else { end(0) };
    }
}

/// What was recorded, whatever order its branches came to it in.
fn sorted(events: &[Event]) -> Vec<String> {
    let recorded = events.iter().filter(|event| event.is_recorded());
    let mut lines: Vec<String> =
        recorded.map(|event| line(event).split_once(' ').expect("a number and what happened").1.to_owned()).collect();
    lines.sort();
    lines
}

/// Reads up to where nothing more comes in this process.
async fn seen(loom: &Loom<()>, after: Option<u64>, died: impl Future<Output = ()>) -> Vec<Event> {
    let mut events = match after {
        Some(seq) => loom.events("run").after(seq),
        None => loom.events("run"),
    };
    let (mut seen, mut died) = (Vec::new(), std::pin::pin!(died));
    loop {
        tokio::select! {
            biased;
            event = events.next() => match event {
                Some(event) => seen.push(event.unwrap()),
                None => return seen,
            },
            () = &mut died => return seen,
        }
    }
}

#[test]
fn a_reader_of_a_run_whose_process_is_killed_at_any_write_goes_on_where_it_stood() {
    let (whole, writes) = World::default().program(Cut::Never, async |journal| {
        let loom = Loom::builder(()).journal(journal.clone()).lease(LEASE).build();
        loom.start::<Outer>("run", 3).await.unwrap().output().await.unwrap();
        (sorted(&rest(loom.events("run")).await), journal.writes())
    });
    assert!(writes > 5);
    for cut in (0..writes).flat_map(|write| [Cut::Behind(write), Cut::Before(write)]) {
        let mut world = World::default();
        let before = world.program(cut, async |journal| {
            let loom = Loom::builder(()).journal(journal.clone()).lease(LEASE).build();
            loom.start::<Outer>("run", 3).await.unwrap();
            seen(&loom, None, journal.died()).await
        });
        let (after, replayed) = world.lives((), async |loom| {
            loom.handle::<Outer>("run");
            let last = before.last().map(|event| event.seq);
            loom.resume_all().await.unwrap();
            (seen(&loom, last, std::future::pending()).await, history(&loom, "run").await)
        });
        let told = [recorded(&before), recorded(&after)].concat();
        assert_eq!(told, replayed, "{cut:?}");
        // Cut off between two branches, a run may record them in another order, and nothing else.
        assert_eq!(sorted(&[before, after].concat()), whole, "{cut:?}");
    }
}

#[test]
fn a_reader_in_another_process_is_told_what_happens_in_the_first() {
    World::default().program(Cut::Never, async |journal| {
        let first = Loom::builder(()).journal(journal.clone()).lease(LEASE).build();
        let second = Loom::builder(()).journal(journal.clone()).lease(LEASE).build();
        first.start::<Outer>("run", 3).await.unwrap();
        let there = rest(second.events("run")).await;
        assert!(there.iter().all(Event::is_recorded));
        assert_eq!(recorded(&there), history(&first, "run").await);
    });
}
