//! A chain of ten steps, one run at a time, beside the same by hand.

use crate::{
    flows::{Chain, STEPS},
    hand::{self, Settings},
    store::{Folder, block_on, each, median, open},
};
use loomflow::{Loom, sqlite::Durability};
use std::{
    path::Path,
    time::{Duration, Instant},
};

/// Runs a chain to its end.
pub(crate) async fn run(loom: &Loom<()>, id: String) {
    let run = loom.start::<Chain>(id, 1).await.expect("a run that begins");
    assert_eq!(run.output().await.expect("a run that ends"), 11);
}

fn chains(path: &Path, durability: Durability, runs: usize) -> Duration {
    block_on(async {
        let loom = open(path, durability).await;
        run(&loom, "first".to_owned()).await;
        let began = Instant::now();
        for number in 0..runs {
            run(&loom, format!("run-{number}")).await;
        }
        began.elapsed()
    })
}

pub(crate) fn compare(folder: &Folder, rounds: usize) {
    println!("\n## A chain of {STEPS} steps, one run at a time\n");
    println!("| | loomflow, µs a run | to rusqlite by hand, in the same settings | in those of SQLite |");
    println!("| --- | ---: | ---: | ---: |");
    for durability in [Durability::Full, Durability::Process] {
        let runs = if durability == Durability::Full { 10 } else { 300 };
        let (mut times, mut same, mut default) = (Vec::new(), Vec::new(), Vec::new());
        // In turns, so that what else the machine does falls on all alike.
        for _ in 0..3 * rounds {
            let ours = chains(&folder.file("ours"), durability, runs);
            let ratio = |settings| {
                let hand = hand::chains(&folder.file("hand"), durability, settings, runs);
                ours.as_secs_f64() / hand.as_secs_f64()
            };
            same.push(ratio(Settings::Same));
            default.push(ratio(Settings::Default));
            times.push(ours);
        }
        let middle = |ratios: &mut Vec<f64>| {
            ratios.sort_unstable_by(f64::total_cmp);
            ratios[ratios.len() / 2]
        };
        let (same, default) = (middle(&mut same), middle(&mut default));
        println!("| {durability:?} | {:.0} | ×{same:.2} | ×{default:.2} |", each(median(times), runs));
    }
}
