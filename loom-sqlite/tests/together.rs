//! Several threads, connections and processes write to one file, and each write is there once.

mod common;

use common::{NOW, begin, read, step};
use futures_util::future::join_all;
use loomflow_runtime::journal::{Append, Filter, Journal, JournalError};
use loomflow_sqlite::{Durability, Sqlite};
use std::{fs, path::Path, time::Duration};

async fn open(path: &Path) -> Sqlite {
    Sqlite::options().durability(Durability::Process).open(path).await.expect("a journal opens")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_tasks_on_many_threads_and_two_connections_lose_nothing() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("run.db");
    let journals = [open(&path).await, open(&path).await];
    journals[0].lease("owner", NOW + 60_000).await.expect("an owner is given a lease");
    let tasks: Vec<_> = (0..48)
        .map(|n| {
            let journal = journals[n % 2].clone();
            tokio::spawn(async move {
                let id = format!("run-{n}");
                let claim = begin(&journal, &id).await.expect("a run begins");
                for seq in 1..=25 {
                    journal.append(step(claim, seq, 50)).await.expect("a run is written to");
                }
                id
            })
        })
        .collect();
    for task in tasks {
        let id = task.await.expect("no task panics");
        assert_eq!(read(&journals[0], &id).await.expect("it is whole").records.len(), 25);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tasks_that_are_aborted_while_they_write_hold_up_nobody() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let journal = open(&folder.path().join("run.db")).await;
    journal.lease("owner", NOW + 60_000).await.expect("an owner is given a lease");
    for round in 0..20 {
        let mut tasks = Vec::new();
        for n in 0..16 {
            let claim = begin(&journal, &format!("run-{round}-{n}")).await.expect("a run begins");
            let journal = journal.clone();
            tasks.push(tokio::spawn(async move {
                for seq in 1..=5 {
                    journal.append(step(claim, seq, 50)).await.expect("a run is written to");
                }
            }));
        }
        tokio::task::yield_now().await;
        for (n, task) in tasks.iter().enumerate() {
            if n % 3 == 0 {
                task.abort();
            }
        }
        for (n, task) in tasks.into_iter().enumerate() {
            let ended = task.await;
            assert!(ended.is_ok() || n % 3 == 0, "{ended:?}");
        }
    }
    assert_eq!(journal.runs(&Filter::default()).await.expect("runs are listed").len(), 320);
}

#[tokio::test]
async fn runs_that_finish_steps_at_the_same_moment_share_a_commit_on_one_thread() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("run.db");
    let journal = open(&path).await;
    journal.lease("owner", NOW + 60_000).await.expect("an owner is given a lease");
    let mut claims = Vec::new();
    for n in 0..64 {
        claims.push(begin(&journal, &format!("run-{n}")).await.expect("a run begins"));
    }
    // Each commit writes the pages it changed to the log once, so their number tells how many commits there were.
    let log = || fs::metadata(path.with_extension("db-wal")).expect("the log is there").len() / 4096;
    let before = log();
    for written in join_all(claims.iter().map(|&claim| journal.append(step(claim, 1, 100)))).await {
        written.expect("a run is written to");
    }
    let pages = log() - before;
    assert!(pages < 20, "64 steps wrote {pages} pages");
}

#[tokio::test]
async fn what_one_connection_knows_is_forgotten_when_another_has_written() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("run.db");
    let (one, other) = (open(&path).await, open(&path).await);
    one.lease("owner", NOW + 60_000).await.expect("an owner is given a lease");
    let claim = begin(&one, "run").await.expect("a run begins");
    one.append(step(claim, 1, 50)).await.expect("a run is written to");
    other.append(step(claim, 2, 50)).await.expect("another connection writes under the same claim");
    one.append(step(claim, 3, 50)).await.expect("the number of the next record is the one after the other's");
    other.lease("owner", NOW).await.expect("a lease is given up");
    let late = one.append(step(claim, 4, 50)).await;
    assert!(matches!(late, Err(JournalError::Expired { .. })), "{late:?}");
    other.lease("thief", NOW + 60_000).await.expect("another owner is given a lease");
    other.claim("run", "thief", NOW + 1, false).await.expect("a run whose owner's lease is over is claimed");
    let fenced = one.append(Append { now: NOW + 1, ..step(claim, 4, 50) }).await;
    assert!(matches!(fenced, Err(JournalError::Fenced { .. })), "{fenced:?}");
}

#[tokio::test]
async fn who_waits_in_vain_for_another_process_is_told_and_can_try_again() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("run.db");
    let journal = Sqlite::options().patience(Duration::ZERO).open(&path).await.expect("a journal opens");
    journal.lease("owner", NOW + 60_000).await.expect("an owner is given a lease");
    let claim = begin(&journal, "run").await.expect("a run begins");
    let other = rusqlite::Connection::open(&path).expect("the file can be opened");
    other.execute_batch("BEGIN IMMEDIATE").expect("a transaction begins");
    let refused = journal.append(step(claim, 1, 50)).await;
    assert!(matches!(refused, Err(JournalError::Store { tried: "recording a step", .. })), "{refused:?}");
    other.execute_batch("ROLLBACK").expect("it ends");
    journal.append(step(claim, 1, 50)).await.expect("a run is written to");
}

#[tokio::test]
async fn a_journal_that_is_closed_is_one_file() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("run.db");
    let (one, other) = (open(&path).await, open(&path).await);
    one.lease("owner", NOW + 60_000).await.expect("an owner is given a lease");
    let claim = begin(&one, "run").await.expect("a run begins");
    for seq in 1..=100 {
        one.append(step(claim, seq, 10_000)).await.expect("a run is written to");
    }
    drop((one, other));
    let names: Vec<_> = fs::read_dir(folder.path())
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read").file_name())
        .collect();
    assert_eq!(names, ["run.db"]);
    let bytes = fs::metadata(&path).expect("the file is there").len();
    assert!(bytes < 1_200_000, "a million bytes of values take {bytes}");
}
