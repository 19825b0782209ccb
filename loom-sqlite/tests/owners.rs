//! A lease ends with its process, where that can be known, and else when its time is over.

mod common;

use common::{NOW, begin, step};
use futures_util::future::{join, join_all};
use loomflow_runtime::journal::{Journal, JournalError};
use loomflow_sqlite::{Durability, Sqlite};
use std::{
    env, fs, io,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// Says to the process that is to be killed which journal it opens.
const PATH: &str = "LOOMFLOW_HOLDS_UNTIL_KILLED";

/// Until when the leases last.
const UNTIL: i64 = NOW + 60_000;

/// What the other process does, which is this program again; by itself it does nothing.
#[tokio::test]
async fn holds_a_lease_until_it_is_killed() {
    let Ok(path) = env::var(PATH) else { return };
    let journal = open(Path::new(&path)).await;
    journal.lease("owner", UNTIL).await.expect("an owner is given a lease");
    begin(&journal, "run").await.expect("a run begins");
    println!("\nholds");
    // Until whoever started this one is gone.
    io::stdin().read_to_end(&mut Vec::new()).expect("it can be read");
}

/// A process that has a lease and a run.
fn holder(path: &Path) -> Child {
    let mut child = Command::new(env::current_exe().expect("this program has a path"))
        .args(["holds_a_lease_until_it_is_killed", "--exact", "--nocapture"])
        .env(PATH, path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program can be started");
    let lines = BufReader::new(child.stdout.take().expect("its output is read")).lines();
    let said = lines.map(|line| line.expect("it prints text")).find(|line| line == "holds");
    said.expect("it has a lease and a run");
    child
}

fn kill(mut child: Child) {
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
}

async fn open(path: &Path) -> Sqlite {
    Sqlite::options().durability(Durability::Process).open(path).await.expect("a journal opens")
}

/// Opens a journal for another owner.
async fn heir(path: &Path) -> Sqlite {
    let journal = open(path).await;
    journal.lease("heir", UNTIL).await.expect("an owner is given a lease");
    journal
}

/// Opens a journal in which a run is held.
async fn held(path: &Path) -> Sqlite {
    let journal = open(path).await;
    journal.lease("owner", UNTIL).await.expect("an owner is given a lease");
    begin(&journal, "run").await.expect("a run begins");
    journal
}

/// The folder beside a journal.
fn locks(path: &Path) -> PathBuf {
    path.with_extension("db-owners")
}

/// The names of what is in a folder.
fn names(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).expect("the folder is there");
    let mut names: Vec<_> =
        files.map(|file| file.expect("it can be read").file_name().into_string().expect("it is text")).collect();
    names.sort();
    names
}

/// Refuses anything but that the run is held.
async fn is_held(journal: &Sqlite) {
    let claimed = journal.claim("run", "heir", NOW, false).await;
    assert!(matches!(claimed, Err(JournalError::Held { left_ms: 60_000, .. })), "{claimed:?}");
    let deleted = journal.delete("run", NOW).await;
    assert!(matches!(deleted, Err(JournalError::Held { .. })), "{deleted:?}");
    assert!(journal.ready(NOW, 9).await.expect("it can be looked").is_empty());
}

#[tokio::test]
async fn the_run_of_a_process_that_was_killed_can_be_claimed_at_once() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("run.db");
    let child = holder(&path);
    let journal = heir(&path).await;
    kill(child);
    let (claim, _) = journal.claim("run", "heir", NOW, false).await.expect("it is claimed");
    journal.append(step(claim, 1, 50)).await.expect("it goes on");
    assert_eq!(names(&locks(&path)), ["heir.lock"], "nothing is left of who was killed");
}

#[tokio::test]
async fn the_run_of_a_process_that_was_killed_is_ready_at_once() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("run.db");
    let child = holder(&path);
    let journal = heir(&path).await;
    assert!(journal.ready(NOW, 9).await.expect("it can be looked").is_empty());
    kill(child);
    assert_eq!(journal.ready(NOW, 9).await.expect("it can be looked"), ["run"]);
    assert_eq!(names(&locks(&path)), ["heir.lock"], "nothing is left of who was killed");
}

#[tokio::test]
async fn the_run_of_a_process_that_was_killed_can_be_deleted_at_once() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("run.db");
    kill(holder(&path));
    assert!(open(&path).await.delete("run", NOW).await.expect("it is deleted"));
}

#[cfg(unix)]
#[tokio::test]
async fn the_run_of_a_process_that_lives_is_held_even_while_it_is_stopped() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("run.db");
    let child = holder(&path);
    let journal = heir(&path).await;
    is_held(&journal).await;
    let stopped = Command::new("kill").args(["-STOP", &child.id().to_string()]).status().expect("it can be stopped");
    assert!(stopped.success());
    is_held(&journal).await;
    journal.lease("heir", UNTIL + 60_000).await.expect("a lease is renewed");
    journal.claim("run", "heir", UNTIL, false).await.expect("it is claimed when the lease is over");
    kill(child);
}

#[tokio::test]
async fn a_process_that_starts_clears_up_after_those_that_were_killed() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("run.db");
    kill(holder(&path));
    assert_eq!(names(&locks(&path)), ["owner.lock"]);
    let journal = heir(&path).await;
    assert_eq!(names(&locks(&path)), ["heir.lock"]);
    drop(journal);
    assert_eq!(names(folder.path()), ["run.db"]);
}

#[tokio::test]
async fn a_journal_that_was_closed_leaves_no_lease_and_no_file_behind() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("run.db");
    let (one, other) = (held(&path).await, heir(&path).await);
    is_held(&other).await;
    assert_eq!(names(&locks(&path)), ["heir.lock", "owner.lock"]);
    drop(one);
    assert_eq!(names(&locks(&path)), ["heir.lock"]);
    other.claim("run", "heir", NOW, false).await.expect("it is claimed");
    drop(other);
    assert_eq!(names(folder.path()), ["run.db"]);
}

#[tokio::test]
async fn a_lease_that_is_valid_does_not_count_when_nobody_locks_its_file() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("run.db");
    let (_one, other) = (held(&path).await, heir(&path).await);
    is_held(&other).await;
    let file = locks(&path).join("owner.lock");
    fs::remove_file(&file).expect("it is there");
    fs::write(&file, "").expect("a file can be written");
    other.claim("run", "heir", NOW, false).await.expect("it is claimed");
    assert!(!file.exists());
}

#[tokio::test]
async fn the_lease_alone_counts_where_there_is_no_file() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("run.db");
    let (_one, other) = (held(&path).await, heir(&path).await);
    fs::remove_file(locks(&path).join("owner.lock")).expect("it is there");
    is_held(&other).await;
    other.lease("heir", UNTIL + 60_000).await.expect("a lease is renewed");
    other.claim("run", "heir", UNTIL, false).await.expect("it is claimed when the lease is over");
}

#[tokio::test]
async fn the_lease_alone_counts_where_no_file_can_be_made() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("run.db");
    fs::write(locks(&path), "no folder").expect("a file can be written");
    let (_one, other) = (held(&path).await, heir(&path).await);
    is_held(&other).await;
    assert_eq!(fs::read(locks(&path)).expect("it is there"), b"no folder");
}

#[tokio::test]
async fn owners_may_have_any_name() {
    let long = "x".repeat(1000);
    for owner in ["", "..", "../owner", "/", "Owner", "ö\n\0", &long] {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("run.db");
        let (one, other) = (heir(&path).await, open(&path).await);
        begin_as(&one, "heir").await;
        drop(one);
        other.lease(owner, UNTIL).await.expect("an owner is given a lease");
        other.claim("run", owner, NOW, false).await.expect("it is claimed");
        let third = heir(&path).await;
        is_held(&third).await;
        drop(other);
        // A name that is too long has no file, and still its lease ends in time.
        let now = if owner == long { UNTIL } else { NOW };
        third.lease("heir", UNTIL + 60_000).await.expect("a lease is renewed");
        third.claim("run", "heir", now, false).await.unwrap_or_else(|error| panic!("{owner:?}: {error}"));
        drop(third);
        assert_eq!(names(folder.path()), ["run.db"], "{owner:?}");
    }
}

/// Begins the run under another owner than most.
async fn begin_as(journal: &Sqlite, owner: &str) {
    journal.lease("owner", UNTIL).await.expect("an owner is given a lease");
    begin(journal, "run").await.expect("a run begins");
    journal.lease("owner", NOW).await.expect("a lease is given up");
    journal.claim("run", owner, NOW, false).await.expect("it is claimed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_that_find_an_owner_gone_one_takes_the_run() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("run.db");
    let (one, other) = (heir(&path).await, open(&path).await);
    other.lease("other", UNTIL).await.expect("an owner is given a lease");
    kill(holder(&path));
    let claims = [(one.clone(), "heir"), (other.clone(), "other")]
        .map(|(journal, owner)| tokio::spawn(async move { journal.claim("run", owner, NOW, false).await }));
    let claims = join_all(claims).await.into_iter().map(|claim| claim.expect("no task panics"));
    let (taken, refused): (Vec<_>, Vec<_>) = claims.partition(Result::is_ok);
    assert!(matches!(&*taken, [Ok((claim, _))] if claim.token == 2), "{taken:?}");
    assert!(matches!(&*refused, [Err(JournalError::Held { owner, .. })] if owner != "owner"), "{refused:?}");
}

#[tokio::test]
async fn an_owner_found_gone_in_a_transaction_that_fails_is_found_gone_again() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("run.db");
    let journal = Sqlite::options().max_pages(60).open(&path).await.expect("a new journal opens");
    journal.lease("owner", UNTIL).await.expect("an owner is given a lease");
    let large = begin(&journal, "large").await.expect("a run begins");
    // The files of other owners are as they would be had their process been killed.
    let other = open(&path).await;
    other.lease("gone", UNTIL).await.expect("an owner is given a lease");
    let run = begin(&other, "run").await.expect("a run begins");
    other.lease("owner", NOW).await.expect("a lease is given up");
    other.claim("run", "gone", NOW, false).await.expect("it is claimed");
    assert_eq!(run.token, 1);
    journal.lease("owner", UNTIL).await.expect("a lease is renewed");
    let file = locks(&path).join("gone.lock");
    fs::remove_file(&file).expect("it is there");
    fs::write(&file, "").expect("a file can be written");
    let (claimed, refused) =
        join(journal.claim("run", "owner", NOW, false), journal.append(step(large, 1, 1_000_000))).await;
    assert!(matches!(refused, Err(JournalError::Full { .. })), "{refused:?}");
    claimed.expect("it is claimed");
    assert!(!file.exists());
}
