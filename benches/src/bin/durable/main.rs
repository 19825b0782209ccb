//! What it costs to keep runs: a `Loom` with a journal in a file, beside rusqlite by hand with one commit a step.
//!
//! ```text
//! durable [--rounds N] [--folder PATH] [CASE...]     cases: chain together size resume finished waiting watched
//! ```

mod chain;
mod finished;
mod flows;
mod hand;
mod resume;
mod size;
mod store;
mod together;
mod waiting;
mod watched;

use std::{env, fs, path::PathBuf, process};

const CASES: [(&str, fn(&store::Folder, usize)); 7] = [
    ("chain", chain::compare),
    ("together", together::compare),
    ("size", size::weigh),
    ("resume", resume::compare),
    ("finished", finished::compare),
    ("waiting", waiting::count),
    ("watched", watched::compare),
];

fn main() {
    let (mut rounds, mut folder, mut wanted) = (7, env::temp_dir(), Vec::new());
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--rounds" => rounds = arguments.next().and_then(|n| n.parse().ok()).expect("a number of rounds"),
            "--folder" => folder = arguments.next().map(PathBuf::from).expect("a folder"),
            case if CASES.iter().any(|(name, _)| *name == case) => wanted.push(case.to_owned()),
            _ => panic!("durable [--rounds N] [--folder PATH] [{}]", CASES.map(|(name, _)| name).join("|")),
        }
    }
    let folder = store::Folder::new(folder.join(format!("loomflow-durable-{}", process::id())));
    fs::create_dir_all(folder.path()).expect("the folder can be made");
    for (name, case) in CASES {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            case(&folder, rounds);
        }
    }
    fs::remove_dir_all(folder.path()).expect("the folder can be removed");
}
