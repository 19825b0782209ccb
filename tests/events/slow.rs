//! Readers that stop reading: no run waits for them, and they miss nothing that is recorded.

use crate::{
    kept::{World, program},
    watch::{history, line, recorded, rest},
};
use futures_util::future::join_all;
use loomflow::{Loom, event::Happened, prelude::*};
use tokio::task::yield_now;

#[step]
async fn add(n: u32, m: u32) -> u32 {
    yield_now().await;
    n + m
}

workflow! {
    Loop(n: u32) -> u32 {
        start -> counted: add(n, 0) -> if counted >= 10 { end(counted) }
            -> n = add(n, 1) -> counted: add(n, 0) max 20 else end(0);
    }
}

#[test]
fn readers_that_stop_keep_none_of_a_thousand_runs_waiting_and_are_told_all_of_it_later() {
    program(async {
        let loom = Loom::builder(()).build();
        let mut readers = Vec::new();
        for n in 0..1_000 {
            let run = loom.start::<Loop>(n.to_string(), n % 10).await.unwrap();
            let mut events = run.events();
            assert_eq!(line(&events.next().await.unwrap().unwrap()), "0 started");
            // It stops there.
            readers.push((run, events));
        }
        let outputs = join_all(readers.iter().map(|(run, _)| run.output())).await;
        assert!(outputs.into_iter().all(|output| output.unwrap() == 10));
        for (run, events) in readers {
            let told = recorded(&rest(events).await);
            assert_eq!(told, history(&loom, run.id()).await[1..]);
            let n: usize = run.id().parse().unwrap();
            assert_eq!(told.len(), 2 * (10 - n % 10) + 2);
        }
    });
}

workflow! {
    Long(n: u32) -> u32 {
        start -> counted: add(n, 0) -> if counted >= 1_000 { end(counted) }
            -> n = add(n, 1) -> counted: add(n, 0) max 2_000 else end(0);
    }
}

#[test]
fn of_what_is_not_recorded_a_slow_reader_is_told_how_much_it_missed() {
    World::default().lives((), async |loom| {
        let run = loom.start::<Long>("run", 0).await.unwrap();
        let mut quick = run.events();
        let mut slow = run.events();
        assert_eq!(line(&slow.next().await.unwrap().unwrap()), "0 started");
        let mut performed = 0;
        while let Some(event) = quick.next().await {
            performed += u64::from(matches!(event.unwrap().what, Happened::Performing));
        }
        assert_eq!(performed, 2_001);

        let slow = rest(slow).await;
        let told = slow.iter().filter(|event| matches!(event.what, Happened::Performing)).count() as u64;
        let missed: Vec<u64> =
            slow.iter().filter_map(|event| if let Happened::Missed(n) = event.what { Some(n) } else { None }).collect();
        assert_eq!(missed, [performed - told]);
        assert_eq!(told, 256);
        assert_eq!(recorded(&slow), history(&loom, "run").await[1..]);

        // Where nobody looks, it is not even kept for them.
        let run = loom.start::<Long>("alone", 0).await.unwrap();
        let mut alone = run.events();
        assert_eq!(line(&alone.next().await.unwrap().unwrap()), "0 started");
        run.output().await.unwrap();
        let alone = rest(alone).await;
        let told = alone.iter().filter(|event| matches!(event.what, Happened::Performing)).count();
        assert_eq!(told, 32);
        assert!(alone.iter().any(|event| matches!(event.what, Happened::Missed(n) if n == performed - 32)));
        assert_eq!(recorded(&alone), history(&loom, "alone").await[1..]);
    });
}
