//! A new run in a file with 100,000 that have ended, beside one in a file with few.

use crate::{
    chain,
    flows::Single,
    store::{Folder, block_on, each, median, open},
};
use futures_util::future::join_all;
use loomflow::{Loom, sqlite::Durability};
use std::time::Instant;

const AT_ONCE: usize = 1000;
const LOTS: usize = 100;
const RUNS: usize = 100;

async fn fill(loom: &Loom<()>) {
    for lot in 0..LOTS {
        join_all((0..AT_ONCE).map(|number| async move {
            let run = loom.start::<Single>(format!("old-{lot}-{number}"), 1).await.expect("a run that begins");
            assert_eq!(run.output().await.expect("a run that ends"), 2);
        }))
        .await;
    }
}

pub(crate) fn compare(folder: &Folder, rounds: usize) {
    let (few, many) = (folder.file("few"), folder.file("many"));
    block_on(async {
        let (few, many) = (open(&few, Durability::Process).await, open(&many, Durability::Process).await);
        fill(&many).await;
        let mut times = [Vec::new(), Vec::new()];
        for round in 0..3 * rounds {
            for (loom, times) in [&few, &many].into_iter().zip(&mut times) {
                let began = Instant::now();
                for number in 0..RUNS {
                    chain::run(loom, format!("new-{round}-{number}")).await;
                }
                times.push(began.elapsed());
            }
        }
        let [few, many] = times.map(|times| each(median(times), RUNS));
        println!(
            "\nA run beside {} that have ended: {many:.0} µs, beside few {few:.0} µs, ×{:.2}.",
            AT_ONCE * LOTS,
            many / few
        );
    });
}
