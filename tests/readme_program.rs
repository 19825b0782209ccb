//! The program that the README leads to: said to it what the README says, and with the README's tests.

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

#[cfg(test)]
mod tests {
    use super::*;
    use loomflow::test::covered;

    #[test]
    fn a_letter_that_nobody_approves_is_not_sent() {
        let run = Letter::test()
            .mock::<draft>(|text| format!("about {text}"))
            .fails::<draft>(2, "the model is busy") // and the step is retried
            .unanswered::<approve>()
            .run("order 17".to_owned()); // fourteen days pass at once

        assert_eq!(run.failure().to_string(), "workflow `Letter` failed at `approve`: nobody had the time");
        run.assert_path(["draft", "approve"]).assert_took("approve", "after 14d");
    }

    #[test]
    fn it_ends_the_same_wherever_the_program_dies() {
        let test = Letter::test().answer::<approve>(Approval::Granted);
        test.at_every_write("order 17".to_owned()); // cut off after each write and in the middle of each, and carried on
    }

    #[test]
    fn every_edge_is_taken() {
        let test = Letter::test().answers_either::<approve>([
            Some(Approval::Granted),
            Some(Approval::Refused("too late".to_owned())),
            None,
        ]);
        covered::<Letter>(|| test.ways("order 17".to_owned()).for_each(drop)).at_least(100);
    }
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

/// A build without the command line runs the README's examples too, so these are none of its doc tests.
#[test]
fn what_the_readme_shows_is_compiled_here() {
    let readme = include_str!("../README.md");
    let section =
        readme.split("\n## ").find(|section| section.starts_with("A program of your own")).expect("it has one");
    let shown: Vec<&str> = section.split("```Rust\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(shown.len(), 2);
    for code in shown {
        assert!(include_str!("readme_program.rs").contains(code), "the README shows other code:\n{code}");
    }
}
