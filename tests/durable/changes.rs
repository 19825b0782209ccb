//! Programs whose graph has changed under a run that waits.

use crate::kept::{Cut, Mortal, program};
use loomflow::{Loom, LoomError, Outcome, journal::MemoryJournal, prelude::*};
use std::time::Duration;
use tokio::time::sleep;

#[step]
fn draft(text: &str) -> String {
    format!("about {text}")
}

#[step]
fn length(text: &str) -> usize {
    text.len()
}

#[step]
fn send(draft: &str) -> String {
    format!("sent {draft}")
}

#[step]
fn sign(draft: &str) -> String {
    format!("{draft}, Ada")
}

#[ask(bool)]
fn approve(draft: &str) -> Question {
    Question::new("Send it?").show(draft)
}

#[ask(bool)]
fn release(draft: &str) -> Question {
    Question::new("Send it?").show(draft)
}

/// The graph that runs are begun with.
mod before {
    use super::*;
    workflow! {
        pub Letter(text: String) -> String {
            start -> draft(text) -> approve(draft) -> if approve { send(draft) -> end } -> end("no".to_owned());
        }
    }
}

/// What comes behind the ask is another thing.
mod behind {
    use super::*;
    workflow! {
        pub Letter(text: String) -> String {
            start -> draft(text) -> approve(draft) -> if approve { sign(draft) -> send(sign) -> end } -> end("never".to_owned());
        }
    }
}

mod renamed {
    use super::*;
    workflow! {
        pub Letter(text: String) -> String {
            start -> draft(text) -> asked: approve(draft) -> if asked { send(draft) -> end } -> end("no".to_owned());
        }
    }
}

mod removed {
    use super::*;
    workflow! {
        pub Letter(text: String) -> String {
            start -> draft(text) -> send(draft) -> end;
        }
    }
}

mod another {
    use super::*;
    workflow! {
        pub Letter(text: String) -> String {
            start -> draft(text) -> approve: release(draft) -> if approve { send(draft) -> end } -> end("no".to_owned());
        }
    }
}

mod needs_more {
    use super::*;
    workflow! {
        pub Letter(text: String) -> String {
            start -> draft(text) -> length(draft) -> approve(draft)
                  -> if approve { send(draft) -> end } -> end(format!("no, {length}"));
        }
    }
}

mod retyped {
    #[allow(clippy::wildcard_imports)]
    use super::*;
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    pub struct Draft {
        text: String,
    }
    #[step]
    pub fn draft(text: &str) -> Draft {
        Draft { text: text.to_owned() }
    }
    #[ask(bool)]
    pub fn approve(draft: &Draft) -> Question {
        Question::new("Send it?").show(draft)
    }
    #[step]
    pub fn send(draft: &Draft) -> String {
        draft.text.clone()
    }
    workflow! {
        pub Letter(text: String) -> String {
            start -> draft(text) -> approve(draft) -> if approve { send(draft) -> end } -> end("no".to_owned());
        }
    }
}

/// A second version beside the first.
mod second {
    use super::*;
    workflow! {
        #[workflow(version = 2)]
        pub Letter(text: String) -> String {
            start -> draft(text) -> sign(draft) -> asked: approve(sign) -> if asked { send(sign) -> end } -> end("no".to_owned());
        }
    }
}

/// A journal with a run that waits for `approve`.
fn waiting() -> MemoryJournal {
    let journal = MemoryJournal::new();
    program(async {
        let loom = Loom::builder(()).journal(journal.clone()).build();
        let run = loom.start::<before::Letter>("letter", "tea".to_owned()).await.expect("it begins");
        assert!(matches!(run.outcome().await, Ok(Outcome::Waiting(_))));
    });
    journal
}

/// What is said when a run is carried on in a program that has another graph.
fn refused<W: loomflow::__private::Machine<(), Output = String>>() -> Vec<String> {
    let journal = waiting();
    let differences = program(async {
        let loom = Loom::builder(()).journal(journal.clone()).workflow::<W>().build();
        match loom.resume("letter").await {
            Err(LoomError::Changed { id, differences }) if id == "letter" => differences,
            other => panic!("{other:?}"),
        }
    });
    // Nothing was lost with that: the program it was begun with goes on.
    assert_eq!(answered::<before::Letter>(&journal), "sent about tea");
    differences
}

fn answered<W: loomflow::__private::Machine<(), Output = String>>(journal: &MemoryJournal) -> String {
    program(async {
        let loom = Loom::builder(()).journal(journal.clone()).workflow::<W>().build();
        loom.answer::<approve>("letter", true).await.expect("it waits");
        loom.handle::<W>("letter").output().await.expect("it ends")
    })
}

#[test]
fn what_comes_behind_the_position_may_be_another_thing() {
    assert_eq!(answered::<behind::Letter>(&waiting()), "sent about tea, Ada");
}

#[test]
fn a_renamed_node_is_told_and_never_taken_for_another() {
    assert_eq!(refused::<renamed::Letter>(), ["the node `approve` is called `asked` now"]);
}

#[test]
fn a_removed_node_is_told() {
    assert_eq!(refused::<removed::Letter>(), ["the node `approve` is gone"]);
}

#[test]
fn another_step_under_the_same_name_is_told() {
    assert_eq!(refused::<another::Letter>(), ["the node `approve` was the step `approve` and is the step `release`"]);
}

#[test]
fn a_value_that_was_not_kept_is_told() {
    assert_eq!(refused::<needs_more::Letter>(), ["`length` is read now, and was not kept before"]);
}

#[test]
fn a_value_of_another_type_is_told() {
    assert_eq!(
        refused::<retyped::Letter>(),
        ["`draft` was a `alloc::string::String` and is a `durable::changes::retyped::Draft`"]
    );
}

#[test]
fn a_run_that_cannot_go_on_in_a_program_is_not_tried_again_and_again() {
    let kept = waiting();
    program(async {
        let journal = Mortal::new(&kept, Cut::Never);
        let loom = Loom::builder(()).journal(journal.clone()).workflow::<renamed::Letter>().build();
        assert!(matches!(loom.resume("letter").await, Err(LoomError::Changed { .. })));
        assert_eq!(loom.resume_all().await.expect("the journal is sound"), 0);
        let writes = journal.writes();
        sleep(Duration::from_secs(3600)).await;
        assert_eq!(journal.writes(), writes);
    });
}

#[test]
fn two_versions_run_side_by_side() {
    let journal = waiting();
    program(async {
        let loom = Loom::builder(()).journal(journal).workflow::<before::Letter>().workflow::<second::Letter>().build();
        let run = loom.start::<second::Letter>("second", "rain".to_owned()).await.expect("it begins");
        assert!(matches!(run.outcome().await, Ok(Outcome::Waiting(_))));
        loom.answer::<approve>("letter", true).await.expect("it waits");
        loom.answer::<approve>("second", true).await.expect("it waits");
        assert_eq!(run.output().await.expect("it ends"), "sent about rain, Ada");
        let first = loom.handle::<before::Letter>("letter");
        assert_eq!(first.output().await.expect("it ends"), "sent about tea");
        // An id stands for one run, whatever its version.
        let again = loom.start::<second::Letter>("letter", "tea".to_owned()).await;
        let told = again.expect_err("it is another one").to_string();
        assert!(told.starts_with("there is a run `letter` already, of workflow `Letter`, version 1"), "{told}");
    });
}

#[test]
fn a_run_of_a_workflow_that_was_not_named_says_what_to_add() {
    let journal = waiting();
    program(async {
        let loom = Loom::builder(()).journal(journal).workflow::<second::Letter>().build();
        let told = loom.resume("letter").await.expect_err("it is of version 1").to_string();
        assert_eq!(
            told,
            "run `letter` is one of `Letter`, version 1, which this program has not named: add `.workflow::<Letter>()` where the `Loom` is built"
        );
    });
}
