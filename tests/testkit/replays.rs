//! Recorded runs against the graph of today.

use super::flows::*;
use loomflow::{
    Loom, LoomError, Outcome, Workflow,
    journal::{Filter, Journal, MemoryJournal},
    prelude::*,
    test::{Replayed, Test, skipping},
};
use std::sync::Arc;
use tokio::time::sleep;

#[derive(Clone)]
struct App(Arc<Llm>);

impl loomflow::Provides<Llm> for App {
    fn provide(&self) -> &Llm {
        &self.0
    }
}

fn app() -> App {
    App(Arc::new(Llm))
}

/// Records runs of the first graph: three that end, one that fails, and one that waits.
async fn record(journal: impl Journal) {
    let loom = Loom::builder(app()).journal(journal).lease(DAY).build();
    for (id, text) in [("bill", "bill"), ("help", "help"), ("late", "help"), ("twice", "bill twice"), ("waits", "help")]
    {
        let run = loom.start::<Triage>(id, Ticket::from(text)).await.expect("it begins");
        match run.outcome().await {
            Ok(Outcome::Waiting(_)) if id == "waits" || id == "late" => {}
            Ok(Outcome::Waiting(_)) => {
                loom.answer::<approve>(id, Approval::Granted).await.expect("it is asked");
                run.output().await.expect("it ends");
            }
            Err(LoomError::Failed(_)) if id == "twice" => {}
            other => panic!("{other:?}"),
        }
    }
    sleep(3 * DAY).await;
    let late = loom.handle::<Triage>("late").outcome().await;
    assert!(matches!(late, Ok(Outcome::Done(reply)) if reply == "escalated: help"));
    let waits = loom.start::<Triage>("waits too", Ticket::from("help")).await.expect("it begins");
    assert!(matches!(waits.outcome().await, Ok(Outcome::Waiting(_))));
}

fn told(replayed: &[Replayed]) -> Vec<String> {
    replayed.iter().rev().map(ToString::to_string).collect()
}

fn replayed<W: Workflow + loomflow::__private::Machine<App>>(test: Test<W>) -> Vec<String> {
    let journal = MemoryJournal::new();
    let test = test.context(app);
    skipping(async || {
        record(journal.clone()).await;
        told(&test.replay(&journal, &Filter::default()).await.expect("a journal in memory can be read"))
    })
}

#[test]
fn the_graph_of_the_recording_takes_the_same_way_and_performs_nothing() {
    // Whatever was performed would be told.
    let test = Triage::test().never::<classify>().never::<billing>().never::<technical>();
    for run in replayed(test) {
        assert!(run.ends_with("the same way"), "{run}");
    }
}

mod today {
    use super::super::flows::*;
    use loomflow::prelude::*;

    #[step]
    pub fn check(draft: &str) -> bool {
        draft.is_empty()
    }

    // The review is left out for bills, and what is not answered is sent.
    workflow! {
        pub Triage(ticket: Ticket) -> String {
            start -> classify(ticket) -> match {
                Desk::Billing(account) => draft = billing(ticket, account),
                Desk::Technical        => draft = technical(ticket) -> check(draft),
                Desk::Spam             => end("nothing".to_owned()),
            } -> approve(draft) within 2d else send(draft) -> match {
                Approval::Granted    => send(draft) -> end,
                Approval::Refused(_) => escalate(ticket),
            };
            escalate -> end;
        }
    }
}

#[test]
fn a_graph_that_goes_elsewhere_is_told_with_the_first_node_and_its_labels() {
    let told = replayed(today::Triage::test());
    assert_eq!(told[0], "run `bill`: it went to `review`, and goes to `approve` now, after billing");
    assert_eq!(told[1], "run `help`: it went to `review`, and goes to `check` now, after technical");
    assert_eq!(told[3], "run `twice`: the same way");
}

mod relabelled {
    use super::super::flows::*;
    use loomflow::prelude::*;

    workflow! {
        pub Triage(ticket: Ticket) -> String {
            start -> classify(ticket) -> match {
                Desk::Billing(number) => draft = billing(ticket, number),
                _                     => draft = technical(ticket),
            } -> review(draft) -> approve(draft) within 2d else escalate(ticket) -> send(draft) -> end;
            escalate -> end;
        }
    }
}

#[test]
fn a_node_that_is_come_to_by_another_label_is_told_too() {
    let told = replayed(relabelled::Triage::test());
    let now = "it went to `billing` by `Desk::Billing(account)`, and goes to `billing` by `Desk::Billing(number)` now";
    assert_eq!(told[0], format!("run `bill`: {now}, after classify"));
    assert!(told[1].contains("goes to `technical` by `_` now"), "{}", told[1]);
}

mod shaped {
    use super::super::flows::*;
    use loomflow::prelude::*;

    #[step]
    pub fn classify(ticket: &Ticket) -> u32 {
        u32::try_from(ticket.text.len()).unwrap_or(0)
    }

    workflow! { pub Triage(ticket: Ticket) -> u32 { start -> classify(ticket) -> end; } }
}

#[test]
fn an_output_that_can_no_longer_be_read_is_told() {
    let told = replayed(shaped::Triage::test());
    assert!(told[0].contains("and goes nowhere: what `classify` gave cannot be read: "), "{}", told[0]);
}

async fn recorded<W: loomflow::__private::Machine<()>>(
    journal: &MemoryJournal,
    id: &str,
    input: impl loomflow::Inputs<W::Input>,
) {
    let loom = Loom::builder(()).journal(journal.clone()).lease(DAY).build();
    let run = loom.start::<W>(id, input).await.expect("it begins");
    while let Ok(Outcome::Waiting(_)) = run.outcome().await {
        sleep(DAY).await;
    }
}

#[test]
fn forks_races_sleeps_and_nested_workflows_are_replayed() {
    skipping(async || {
        let journal = MemoryJournal::new();
        recorded::<Nightly>(&journal, "nightly", vec!["a".to_owned(), "bb".to_owned(), "ccc".to_owned()]).await;
        for text in ["", "a", "abcdef"] {
            recorded::<Both>(&journal, &format!("both {text}"), text.to_owned()).await;
        }
        recorded::<Raced>(&journal, "raced", "a".to_owned()).await;
        let all = Filter::default();
        let nightly = Nightly::test().replay(&journal, &all).await.expect("it can be read");
        assert_eq!(told(&nightly), ["run `nightly`: the same way"]);
        assert_eq!(nightly[0].path.join(" "), "sleep fetch fetch fetch total fetch fetch fetch total");
        let both = Both::test().replay(&journal, &all).await.expect("it can be read");
        assert_eq!(both.iter().filter(|run| run.difference.is_none()).count(), 3, "{:?}", told(&both));
        let raced = Raced::test().replay(&journal, &all).await.expect("it can be read");
        assert_eq!(told(&raced), ["run `raced`: the same way"]);
    });
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn the_runs_of_a_file_are_replayed() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let journal = loomflow::Sqlite::open(folder.path().join("runs.db")).await.expect("a file can be made");
    let loom = Loom::builder(()).journal(journal.clone()).build();
    loom.start::<Both>("run", "a".to_owned()).await.expect("it begins").output().await.expect("it ends");
    let runs = Both::test().replay(&journal, &Filter::default()).await.expect("it can be read");
    assert_eq!(told(&runs), ["run `run`: the same way"]);
}
