//! What the compiler says: one file a mistake, the file named after it, its message beside it.
//!
//! The texts are rustc's as much as ours, so they are compared on one compiler and skipped on others. After a change,
//! `TRYBUILD=overwrite cargo test --test ui` writes them anew; then read them as a user would.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const COMPILER: &str = "rustc 1.95.";

/// One mistake a file.
const ALONE: [&str; 13] = [
    "agent", "choice", "context", "fork", "guard", "kept", "kit", "line", "lock", "require", "step", "tool", "workflow",
];

/// Several mistakes a file.
const TOGETHER: [&str; 2] = ["choice_together", "together"];

fn cases() -> Vec<PathBuf> {
    cases_in(&ALONE)
}

fn cases_in(folders: &[&str]) -> Vec<PathBuf> {
    let mut cases = Vec::new();
    for folder in folders {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui").join(folder);
        let files = fs::read_dir(&folder).expect("the folder of cases can be read");
        cases.extend(files.map(|file| file.expect("a case can be read").path()));
    }
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    cases.sort();
    cases
}

fn message(case: &Path) -> String {
    fs::read_to_string(case.with_extension("stderr")).unwrap_or_else(|error| panic!("{}: {error}", case.display()))
}

#[test]
fn every_mistake_gets_its_message() {
    let version = Command::new("rustc").arg("--version").output().expect("rustc runs");
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    if !version.starts_with(COMPILER) {
        println!("skipped: the messages are those of {COMPILER}x, and this is {version}");
        return;
    }
    let tests = trybuild::TestCases::new();
    for folder in ALONE.into_iter().chain(TOGETHER) {
        // What is compiled has the features of this test.
        let of_models = folder.starts_with("choice") || ["agent", "tool"].contains(&folder);
        let is_there = (cfg!(feature = "openai") || !of_models) && (cfg!(feature = "test") || folder != "kit");
        if is_there {
            tests.compile_fail(format!("tests/ui/{folder}/*.rs"));
        }
    }
}

#[test]
fn one_mistake_gives_one_error() {
    for case in cases() {
        let message = message(&case);
        let errors = message.lines().filter(|line| line.starts_with("error")).count();
        assert_eq!(errors, 1, "{}:\n{message}", case.display());
    }
}

#[test]
fn several_mistakes_give_all_of_their_errors() {
    for case in cases_in(&TOGETHER) {
        let (source, message) = (fs::read_to_string(&case).expect("a case can be read"), message(&case));
        let mistakes = source.lines().filter(|line| line.contains("// wrong")).count();
        let errors = message.lines().filter(|line| line.starts_with("error")).count();
        assert_eq!(errors, mistakes, "{}:\n{message}", case.display());
    }
}

#[test]
fn every_error_points_into_the_statement_that_is_wrong() {
    for case in cases() {
        let (source, message) = (fs::read_to_string(&case).expect("a case can be read"), message(&case));
        let place = message.lines().find_map(|line| line.trim_start().strip_prefix("--> "));
        let place = place.unwrap_or_else(|| panic!("{} points nowhere:\n{message}", case.display()));
        let mut parts = place.rsplit(':');
        let line: Option<usize> = parts.nth(1).and_then(|line| line.parse().ok());
        let line = line.and_then(|line| source.lines().nth(line - 1)).unwrap_or("");
        assert!(line.contains("// wrong"), "{} points at `{line}`:\n{message}", case.display());
    }
}
