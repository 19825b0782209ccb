//! What values take on disk, once the file is closed.

use crate::{
    flows::{Carried, Talk, hear},
    store::{Folder, block_on, number, open, weight},
};
use loomflow::sqlite::Durability;

const CARRIED: usize = 100_000;
const TURNS: usize = 100;
const WORDS: usize = 400;

pub(crate) fn weigh(folder: &Folder, _rounds: usize) {
    let path = folder.file("carried");
    block_on(async {
        let loom = open(&path, Durability::Process).await;
        let run = loom.start::<Carried>("run", "x".repeat(CARRIED)).await.expect("a run that begins");
        assert_eq!(run.output().await.expect("a run that ends"), 20);
    });
    let bytes = weight(&path);
    println!("\n{CARRIED} bytes that 20 steps read take {bytes} on disk, ×{:.2}.", size(bytes) / number(CARRIED));
    let path = folder.file("talk");
    block_on(async {
        let loom = open(&path, Durability::Process).await;
        let run = loom.start::<Talk>("run", "q".repeat(WORDS)).await.expect("a run that begins");
        for turn in 0..TURNS {
            let said = if turn + 1 < TURNS { "q".repeat(WORDS) } else { String::new() };
            run.outcome().await.expect("a run that waits");
            loom.answer::<hear>("run", said).await.expect("an answer that comes in time");
        }
        assert_eq!(run.output().await.expect("a run that ends"), 2 * TURNS + 1);
    });
    let said = 2 * TURNS * WORDS;
    let bytes = weight(&path);
    println!("{said} bytes said in {} turns take {bytes} on disk, ×{:.2}.", 2 * TURNS, size(bytes) / number(said));
}

fn size(bytes: u64) -> f64 {
    number(usize::try_from(bytes).expect("a small file"))
}
