//! What was acknowledged is there after the process that wrote it was killed.

mod common;

use common::{NOW, begin, read, step};
use loomflow_runtime::journal::Journal;
use loomflow_sqlite::{Durability, Sqlite};
use std::{
    env,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

/// Says to the process that is to be killed where to write.
const PATH: &str = "LOOMFLOW_WRITES_UNTIL_KILLED";

/// What the other process does, which is this program again; by itself it does nothing.
#[tokio::test]
async fn writes_until_it_is_killed() {
    let Ok(path) = env::var(PATH) else { return };
    let journal = Sqlite::options().durability(Durability::Process).open(path).await.expect("a journal opens");
    journal.lease("owner", NOW + 60_000).await.expect("an owner is given a lease");
    let claim = begin(&journal, "run").await.expect("a run begins");
    for seq in 1.. {
        journal.append(step(claim, seq, 300)).await.expect("a run is written to");
        println!("\nwritten {seq}");
    }
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_the_process_was_killed() {
    for least in [1, 40, 700] {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("run.db");
        let mut child = Command::new(env::current_exe().expect("this program has a path"))
            .args(["writes_until_it_is_killed", "--exact", "--nocapture"])
            .env(PATH, &path)
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program can be started");
        let lines = BufReader::new(child.stdout.take().expect("its output is read")).lines();
        let written = lines
            .map(|line| line.expect("it prints text"))
            .filter_map(|line| line.strip_prefix("written ").and_then(|seq| seq.parse::<u64>().ok()))
            .find(|&seq| seq >= least)
            .expect("it writes until it is killed");
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");

        let journal = Sqlite::open(&path).await.expect("the journal opens");
        let found = read(&journal, "run").await.expect("it is whole");
        assert!(found.records.len() as u64 >= written, "{} of {written} are there", found.records.len());
        journal.lease("heir", NOW + 120_000).await.expect("an owner is given a lease");
        let (claim, _) = journal.claim("run", "heir", NOW + 60_000, false).await.expect("the run is taken over");
        journal.append(step(claim, found.records.len() as u64 + 1, 300)).await.expect("it goes on");
    }
}
