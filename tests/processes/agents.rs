//! A process with agents is killed again and again, and each time another one goes on with them. The model is a server outside of
//! them all, which counts what it is asked.

use crate::{
    executions::Executions,
    job::Done,
    killed::kills,
    process::{journal, rounds, start, told},
};
use loomflow::{
    Loom, Visit,
    journal::{Filter, Journal as _, RecordKind, Status},
    prelude::*,
};
use loomflow_double::{Double, Reply, Request};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    env, fs,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

/// How many runs go on at once.
const AT_ONCE: u64 = 10;

/// How many calls an agent makes before its report.
const CALLS: usize = 5;

/// Tells a process where the model is.
const SERVER: &str = "LOOMFLOW_TEST_SERVER";

/// Says to a process that it is the last one, which begins nothing new.
const LAST: &str = "LOOMFLOW_TEST_LAST";

/// The header by which the server knows the process that asks.
const PROCESS: &str = "x-process";

/// What the agents need.
#[derive(Context)]
struct App {
    model: Model,
    executions: Executions,
}

/// Digs for something, and takes a moment, so that a process can be killed in the middle of it.
#[tool]
async fn dig(#[context] executions: &Executions, #[run] run: &Visit, asked: u64) -> Done {
    let process = executions.note(run.key());
    tokio::time::sleep(Duration::from_millis(asked % 4)).await;
    Done { n: asked, key: run.key().to_owned(), process }
}

/// Reports what was found.
#[tool]
async fn report(#[context] executions: &Executions, #[run] run: &Visit, asked: u64) -> Done {
    let process = executions.note(run.key());
    tokio::time::sleep(Duration::from_millis(asked % 4)).await;
    Done { n: asked, key: run.key().to_owned(), process }
}

agent! {
    Digger(run: String) -> Done {
        start -> dig;
        dig -> dig max 9 | report;
        report -> end;
    }
}

/// What the server remembers.
#[derive(Default)]
struct Asked {
    /// How often it was asked.
    count: u64,
    /// Of each turn of each run, the number of the request that was answered last, and how many there were.
    turns: BTreeMap<(String, usize), (u64, u64)>,
    /// The youngest process that has asked.
    youngest: u64,
    /// What is wrong with what it was asked.
    wrong: Vec<String>,
}

impl Asked {
    /// Calls the next tool, with the number of the request as its argument. What is recorded is then in the requests that follow.
    fn reply(&mut self, request: &Request) -> Reply {
        let process = request.header(PROCESS).and_then(|number| number.parse().ok()).unwrap_or(0);
        let run = request.messages()[0]["content"].as_str().unwrap_or_default().to_owned();
        let said: Vec<&Value> = request.messages().iter().filter(|message| message["role"] == "assistant").collect();
        self.count += 1;
        // The last words of a process that is dead by now, which nobody hears the answer to.
        if process >= self.youngest {
            self.youngest = process;
            self.check(&run, &said);
            let (last, times) = self.turns.entry((run, said.len())).or_default();
            (*last, *times) = (self.count, *times + 1);
        }
        let tool = if said.len() < CALLS { "dig" } else { "report" };
        Reply::tool(tool, json!({ "asked": self.count }))
    }

    /// Nothing that was recorded is asked for again: what is in the conversation is what was answered last, and no later turn
    /// has been asked for before.
    fn check(&mut self, run: &str, said: &[&Value]) {
        for (turn, said) in said.iter().enumerate() {
            let arguments = said["tool_calls"][0]["function"]["arguments"].as_str().unwrap_or_default();
            let recorded =
                serde_json::from_str::<Value>(arguments).ok().and_then(|arguments| arguments["asked"].as_u64());
            let last = self.turns.get(&(run.to_owned(), turn)).map(|(last, _)| *last);
            if recorded.is_none() || recorded != last {
                self.wrong.push(format!("turn {turn} of {run}: recorded {recorded:?}, asked for last {last:?}"));
            }
        }
        let later = (run.to_owned(), said.len() + 1)..=(run.to_owned(), usize::MAX);
        if let Some(((_, turn), _)) = self.turns.range(later).next() {
            self.wrong.push(format!("turn {} of {run} is asked for after turn {turn}", said.len()));
        }
    }
}

/// What carries the agents on in this process.
async fn loom(folder: &std::path::Path, number: u64) -> Loom<App> {
    let server = env::var(SERVER).expect("the process is told where the model is");
    let model = Model::builder().base_url(server).name("digger").header(PROCESS, number.to_string());
    let model = model.build().expect("the settings are settings");
    let app = App { model, executions: Executions::new(folder, number) };
    Loom::builder(app).journal(journal(folder).await).workflow::<Digger>().build()
}

/// The part of the process that is killed: it goes on with what there is, and keeps ten agents going.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keeps_ten_agents_going() {
    let Some((folder, number)) = told() else { return };
    let loom = loom(&folder, number).await;
    loom.resume_all().await.expect("the journal is sound");
    let last = env::var_os(LAST).is_some();
    let slots = (0..AT_ONCE).zip(rounds(&loom, AT_ONCE).await).map(|(slot, first)| {
        let loom = loom.clone();
        tokio::spawn(async move {
            for round in first.. {
                let id = format!("{slot}-{round}");
                let run = loom.start::<Digger>(id.clone(), id).await.expect("a run begins");
                run.output().await.expect("it ends");
                if last {
                    break;
                }
            }
        })
    });
    for slot in slots.collect::<Vec<_>>() {
        slot.await.expect("no slot panics");
    }
}

#[tokio::test]
async fn a_process_with_agents_is_killed_and_no_recorded_call_of_a_model_or_a_tool_is_made_again() {
    if told().is_some() {
        return;
    }
    let kills = kills(60);
    let folder = tempfile::tempdir().expect("a folder can be made");
    let asked = Arc::new(Mutex::new(Asked::default()));
    let counting = asked.clone();
    let server = Double::answering(move |request| counting.lock().expect("nothing panics here").reply(request));
    let (part, at) = ("agents::keeps_ten_agents_going", (SERVER, server.base_url()));
    for number in 0..kills {
        let mut child = start(part, folder.path(), number, std::slice::from_ref(&at));
        // Not to wait for anything: it is killed at any moment, before it has opened the journal or long after.
        thread::sleep(Duration::from_micros(number * 7_919 % 150_000));
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
    }
    let last = start(part, folder.path(), kills, &[at, (LAST, "yes".to_owned())]);
    let last = last.wait_with_output().expect("it ends");
    assert!(last.status.success(), "{}", String::from_utf8_lossy(&last.stdout));

    let asked = std::mem::take(&mut *asked.lock().expect("nothing panics here"));
    assert!(asked.wrong.is_empty(), "{:#?}", asked.wrong);
    let refused = server.requests().into_iter().find(|request| request.refused);
    assert!(refused.is_none(), "{refused:?}");

    let journal = journal(folder.path()).await;
    let runs = journal.runs(&Filter::default()).await.expect("the journal can be read");
    assert!(runs.len() as u64 >= AT_ONCE && runs.iter().all(|run| run.status == Status::Done), "{runs:?}");
    let mut executed: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for line in fs::read_to_string(folder.path().join("executions")).expect("the file can be read").lines() {
        let (key, process) = line.split_once(' ').expect("a line has two parts");
        executed.entry(key.to_owned()).or_default().push(process.trim().parse().expect("it is a number"));
    }
    let (mut calls, mut turns) = (0, 0);
    for run in &runs {
        for record in journal.records(run.run, 0, usize::MAX).await.expect("the run can be read") {
            if record.kind == RecordKind::Output && record.node.starts_with("think") {
                turns += 1;
            } else if record.kind == RecordKind::Output && ["dig", "report"].contains(&&*record.node) {
                let done: Done = serde_json::from_str(&record.value).expect("it is what a tool gave");
                let processes = &executed[&done.key];
                assert_eq!(processes.last(), Some(&done.process), "{} is executed again: {processes:?}", done.key);
                calls += 1;
            }
        }
    }
    // Each of the runs has so many, none is recorded twice, and what was asked or executed is what is recorded.
    assert_eq!((calls, turns), (runs.len() * (CALLS + 1), runs.len() * (CALLS + 1)));
    assert_eq!((executed.len(), asked.turns.len()), (calls, turns));
    let (again, cut) =
        (executed.values().filter(|all| all.len() > 1).count(), asked.turns.values().filter(|all| all.1 > 1).count());
    println!(
        "{} runs, {turns} turns, {cut} of them cut off, {calls} calls of tools, {again} of them cut off",
        runs.len()
    );
}
