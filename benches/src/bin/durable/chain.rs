//! A chain of ten steps, one run at a time, beside the same by hand.

use crate::{
    flows::{Chain, STEPS},
    hand,
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
    println!("| | by hand, µs a run | loomflow, µs a run | ratio |\n| --- | ---: | ---: | ---: |");
    for durability in [Durability::Full, Durability::Process] {
        let runs = if durability == Durability::Full { 10 } else { 300 };
        let (mut hand, mut ours, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        // In turns, so that what else the machine does falls on both alike.
        for _ in 0..3 * rounds {
            hand.push(hand::chains(&folder.file("hand"), durability, runs));
            ours.push(chains(&folder.file("ours"), durability, runs));
            ratios.push(ours[ours.len() - 1].as_secs_f64() / hand[hand.len() - 1].as_secs_f64());
        }
        ratios.sort_unstable_by(f64::total_cmp);
        let (hand, ours, ratio) = (each(median(hand), runs), each(median(ours), runs), ratios[ratios.len() / 2]);
        println!("| {durability:?} | {hand:.0} | {ours:.0} | ×{ratio:.2} |");
    }
}
