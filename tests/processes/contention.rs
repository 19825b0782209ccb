//! Several processes carry on the same runs at once.

use crate::{
    executions::Told,
    job::{Job, expected},
    process::{journal, loom, start, told},
};
use loomflow::journal::{Filter, Journal as _, Status};
use std::io::{BufRead as _, BufReader};

const RUNS: u64 = 200;
const PROCESSES: u64 = 8;

/// The part of the process that begins the runs, and is killed then.
#[tokio::test]
async fn begins_runs() {
    let Some((folder, number)) = told() else { return };
    let loom = loom(&folder, number).await;
    for n in 0..RUNS {
        loom.start::<Job>(n.to_string(), n % 9).await.expect("a run begins");
    }
    println!("\nbegun");
    std::future::pending::<()>().await;
}

/// The part of the processes that go on with them all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn goes_on_with_all_runs() {
    let Some((folder, number)) = told() else { return };
    let loom = loom(&folder, number).await;
    loom.resume_all().await.expect("the journal is sound");
    for n in 0..RUNS {
        let output = loom.handle::<Job>(n.to_string()).output().await.expect("the run ends");
        assert_eq!(output, expected(n % 9));
    }
}

#[tokio::test]
async fn each_run_is_carried_on_by_one_process_of_eight() {
    if told().is_some() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut first = start("contention::begins_runs", folder.path(), 0, &[]);
    let mut lines = BufReader::new(first.stdout.take().expect("its output is read")).lines();
    assert!(lines.any(|line| line.is_ok_and(|line| line == "begun")), "it begins all runs");
    first.kill().expect("it can be killed");
    first.wait().expect("it ends");

    let part = "contention::goes_on_with_all_runs";
    let others: Vec<_> = (1..=PROCESSES).map(|number| start(part, folder.path(), number, &[])).collect();
    for other in others {
        let other = other.wait_with_output().expect("it ends");
        assert!(other.status.success(), "{}", String::from_utf8_lossy(&other.stdout));
    }

    let journal = journal(folder.path()).await;
    let runs = journal.runs(&Filter::default()).await.expect("the journal can be read");
    assert!(runs.len() as u64 == RUNS && runs.iter().all(|run| run.status == Status::Done), "{runs:?}");
    let told = Told::read(folder.path(), &journal).await;
    told.check();
    for (key, processes) in &told.executed {
        let of_eight = processes.iter().filter(|&&process| process > 0).count();
        assert!(of_eight <= 1, "{key} is executed by several: {processes:?}");
    }
}
