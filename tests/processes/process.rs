//! Starting this program again, as another process.

use crate::{executions::Executions, job::Job};
use loomflow::{
    Loom, Sqlite,
    journal::Filter,
    sqlite::{Durability, Options},
};
use std::{
    env,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// Tells the other process the folder it works in; one that is told none does nothing.
const FOLDER: &str = "LOOMFLOW_TEST_FOLDER";
/// Its number.
const NUMBER: &str = "LOOMFLOW_TEST_PROCESS";

/// Starts this program again with one test, as the process of a number.
pub(crate) fn start(part: &str, folder: &Path, number: u64, environment: &[(&str, String)]) -> Child {
    let mut command = Command::new(env::current_exe().expect("this program has a path"));
    command.args([part, "--exact", "--nocapture"]).env(FOLDER, folder).env(NUMBER, number.to_string());
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command.spawn().expect("this program can be started")
}

/// What this process was told, if it is another one: its folder and its number.
pub(crate) fn told() -> Option<(PathBuf, u64)> {
    let number = env::var(NUMBER).ok()?.parse().ok()?;
    Some((env::var_os(FOLDER)?.into(), number))
}

/// The journal in a folder.
pub(crate) async fn journal(folder: &Path) -> Sqlite {
    let options: Options = Sqlite::options().durability(Durability::Process);
    options.open(folder.join("runs.db")).await.expect("the journal opens")
}

/// What carries runs on in this process.
pub(crate) async fn loom(folder: &Path, number: u64) -> Loom<Executions> {
    let executions = Executions::new(folder, number);
    Loom::builder(executions).journal(journal(folder).await).workflow::<Job>().build()
}

/// The round that each of so many slots is in, by the ids of the runs, which are `slot-round`.
pub(crate) async fn rounds<C: Send + Sync + 'static>(loom: &Loom<C>, slots: u64) -> Vec<u64> {
    let mut rounds = vec![0; usize::try_from(slots).expect("there are few")];
    for run in loom.runs(&Filter::default()).await.expect("the journal is sound") {
        let (slot, round) = run.id.split_once('-').expect("an id has two parts");
        let round: u64 = round.parse().expect("it is a number");
        let last: &mut u64 = &mut rounds[slot.parse::<usize>().expect("it is a number")];
        *last = round.max(*last);
    }
    rounds
}
