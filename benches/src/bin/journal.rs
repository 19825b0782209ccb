//! What it costs to keep a step: the journal in a file beside rusqlite by hand, one commit a step, in the same settings.
//!
//! ```text
//! journal [--rounds N] [--folder PATH]     all cases, as tables
//! ```

use futures_util::future::join_all;
use loomflow::{
    Sqlite,
    journal::{Append, Begun, Claim, Journal, NewRun, Record, RecordKind, Status},
    sqlite::Durability,
};
use rusqlite::{Connection, params};
use std::{
    env, fs,
    future::Future,
    path::{Path, PathBuf},
    process,
    time::{Duration, Instant},
};
use tokio::runtime::Builder;

const NOW: i64 = 1_800_000_000_000;
const STEPS: u64 = 10;

fn main() {
    let (mut rounds, mut folder) = (5, env::temp_dir());
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.next()) {
            ("--rounds", Some(n)) => rounds = n.parse().expect("a number of rounds"),
            ("--folder", Some(path)) => folder = path.into(),
            _ => panic!("journal [--rounds N] [--folder PATH]"),
        }
    }
    let folder = folder.join(format!("loomflow-journal-{}", process::id()));
    fs::create_dir_all(&folder).expect("the folder can be made");
    for durability in [Durability::Full, Durability::Process] {
        compare(&folder, durability, rounds);
    }
    grow(&folder, rounds);
    weigh(&folder);
    fs::remove_dir_all(&folder).expect("the folder can be removed");
}

/// What is the least of some rounds.
fn best(rounds: usize, mut round: impl FnMut() -> Duration) -> Duration {
    (0..rounds).map(|_| round()).min().unwrap_or_default()
}

fn compare(folder: &Path, durability: Durability, rounds: usize) {
    println!("\n## {durability:?}\n");
    let chains: u64 = if durability == Durability::Full { 30 } else { 600 };
    let (mut hand, mut ours, mut steps) = (Duration::MAX, Duration::MAX, Duration::MAX);
    // In turns, so that what else the machine does falls on all alike.
    for _ in 0..rounds {
        hand = hand.min(by_hand(&file(folder, "hand"), durability, chains));
        ours = ours.min(chain(&file(folder, "ours"), durability, chains));
        steps = steps.min(appends(&file(folder, "steps"), durability, 1, chains * STEPS, false));
    }
    let per = |time: Duration, count: u64| time.as_secs_f64() * 1e6 / count as f64;
    println!("| a run of {STEPS} steps, one at a time | µs | ratio |\n| --- | --- | --- |");
    println!("| rusqlite by hand, one commit a step | {:.0} | 1 |", per(hand, chains));
    println!("| the journal | {:.0} | {:.2} |", per(ours, chains), per(ours, chains) / per(hand, chains));
    let one = per(steps, chains * STEPS);
    println!("\n| runs at once | µs a step | steps a second, one run is 1 |\n| --- | --- | --- |");
    println!("| 1 | {one:.2} | 1 |");
    for (runs, turns, threads) in [(64, 100, false), (1000, 20, false), (64, 100, true), (1000, 20, true)] {
        let time = best(rounds, || appends(&file(folder, "many"), durability, runs, turns, threads));
        let step = per(time, runs * turns);
        println!("| {runs}{} | {step:.2} | {:.1} |", if threads { ", on two threads" } else { "" }, one / step);
    }
}

/// A file that is not there yet.
fn file(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name).with_extension("db");
    for end in ["db", "db-wal", "db-shm"] {
        let _ = fs::remove_file(path.with_extension(end));
    }
    path
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

/// What a step gives: 200 bytes, with 40 that were live.
fn value() -> String {
    "v".repeat(200)
}

fn live() -> String {
    "l".repeat(40)
}

fn by_hand(path: &Path, durability: Durability, chains: u64) -> Duration {
    let connection = Connection::open(path).expect("a file");
    let synchronous = if durability == Durability::Full { "FULL" } else { "NORMAL" };
    connection
        .execute_batch(&format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous};
             CREATE TABLE runs (run INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, workflow TEXT NOT NULL,
                status TEXT NOT NULL, input TEXT NOT NULL, created_at INTEGER NOT NULL, ended_at INTEGER);
             CREATE TABLE records (run INTEGER NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, node TEXT NOT NULL,
                turn INTEGER NOT NULL, attempt INTEGER NOT NULL, began_at INTEGER NOT NULL, at INTEGER NOT NULL,
                live TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run, seq));"
        ))
        .expect("tables");
    let (live, value) = (live(), value());
    let began = Instant::now();
    for run in 0..chains.cast_signed() {
        let begin =
            "INSERT INTO runs (run, id, workflow, status, input, created_at) VALUES (?1, ?2, 'W', 'running', ?3, ?4)";
        let mut begin = connection.prepare_cached(begin).expect("a statement");
        begin.execute(params![run, format!("run-{run}"), value, NOW]).expect("a run");
        for seq in 1..=STEPS.cast_signed() {
            let add = "INSERT INTO records VALUES (?1, ?2, 'output', 'classify', ?3, 1, ?4, ?5, ?6, ?7)";
            if seq == STEPS.cast_signed() {
                connection.prepare_cached("BEGIN IMMEDIATE").and_then(|mut begin| begin.execute([])).expect("a begin");
            }
            let mut add = connection.prepare_cached(add).expect("a statement");
            add.execute(params![run, seq, seq - 1, NOW, NOW + 12, live, value]).expect("a record");
            if seq == STEPS.cast_signed() {
                let end = "UPDATE runs SET status = 'done', ended_at = ?2 WHERE run = ?1";
                connection.prepare_cached(end).and_then(|mut end| end.execute(params![run, NOW])).expect("an end");
                connection.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([])).expect("a commit");
            }
        }
    }
    began.elapsed()
}

async fn open(path: &Path, durability: Durability) -> Sqlite {
    let journal = Sqlite::options().durability(durability).open(path).await.expect("a journal");
    journal.lease("bench", i64::MAX).await.expect("a lease");
    journal
}

async fn begin(journal: &Sqlite, id: String) -> Claim {
    let new = NewRun {
        id,
        workflow: "W".to_owned(),
        version: 1,
        fingerprint: "f".to_owned(),
        graph: "{}".to_owned(),
        input: value(),
        user: None,
        session: None,
        metadata: None,
        budget: None,
    };
    match journal.begin(&new, "bench", NOW).await.expect("a run") {
        Begun::New(claim) => claim,
        Begun::Exists(info) => panic!("there is a run {}", info.id),
    }
}

fn step(claim: Claim, seq: u64, status: Option<Status>) -> Append {
    let record = Record {
        seq,
        kind: RecordKind::Output,
        scope: String::new(),
        turn: seq - 1,
        node: "classify".to_owned(),
        label: String::new(),
        attempt: 1,
        began_at: NOW,
        at: NOW + 12,
        after: Some(seq - 1),
        live: live(),
        value: value(),
        by: None,
        usage: loomflow::meter::Usage::default(),
        link: None,
    };
    Append {
        claim,
        now: NOW,
        records: vec![record],
        heads: Vec::new(),
        forget: Vec::new(),
        asked: Vec::new(),
        closed: Vec::new(),
        taken: Vec::new(),
        status: status.map(|status| (status, None)),
    }
}

/// Runs of ten steps, one after the other.
fn chain(path: &Path, durability: Durability, chains: u64) -> Duration {
    block_on(async {
        let journal = open(path, durability).await;
        let began = Instant::now();
        run_chains(&journal, "run", chains).await;
        began.elapsed()
    })
}

async fn run_chains(journal: &Sqlite, name: &str, chains: u64) {
    for run in 0..chains {
        let claim = begin(journal, format!("{name}-{run}")).await;
        for seq in 1..=STEPS {
            let status = (seq == STEPS).then_some(Status::Done);
            journal.append(step(claim, seq, status)).await.expect("a record");
        }
    }
}

/// Steps of runs that go on at once, on one thread or on two.
fn appends(path: &Path, durability: Durability, runs: u64, turns: u64, threads: bool) -> Duration {
    let runtime = if threads {
        Builder::new_multi_thread().worker_threads(2).build()
    } else {
        Builder::new_current_thread().build()
    };
    runtime.expect("a runtime").block_on(async {
        let journal = open(path, durability).await;
        let claims = join_all((0..runs).map(|run| begin(&journal, format!("run-{run}")))).await;
        let began = Instant::now();
        let tasks = claims.into_iter().map(|claim| {
            let journal = journal.clone();
            tokio::spawn(async move {
                for seq in 1..=turns {
                    journal.append(step(claim, seq, None)).await.expect("a record");
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.expect("a task");
        }
        began.elapsed()
    })
}

/// What a run costs beside 100,000 that have ended.
fn grow(folder: &Path, rounds: usize) {
    let (few, many) = (file(folder, "few"), file(folder, "many"));
    block_on(async {
        let (few, many) = (open(&few, Durability::Process).await, open(&many, Durability::Process).await);
        join_all((0..100u64).map(|n| {
            let journal = &many;
            async move {
                for run in 0..1000 {
                    let claim = begin(journal, format!("old-{n}-{run}")).await;
                    journal.append(step(claim, 1, None)).await.expect("a record");
                    journal.append(step(claim, 2, Some(Status::Done))).await.expect("a record");
                }
            }
        }))
        .await;
        let mut best = [Duration::MAX; 2];
        for round in 0..4 * rounds {
            for (journal, best) in [&few, &many].into_iter().zip(&mut best) {
                let began = Instant::now();
                run_chains(journal, &format!("new-{round}"), 200).await;
                *best = began.elapsed().min(*best);
            }
        }
        let ratio = best[1].as_secs_f64() / best[0].as_secs_f64();
        println!("\nA run beside 100,000 that have ended, one beside few is 1: {ratio:.2}");
    });
}

/// What records take on disk once the file is closed.
fn weigh(folder: &Path) {
    let path = file(folder, "weight");
    let records = 20_000;
    appends(&path, Durability::Process, 100, records / 100, false);
    let bytes = fs::metadata(&path).expect("a file").len();
    println!("\nBytes of a record with a value of 200 bytes and 40 that were live: {}", bytes / records);
    let path = file(folder, "weight");
    block_on(async {
        let journal = open(&path, Durability::Process).await;
        let claim = begin(&journal, "run".to_owned()).await;
        for seq in 1..=100 {
            let mut step = step(claim, seq, None);
            step.records[0].value = "v".repeat(100_000);
            journal.append(step).await.expect("a record");
        }
    });
    let bytes = fs::metadata(&path).expect("a file").len();
    println!("Bytes on disk for each byte of values of 100 kB: {:.3}", bytes as f64 / 1e7);
}
