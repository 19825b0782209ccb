//! What a program gives its command line: versions of a workflow, a journal of its own, questions of branches.

use loomflow::{
    Loom,
    cli::{Cli, Workflows},
    journal::{Filter, Journal, MemoryJournal, RunInfo, Status},
    prelude::*,
    workflows,
};
use std::{convert::Infallible, process::ExitCode};

mod old {
    use loomflow::prelude::*;

    workflow! {
        pub(crate) Sum(n: u32) -> u32 {
            start -> end(n);
        }
    }
}

workflow! {
    #[workflow(version = 2)]
    Sum(n: u32, m: u32) -> u32 {
        start -> end(n + m);
    }
}

#[ask(u32)]
fn number(text: &str) -> Question {
    Question::new(text)
}

workflow! {
    Asking(texts: Vec<String>) -> Vec<u32> {
        start -> numbers = [for text in texts => number(text)] -> end;
    }
}

/// What the program ends with that has this journal, when it is told this.
async fn told(journal: &MemoryJournal, workflows: Workflows<()>, args: &[&str]) -> ExitCode {
    let loom = async || Ok::<_, Infallible>(Loom::builder(()));
    let args = [&["desk"], args].concat();
    Cli::new(loom, workflows).journal(journal.clone()).run_from(args).await
}

async fn runs(journal: &MemoryJournal) -> Vec<RunInfo> {
    journal.runs(&Filter::default()).await.expect("it is in memory")
}

#[tokio::test]
async fn of_two_versions_the_newest_begins_unless_the_other_one_is_said() {
    let journal = MemoryJournal::new();
    for (said, version) in [
        (["run", "Sum", "n=1", "m=2"].as_slice(), 2),
        (&["run", "Sum@2", "n=1", "m=2"], 2),
        (&["run", "Sum@1", "n=1"], 1),
    ] {
        assert_eq!(told(&journal, workflows![old::Sum, Sum], said).await, ExitCode::SUCCESS, "{said:?}");
        assert_eq!(runs(&journal).await[0].version, version, "{said:?}");
    }
    assert_eq!(told(&journal, workflows![old::Sum, Sum], &["run", "Sum@3"]).await, ExitCode::from(2));
}

#[tokio::test]
async fn a_journal_of_the_programs_own_needs_no_file_and_takes_none() {
    let journal = MemoryJournal::new();
    assert_eq!(told(&journal, workflows![old::Sum], &["run", "Sum", "n=1", "--id", "s"]).await, ExitCode::SUCCESS);
    assert_eq!(told(&journal, workflows![old::Sum], &["show", "s"]).await, ExitCode::SUCCESS);
    let with_file = told(&journal, workflows![old::Sum], &["runs", "--journal", "runs.db"]).await;
    assert_eq!(with_file, ExitCode::from(2));
}

#[tokio::test]
async fn of_several_questions_of_a_node_the_number_says_which() {
    let journal = MemoryJournal::new();
    let said = async |args: &[&str]| told(&journal, workflows![Asking], args).await;
    let waits = ExitCode::from(3);
    assert_eq!(said(&["run", "Asking", r#"texts=["a","b"]"#, "--id", "a-1"]).await, waits);
    assert_eq!(said(&["answer", "a-1", "number", "1"]).await, ExitCode::from(2), "which of the two?");
    let run = runs(&journal).await[0].run;
    let asked = journal.questions(run).await.expect("it is in memory");
    let numbers: Vec<String> = asked.iter().map(|asked| asked.seq.to_string()).collect();
    assert_eq!(said(&["answer", "a-1", "number", "1", "--number", &numbers[0]]).await, waits, "there is another one");
    assert_eq!(said(&["answer", "a-1", "number", "2"]).await, ExitCode::SUCCESS);
    assert_eq!(runs(&journal).await[0].status, Status::Done);
}

#[tokio::test]
async fn runs_that_another_program_knows_are_left_to_it() {
    let journal = MemoryJournal::new();
    assert_eq!(
        told(&journal, workflows![Asking], &["run", "Asking", r#"texts=["a"]"#, "--id", "a-1"]).await,
        ExitCode::from(3)
    );
    for args in [["show", "a-1"].as_slice(), &["resume"], &["runs"]] {
        assert_eq!(told(&journal, workflows![Sum], args).await, ExitCode::SUCCESS, "{args:?}");
    }
    for args in [["resume", "a-1"].as_slice(), &["cancel", "a-1"], &["answer", "a-1", "number", "1"]] {
        assert_eq!(told(&journal, workflows![Sum], args).await, ExitCode::from(2), "{args:?}");
    }
    assert_eq!(runs(&journal).await[0].status, Status::Waiting);
}
