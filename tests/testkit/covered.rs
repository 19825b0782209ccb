//! Which edges no test has taken.

use super::{flows::*, told};
use loomflow::{
    prelude::*,
    test::{Coverage, FILE, Test, coverage, covered},
};
use std::{process::Command, time::Duration};

fn triage() -> Test<Triage, Llm> {
    Triage::test().context(|| Llm)
}

fn spam() {
    assert_eq!(triage().mock::<classify>(|_| Desk::Spam).run(Ticket::from("x")).path(), ["classify"]);
}

fn granted() {
    for text in ["bill", "help"] {
        assert!(triage().answer::<approve>(Approval::Granted).run(Ticket::from(text)).took("approve", "Granted"));
    }
}

fn revised() {
    let weak = |times: usize| {
        let verdicts = (0..times).map(|_| Verdict::Weak("!".to_owned())).chain([Verdict::Good]);
        triage().gives::<review>(verdicts.collect::<Vec<_>>()).unanswered::<approve>().run(Ticket::from("x"))
    };
    assert_eq!(weak(3).elapsed(), 2 * DAY);
    assert_eq!(weak(4).elapsed(), Duration::ZERO);
}

fn refused() {
    let run = triage().answer::<approve>(Approval::Refused("rude".to_owned())).run(Ticket::from("x"));
    run.assert_took("approve", "Refused");
}

#[test]
fn the_tests_of_a_suite_take_every_edge_of_their_workflow() {
    covered::<Triage>(|| {
        spam();
        granted();
        revised();
        refused();
    })
    .at_least(100);
}

#[test]
fn what_is_not_taken_is_told_with_its_lines_and_drawn() {
    let coverage = covered::<Triage>(|| {
        spam();
        granted();
    });
    let untaken: Vec<String> =
        coverage.untaken().iter().map(|edge| format!("{} {} {}", edge.from, edge.label, edge.to)).collect();
    assert_eq!(
        untaken,
        [
            "review Verdict::Weak(notes) revise",
            "revise  review",
            "revise  escalate",
            "escalate  end",
            "approve Approval::Refused(_) escalate",
            "approve after 2d escalate",
        ]
    );
    let message = told(|| coverage.at_least(100));
    assert!(
        message.starts_with(
            "`Triage`: 9 of 15 edges were taken (60 %)\n  not taken: review -> revise by `Verdict::Weak(notes)` (line "
        ),
        "{message}"
    );
    assert!(message.contains("not taken: revise -> escalate when its bound is spent (line "), "{message}");
    assert!(message.ends_with("\n100 % were to be taken"), "{message}");
    coverage.at_least(60);
    let drawn = coverage.drawing().to_mermaid();
    assert!(drawn.contains("classify"), "{drawn}");
}

fn whole<W: loomflow::Workflow>(coverage: &Coverage<W>) {
    assert_eq!(coverage.untaken(), [], "{coverage}");
}

#[test]
fn the_edges_of_forks_races_and_nested_workflows_are_taken_too() {
    whole(&covered::<Both>(|| {
        for text in ["", "a", "abcdef"] {
            Both::test().run(text.to_owned());
        }
    }));
    whole(&covered::<Fetched>(|| {
        let pages = vec!["a".to_owned(), "bb".to_owned()];
        Fetched::test().try_mock::<fetch>(|page| if *page == "bb" { Err("down".into()) } else { Ok(10) }).run(pages);
    }));
    let late = Duration::from_secs(7200);
    let raced = covered::<Raced>(|| {
        let raced = Raced::test;
        raced().takes::<slow>(late).run("a".to_owned());
        raced().takes::<quick>(late).run("a".to_owned());
    });
    let told: Vec<String> = raced.untaken().iter().map(ToString::to_string).collect();
    assert!(told.len() == 1 && told[0].starts_with("first -> end by `after 1h`"), "{told:?}");
    whole(&covered::<Raced>(|| {
        Raced::test().takes::<slow>(late).run("a".to_owned());
        Raced::test().takes::<quick>(late).run("a".to_owned());
        Raced::test().takes::<quick>(late).takes::<slow>(late).run("a".to_owned());
    }));
    whole(&covered::<Fetched>(|| {
        let run = Nightly::test().try_mock::<fetch>(|page| if *page == "bb" { Err("down".into()) } else { Ok(10) });
        run.run(vec!["a".to_owned(), "bb".to_owned()]);
    }));
}

#[test]
fn tests_that_run_beside_count_for_nobody_else() {
    let coverage = covered::<Triage>(|| {
        std::thread::scope(|scope| scope.spawn(granted).join().expect("it passes"));
    });
    assert_eq!(coverage.percent(), 0);
}

#[test]
#[ignore = "it runs in a process of its own"]
fn one_process_sorts_spam() {
    spam();
}

#[test]
#[ignore = "it runs in a process of its own"]
fn another_process_grants_what_is_asked() {
    granted();
}

#[test]
#[ignore = "it runs in a process of its own, when the others have run"]
fn the_file_has_what_both_have_taken() {
    // Where no file is named, there are no others.
    if std::env::var_os(FILE).is_none() {
        return;
    }
    let taken = coverage::<Triage>();
    assert_eq!((taken.percent(), taken.untaken().len()), (60, 6), "{taken}");
    granted();
    assert_eq!(coverage::<Triage>().percent(), 60);
    revised();
    refused();
    coverage::<Triage>().at_least(100);
}

#[test]
fn what_several_processes_take_is_collected_in_a_file() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let this = std::env::current_exe().expect("a test knows its program");
    for test in ["one_process_sorts_spam", "another_process_grants_what_is_asked", "the_file_has_what_both_have_taken"]
    {
        let mut process = Command::new(&this);
        process.args(["--ignored", "--exact", &format!("covered::{test}")]).env(FILE, folder.path().join("edges"));
        let output = process.output().expect("the program runs");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    }
}
