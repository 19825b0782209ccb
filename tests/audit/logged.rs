//! The audit log of runs: everything that is recorded, in order, so that a reader needs nothing else.

use crate::{
    explained::letter,
    kept::{Cut, LEASE, World},
    runs::*,
};
use loomflow::{
    Loom, Settled, Visit,
    audit::Audit,
    event::{End, Happened},
    journal::{Filter, Journal as _, RecordKind},
    prelude::*,
};
use serde_json::Value;

/// What happened, in a few words each.
fn lines(audit: &Audit) -> Vec<String> {
    let entries = audit.entries.iter().map(|entry| {
        let json: Value = serde_json::to_value(entry).expect("it can be written");
        let event = &entry.event;
        let by = if event.label.is_empty() { String::new() } else { format!(" by {}", event.label) };
        let answered = match &event.what {
            Happened::Answered { by: Some(by), answer, .. } => format!(" = {answer} of {by}"),
            _ => String::new(),
        };
        let kind = json["kind"].as_str().expect("it has a kind");
        let line = format!("{} {kind} {}{by}{answered}", event.seq, event.node);
        line.trim().to_owned()
    });
    entries.collect()
}

#[test]
fn a_run_is_told_from_its_input_to_its_end_with_the_way_it_took_and_who_answered() {
    World::default().lives((), async |loom| {
        letter(&loom, "hello", &[r#"{"Refused":"rude"}"#, "\"Granted\""]).await;
        let audit = loom.audit("letter").await.unwrap();
        assert_eq!(
            lines(&audit),
            [
                "0 started",
                "1 output classify",
                "2 attempt draft by Desk::Billing(cents)",
                "3 output draft by Desk::Billing(cents)",
                "4 asked approve",
                r#"5 answered approve = {"Refused":"rude"} of grace"#,
                "6 attempt draft by Approval::Refused(why)",
                "7 output draft by Approval::Refused(why)",
                "8 asked approve",
                r#"9 answered approve = "Granted" of grace"#,
                "10 output send by Approval::Granted",
                "11 ended",
            ]
        );
        let Happened::Started { input, .. } = &audit.entries[0].event.what else { panic!("it begins") };
        assert_eq!(input.get(), r#"{"text":"hello"}"#);
        // A question that is answered is told by its text.
        let Happened::Asked { question: Some(question), until: Some(_), .. } = &audit.entries[4].event.what else {
            panic!("it asks")
        };
        assert_eq!(question.text(), "Send this answer?");
        // What a run ended with stands in another record, and is told all the same.
        let Happened::Ended(End::Done(sent)) = &audit.entries[11].event.what else { panic!("it ends") };
        assert_eq!(sent.get(), r#""sent: about rude""#);
        assert_eq!((audit.run.user.as_deref(), audit.seal), (Some("ada"), None));
    });
}

#[test]
fn what_was_live_is_told_in_full_when_it_is_asked_for() {
    World::default().lives((), async |loom| {
        letter(&loom, "hello", &["\"Granted\""]).await;
        let audit = loom.audit("letter").with_values().await.unwrap();
        let values = |seq: usize| audit.entries[seq].values.as_ref().expect("they were asked for");
        assert_eq!(values(1)["text"].get(), r#""hello""#);
        assert_eq!(values(4)["draft"].get(), r#""about hello""#);
        assert_eq!(values(6)["draft"].get(), r#""about hello""#);
        assert!(audit.entries[0].values.is_none());
        assert!(loom.audit("letter").await.unwrap().entries.iter().all(|entry| entry.values.is_none()));
    });
}

#[test]
fn runs_are_exported_as_one_flat_object_a_line() {
    World::default().lives((), async |loom| {
        letter(&loom, "buy", &[]).await;
        loom.start::<Outer>("many", 2).await.unwrap().output().await.unwrap();
        let mut file = Vec::new();
        assert_eq!(loom.export(&Filter::default(), &mut file).await.unwrap(), 2);
        let text = String::from_utf8(file).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
        let first = &lines[0];
        assert_eq!((first["run"].as_str(), first["user"].as_str()), (Some("letter"), Some("ada")));
        for line in &lines {
            for field in
                ["run", "workflow", "version", "seq", "kind", "scope", "turn", "node", "label", "attempt", "took"]
            {
                assert!(line.get(field).is_some(), "{field} is missing in {line}");
            }
        }
        assert_eq!(lines.iter().filter(|line| line["run"] == "many").count(), 10);
        let mut one = Vec::new();
        let filter = Filter { workflow: Some("Letter".to_owned()), ..Filter::default() };
        assert_eq!(loom.export(&filter, &mut one).await.unwrap(), 1);
        let mut same = Vec::new();
        loom.audit("letter").await.unwrap().write(&mut same).unwrap();
        assert_eq!(String::from_utf8(one).unwrap(), String::from_utf8(same).unwrap());
    });
}

#[step(at_most_once)]
async fn charge(#[run] run: &Visit, cents: u32) -> u32 {
    let _ = run;
    tokio::task::yield_now().await;
    cents
}

workflow! {
    Order(cents: u32) -> u32 { start -> charge(cents) -> end; }
}

#[test]
fn who_settled_a_step_that_was_cut_off_is_told() {
    // It dies when it has said that it begins, and has not said how it came out.
    let cut_off = (0..9).find_map(|write| {
        let mut world = World::default();
        world.program(Cut::Before(write), async |journal| {
            let loom = Loom::builder(()).journal(journal.clone()).lease(LEASE).build();
            tokio::select! {
                () = journal.died() => {}
                _ = async { loom.start::<Order>("order", 12).await.unwrap().output().await } => {}
            }
        });
        let begun = world.kept.clone();
        let last = world.program(Cut::Never, async |_| begun.last(1).await.unwrap());
        last.is_some_and(|last| last.kind == RecordKind::Begun).then_some(world)
    });
    let mut world = cut_off.expect("at some write it is cut off in its step");
    world.lives((), async |loom| {
        let run = loom.start::<Order>("order", 12).await.unwrap();
        run.outcome().await.unwrap();
        loom.settle::<charge>("order", Settled::Happened(12)).by("grace").await.unwrap();
        assert_eq!(run.output().await.unwrap(), 12);
        assert_eq!(
            lines(&loom.audit("order").await.unwrap()),
            ["0 started", "1 begun charge", "2 asked charge", "3 answered charge = 12 of grace", "4 ended"]
        );
    });
}

#[test]
fn retries_and_cancels_are_told() {
    World::default().lives((), async |loom| {
        assert!(loom.start::<Strict>("strict", 60).await.unwrap().output().await.is_err());
        loom.retry("strict").await.unwrap();
        assert!(loom.handle::<Strict>("strict").output().await.is_err());
        assert_eq!(
            lines(&loom.audit("strict").await.unwrap()),
            ["0 started", "1 failed check", "2 ended", "3 retried", "4 failed check", "5 ended"]
        );
        letter(&loom, "hello", &[]).await;
        loom.cancel("letter").await.unwrap();
        assert!(loom.handle::<Letter>("letter").output().await.is_err());
        let audit = loom.audit("letter").await.unwrap();
        assert_eq!(lines(&audit)[5..], ["5 cancelled approve", "6 ended"]);
        assert!(audit.run.cancel_at.is_some());
    });
}
