//! What values take on disk, once the file is closed.

use crate::{
    flows::{Carried, Talk, hear},
    store::{Folder, block_on, number, open, weight},
};
use loomflow::sqlite::Durability;

const CARRIED: usize = 100_000;
const TURNS: usize = 100;
const WORDS: usize = 400;

/// What a run takes that carries a text of so many bytes.
fn carried(folder: &Folder, bytes: usize) -> u64 {
    let path = folder.file("carried");
    block_on(async {
        let loom = open(&path, Durability::Process).await;
        let run = loom.start::<Carried>("run", "x".repeat(bytes)).await.expect("a run that begins");
        assert_eq!(run.output().await.expect("a run that ends"), 20);
    });
    weight(&path)
}

pub(crate) fn weigh(folder: &Folder, _rounds: usize) {
    let (few, many) = (carried(folder, 1), carried(folder, CARRIED));
    let ratio = size(many - few) / number(CARRIED);
    println!(
        "\n{CARRIED} bytes that 20 steps read cost {}, ×{ratio:.2}; the file with one byte takes {few}.",
        many - few
    );
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
