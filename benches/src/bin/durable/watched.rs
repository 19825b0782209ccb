//! Runs at once whose events are read, beside those that nobody watches.

use crate::{
    flows::{Gate, Gated, TURNS},
    store::{Folder, median},
};
use loomflow::{Events, Handle, Loom, Sqlite, journal::MemoryJournal, sqlite::Durability};
use std::{
    path::Path,
    time::{Duration, Instant},
};
use tokio::{runtime::Builder, sync::watch, task::JoinHandle};

const RUNS: usize = 1000;

/// Who reads the events of each run.
#[derive(Clone, Copy, PartialEq)]
enum Reader {
    Nobody,
    /// One that reads the first event and then stops.
    Stops,
    /// One that reads all.
    Reads,
}

const READERS: [(&str, Reader); 3] =
    [("nobody", Reader::Nobody), ("one that stops", Reader::Stops), ("one that reads", Reader::Reads)];

/// How long all took together, how long the one in the middle, and the slowest.
type Times = [Duration; 3];

/// Begins a run, which waits at the gate, and its reader. Gives the reader that stopped.
async fn begin(loom: &Loom<Gate>, id: String, reader: Reader) -> (Handle<Gate, Gated>, Option<Events>) {
    let run = loom.start::<Gated>(id, u64::from(TURNS)).await.expect("a run that begins");
    let mut events = run.events();
    match reader {
        Reader::Nobody => return (run, None),
        Reader::Stops => {
            events.next().await.expect("it began").expect("the journal is sound");
        }
        Reader::Reads => {
            drop(tokio::spawn(async move { while events.next().await.is_some() {} }));
            return (run, None);
        }
    }
    (run, Some(events))
}

/// How long runs take from when the gate opens.
fn time(path: Option<&Path>, reader: Reader) -> Times {
    let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let (open, gate) = watch::channel(false);
        let builder = Loom::builder(Gate(gate));
        let loom = match path {
            Some(path) => {
                let journal = Sqlite::options().durability(Durability::Process).open(path).await.expect("a journal");
                builder.journal(journal).build()
            }
            None => builder.journal(MemoryJournal::new()).build(),
        };
        let (mut runs, mut stopped) = (Vec::new(), Vec::new());
        for n in 0..RUNS {
            let (run, events) = begin(&loom, format!("run-{n}"), reader).await;
            runs.push(run);
            stopped.extend(events);
        }
        // All stand at the gate, and who reads waits for more.
        tokio::time::sleep(Duration::from_millis(50)).await;
        let began = Instant::now();
        let tasks: Vec<JoinHandle<Duration>> = runs
            .into_iter()
            .map(|run| {
                tokio::spawn(async move {
                    assert_eq!(run.output().await.expect("a run that ends"), u64::from(TURNS));
                    began.elapsed()
                })
            })
            .collect();
        tokio::task::yield_now().await;
        open.send_replace(true);
        let mut each = Vec::new();
        for task in tasks {
            each.push(task.await.expect("a task"));
        }
        let all = began.elapsed();
        // What they did not read is there for them.
        for mut events in stopped.into_iter().step_by(100) {
            let mut recorded = 0;
            while let Some(event) = events.next().await {
                recorded += u32::from(event.expect("the journal is sound").is_recorded());
            }
            assert_eq!(recorded, TURNS + 2);
        }
        each.sort();
        [all, each[RUNS / 2], each[RUNS - 1]]
    })
}

pub(crate) fn compare(folder: &Folder, rounds: usize) {
    println!("\n## {RUNS} runs of {TURNS} steps at once, and who reads their events\n");
    println!("| journal | reader of each run | ms in all | to nobody | the run in the middle | the slowest run |");
    println!("| --- | --- | ---: | ---: | ---: | ---: |");
    for journal in ["in a file", "in memory"] {
        let mut times = READERS.map(|_| Vec::new());
        for round in 0..rounds {
            // Each begins a round in its turn: what comes later finds another heap.
            for turn in 0..READERS.len() {
                let reader = (round + turn) % READERS.len();
                let path = (journal == "in a file").then(|| folder.file("watched"));
                times[reader].push(time(path.as_deref(), READERS[reader].1));
            }
        }
        let nobody = times[0].clone();
        for ((name, _), times) in READERS.into_iter().zip(&times) {
            // Ratios of the same round, in the middle of all rounds.
            let ratio = |of: usize| {
                let both = times.iter().zip(&nobody);
                let mut ratios: Vec<f64> =
                    both.map(|(read, unread)| read[of].as_secs_f64() / unread[of].as_secs_f64()).collect();
                ratios.sort_by(f64::total_cmp);
                ratios[ratios.len() / 2]
            };
            let all = median(times.iter().map(|times| times[0]).collect()).as_secs_f64() * 1e3;
            println!("| {journal} | {name} | {all:.0} | ×{:.3} | ×{:.3} | ×{:.3} |", ratio(0), ratio(1), ratio(2));
        }
    }
}
