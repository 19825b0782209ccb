//! What the README shows of the command line, said to the program that it shows.

#![allow(dead_code, clippy::unused_async, reason = "it is the README's program, whose `main` is not run here")]

use loomflow::{cli, prelude::*, workflows};
use serde::{Deserialize, Serialize};
use std::process::ExitCode;

#[derive(Serialize, Deserialize)]
enum Approval {
    Granted,
    Refused(String),
}

#[step(retry = 3)]
async fn draft(text: &str) -> String {
    format!("Dear customer, about {text:?}: yes.")
}

/// Asks a person whether the letter may go out.
#[ask(Approval)]
fn approve(draft: &str) -> Question {
    Question::new("Send this answer?").show(draft)
}

workflow! {
    /// Drafts an answer to a letter, and sends it when a person says so.
    Letter(text: String) -> Result<String, String> {
        start -> draft(text) -> approve(draft) within 14d else fail("nobody had the time") -> match {
            Approval::Granted      => end(format!("sent: {draft}")),
            Approval::Refused(why) => fail(why),
        };
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    cli::run((), workflows![Letter]).await
}

/// What the program ends with, when it is told this.
async fn told(journal: &str, args: &[&str]) -> ExitCode {
    let loom = async || Ok::<_, std::convert::Infallible>(loomflow::Loom::builder(()));
    let args = [&["desk"], args, &["--journal", journal]].concat();
    cli::Cli::new(loom, workflows![Letter]).run_from(args).await
}

#[tokio::test]
async fn what_the_readme_shows_comes_to_what_it_says() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let journal = folder.path().join("runs.db").display().to_string();
    let run = told(&journal, &["run", "Letter", "text=order 17", "--id", "letter-17"]).await;
    assert_eq!(run, ExitCode::from(3), "it waits");
    let answer = told(&journal, &["answer", "letter-17", "approve", "Granted", "--by", "grace"]).await;
    assert_eq!(answer, ExitCode::SUCCESS);
    for command in [["graph", "Letter"], ["show", "letter-17"], ["resume", "letter-17"], ["completions", "bash"]] {
        assert_eq!(told(&journal, &command).await, ExitCode::SUCCESS, "{command:?}");
    }
}

/// A build without the command line runs the README's examples too, so this is none of its doc tests.
#[test]
fn what_the_readme_shows_is_compiled_here() {
    let readme = include_str!("../README.md");
    let shown = readme.split("```Rust\n").filter_map(|rest| rest.split("```").next());
    let shown: Vec<&str> = shown.filter(|code| code.contains("use loomflow::{cli,")).collect();
    assert_eq!(shown.len(), 1);
    assert!(include_str!("readme_cli.rs").contains(shown[0]), "the README shows other code:\n{}", shown[0]);
}
