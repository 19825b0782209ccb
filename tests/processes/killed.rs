//! A process with fifty runs is killed again and again, and each time another one goes on with them.

use crate::{
    executions::Told,
    job::{Job, expected},
    process::{journal, loom, rounds, start, told},
};
use loomflow::journal::{Filter, Journal as _, Status};
use std::{env, thread, time::Duration};

/// How many runs go on at once.
const AT_ONCE: u64 = 50;

/// Says how often a process is killed, where it is not as often as in every build: `LOOMFLOW_KILLS=2000`.
const KILLS: &str = "LOOMFLOW_KILLS";

/// Says to a process that it is the last one, which begins nothing new.
const LAST: &str = "LOOMFLOW_TEST_LAST";

/// How often a process is killed.
pub(crate) fn kills(usual: u64) -> u64 {
    env::var(KILLS).ok().and_then(|kills| kills.parse().ok()).unwrap_or(usual)
}

/// The id of a run; by it a process knows which one to begin next.
fn id(slot: u64, round: u64) -> String {
    format!("{slot}-{round}")
}

/// The part of the process that is killed: it goes on with what there is, and keeps fifty runs going.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keeps_fifty_runs_going() {
    let Some((folder, number)) = told() else { return };
    let loom = loom(&folder, number).await;
    loom.resume_all().await.expect("the journal is sound");
    let last = env::var_os(LAST).is_some();
    let slots = (0..AT_ONCE).zip(rounds(&loom, AT_ONCE).await).map(|(slot, first)| {
        let loom = loom.clone();
        tokio::spawn(async move {
            for round in first.. {
                let n = slot % 7 + round % 5;
                let run = loom.start::<Job>(id(slot, round), n).await.expect("a run begins");
                assert_eq!(run.output().await.expect("it ends"), expected(n));
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
async fn a_process_is_killed_hundreds_of_times_and_no_recorded_step_is_executed_again() {
    if told().is_some() {
        return;
    }
    let kills = kills(200);
    let folder = tempfile::tempdir().expect("a folder can be made");
    let part = "killed::keeps_fifty_runs_going";
    for number in 0..kills {
        let mut child = start(part, folder.path(), number, &[]);
        // Not to wait for anything: it is killed at any moment, before it has opened the journal or long after.
        thread::sleep(Duration::from_micros(number * 7_919 % 120_000));
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
    }
    let last = start(part, folder.path(), kills, &[(LAST, "yes".to_owned())]);
    let last = last.wait_with_output().expect("it ends");
    assert!(last.status.success(), "{}", String::from_utf8_lossy(&last.stdout));

    let journal = journal(folder.path()).await;
    let runs = journal.runs(&Filter::default()).await.expect("the journal can be read");
    assert!(runs.len() as u64 >= AT_ONCE && runs.iter().all(|run| run.status == Status::Done), "{runs:?}");
    let told = Told::read(folder.path(), &journal).await;
    told.check();
    let again = told.executed.values().filter(|processes| processes.len() > 1).count();
    println!("{} runs, {} steps, {again} of them cut off", runs.len(), told.recorded.len());
}
