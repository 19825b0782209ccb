//! Carrying a run on after 10,000 steps beside one after 10: both are asked, answered, and end.

use crate::{
    flows::{Around, Branched, Looping, go},
    store::{Folder, block_on, each, median, open},
};
use loomflow::{__private::Machine, Loom, Outcome, sqlite::Durability};
use std::time::{Duration, Instant};

const FEW: u64 = 10;
const MANY: u64 = 10_000;

/// Begins a run and waits until it waits.
async fn begin<W: Machine<(), Input = (u64,), Output = u64>>(loom: &Loom<()>, id: &str, turns: u64) {
    let run = loom.start::<W>(id, turns).await.expect("a run that begins");
    let outcome = run.outcome().await.expect("a run that waits");
    assert!(matches!(outcome, Outcome::Waiting(open) if open.len() == 1), "it waits with one question");
}

/// How long it takes from its answer to its end.
async fn go_on<W: Machine<(), Input = (u64,), Output = u64>>(loom: &Loom<()>, id: &str) -> Duration {
    let began = Instant::now();
    loom.answer::<go>(id, 1).await.expect("an answer that comes in time");
    loom.handle::<W>(id).output().await.expect("a run that ends");
    began.elapsed()
}

async fn ratio<W: Machine<(), Input = (u64,), Output = u64>>(name: &str, folder: &Folder, rounds: usize) {
    let loom = open(&folder.file("resume"), Durability::Process).await;
    let rounds = rounds * 3;
    for round in 0..rounds {
        begin::<W>(&loom, &format!("few-{round}"), FEW).await;
        begin::<W>(&loom, &format!("many-{round}"), MANY).await;
    }
    let (mut few, mut many) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        few.push(go_on::<W>(&loom, &format!("few-{round}")).await);
        many.push(go_on::<W>(&loom, &format!("many-{round}")).await);
    }
    let (few, many) = (each(median(few), 1), each(median(many), 1));
    println!("| {name} | {few:.0} | {many:.0} | ×{:.2} |", many / few);
}

pub(crate) fn compare(folder: &Folder, rounds: usize) {
    println!("\n## Carrying on\n");
    println!("| a loop | µs after {FEW} steps | µs after {MANY} | ratio |\n| --- | ---: | ---: | ---: |");
    block_on(async {
        ratio::<Looping>("of the run", folder, rounds).await;
        ratio::<Around>("of a nested workflow", folder, rounds).await;
        ratio::<Branched>("in a branch of a fork", folder, rounds).await;
    });
}
