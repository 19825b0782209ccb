//! Many runs at once, as steps a second beside one run.

use crate::{
    chain,
    flows::STEPS,
    store::{Folder, each, median, open},
};
use loomflow::sqlite::Durability;
use std::{
    path::Path,
    time::{Duration, Instant},
};
use tokio::runtime::Builder;

/// How long so many runs take that go on at once, one lot after the other, from before they begin to after they end.
fn lots(path: &Path, durability: Durability, at_once: usize, lots: usize, threads: usize) -> Duration {
    let runtime = if threads > 1 {
        Builder::new_multi_thread().worker_threads(threads).enable_time().build()
    } else {
        Builder::new_current_thread().enable_time().build()
    };
    runtime.expect("a runtime").block_on(async {
        let loom = open(path, durability).await;
        chain::run(&loom, "first".to_owned()).await;
        let began = Instant::now();
        for lot in 0..lots {
            let tasks = (0..at_once).map(|number| {
                let loom = loom.clone();
                tokio::spawn(async move { chain::run(&loom, format!("run-{lot}-{number}")).await })
            });
            for task in tasks.collect::<Vec<_>>() {
                task.await.expect("a task");
            }
        }
        began.elapsed()
    })
}

const AT_ONCE: [(usize, usize, usize); 5] = [(1, 10, 1), (64, 10, 1), (1000, 3, 1), (64, 10, 2), (1000, 3, 2)];

pub(crate) fn compare(folder: &Folder, rounds: usize) {
    println!("\n## Runs of {STEPS} steps at once\n");
    println!("| runs at once | threads | µs a step | steps a second, one run is ×1 |\n| ---: | ---: | ---: | ---: |");
    let mut times = AT_ONCE.map(|_| Vec::new());
    for _ in 0..rounds {
        for ((at_once, many, threads), times) in AT_ONCE.into_iter().zip(&mut times) {
            times.push(lots(&folder.file("many"), Durability::Full, at_once, many, threads));
        }
    }
    let mut one = None;
    for ((at_once, many, threads), times) in AT_ONCE.into_iter().zip(times) {
        let step = each(median(times), at_once * many * STEPS);
        let one = *one.get_or_insert(step);
        println!("| {at_once} | {threads} | {step:.2} | ×{:.1} |", one / step);
    }
}
