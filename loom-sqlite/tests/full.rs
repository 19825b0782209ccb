//! A disk that is full refuses what does not fit, and nothing else.

mod common;

use common::{NOW, begin, read, step};
use futures_util::future::join_all;
use loomflow_runtime::journal::{Journal, JournalError};
use loomflow_sqlite::Sqlite;

#[tokio::test]
async fn what_does_not_fit_is_refused_and_what_was_recorded_is_safe() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("run.db");
    let journal = Sqlite::options().max_pages(240).open(&path).await.expect("a new journal opens");
    journal.lease("owner", NOW + 60_000).await.expect("an owner is given a lease");
    let claim = begin(&journal, "run").await.expect("a run begins");
    let mut next = 1;
    let refused = loop {
        match journal.append(step(claim, next, 20_000)).await {
            Ok(()) => next += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, JournalError::Full { .. }), "{refused:?}");
    assert!(refused.to_string().contains("run.db"), "{refused}");
    assert!(next > 10, "there was room for more than {next}");
    assert_eq!(read(&journal, "run").await.expect("it is whole").records.len() as u64, next - 1);
    drop(journal);
    let journal = Sqlite::open(&path).await.expect("it opens once there is room");
    journal.lease("owner", NOW + 60_000).await.expect("an owner is given a lease");
    journal.append(step(claim, next, 20_000)).await.expect("the run goes on where it stood");
    assert_eq!(read(&journal, "run").await.expect("it is whole").records.len() as u64, next);
}

#[tokio::test]
async fn one_run_that_does_not_fit_refuses_no_other_of_the_same_moment() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let journal =
        Sqlite::options().max_pages(120).open(folder.path().join("run.db")).await.expect("a new journal opens");
    journal.lease("owner", NOW + 60_000).await.expect("an owner is given a lease");
    let mut claims = Vec::new();
    for n in 0..9 {
        claims.push(begin(&journal, &format!("run-{n}")).await.expect("a run begins"));
    }
    let written = join_all(claims.iter().map(|&claim| {
        let bytes = if claim == claims[4] { 1_000_000 } else { 100 };
        journal.append(step(claim, 1, bytes))
    }))
    .await;
    for (n, written) in written.into_iter().enumerate() {
        match written {
            Err(error) if n == 4 => assert!(matches!(error, JournalError::Full { .. }), "{error:?}"),
            written => written.expect("a small record fits"),
        }
    }
    journal.append(step(claims[4], 1, 100)).await.expect("a run whose step did not fit goes on");
}
