//! Many runs at once, as steps a second beside one run.

use crate::{
    chain,
    flows::{STEPS, TURNS, Turns},
    store::{Folder, each, median, open},
};
use loomflow::{Loom, sqlite::Durability};
use std::{
    path::Path,
    time::{Duration, Instant},
};
use tokio::runtime::Builder;

/// Runs that go on at once: how many, how many such lots one after the other, of long runs or short ones, on how many
/// threads.
#[derive(Clone, Copy)]
struct Case {
    at_once: usize,
    lots: usize,
    is_long: bool,
    threads: usize,
}

impl Case {
    const fn steps(self) -> usize {
        if self.is_long { TURNS as usize } else { STEPS }
    }
}

const fn case(at_once: usize, lots: usize, is_long: bool, threads: usize) -> Case {
    Case { at_once, lots, is_long, threads }
}

const CASES: [Case; 8] = [
    case(1, 10, false, 1),
    case(64, 10, false, 1),
    case(1000, 3, false, 1),
    case(64, 10, false, 2),
    case(1000, 3, false, 2),
    case(64, 1, true, 1),
    case(1000, 1, true, 1),
    case(1000, 1, true, 2),
];

async fn run(loom: Loom<()>, case: Case, id: String) {
    if case.is_long {
        let run = loom.start::<Turns>(id, u64::from(TURNS)).await.expect("a run that begins");
        assert_eq!(run.output().await.expect("a run that ends"), u64::from(TURNS));
    } else {
        chain::run(&loom, id).await;
    }
}

/// How long they take, from before they begin to after they end.
fn time(path: &Path, case: Case) -> Duration {
    let runtime = if case.threads > 1 {
        Builder::new_multi_thread().worker_threads(case.threads).enable_time().build()
    } else {
        Builder::new_current_thread().enable_time().build()
    };
    runtime.expect("a runtime").block_on(async {
        let loom = open(path, Durability::Full).await;
        chain::run(&loom, "first".to_owned()).await;
        let began = Instant::now();
        for lot in 0..case.lots {
            let tasks =
                (0..case.at_once).map(|number| tokio::spawn(run(loom.clone(), case, format!("run-{lot}-{number}"))));
            for task in tasks.collect::<Vec<_>>() {
                task.await.expect("a task");
            }
        }
        began.elapsed()
    })
}

pub(crate) fn compare(folder: &Folder, rounds: usize) {
    println!("\n## Runs at once, each step on disk\n");
    println!("| runs at once | steps each | threads | µs a step | steps a second, one run is ×1 |");
    println!("| ---: | ---: | ---: | ---: | ---: |");
    let mut times = CASES.map(|_| Vec::new());
    for _ in 0..rounds {
        for (case, times) in CASES.into_iter().zip(&mut times) {
            times.push(time(&folder.file("many"), case));
        }
    }
    let mut one = None;
    for (case, times) in CASES.into_iter().zip(times) {
        let step = each(median(times), case.at_once * case.lots * case.steps());
        let one = *one.get_or_insert(step);
        println!("| {} | {} | {} | {step:.2} | ×{:.1} |", case.at_once, case.steps(), case.threads, one / step);
    }
}
