//! Records are kept as they were written, in order, and all or none of an append.

use super::{
    Store,
    given::{NOW, OWNER, append, asked, begun, fresh, head, kept, leave, open, record, refused, same},
};
use crate::{
    journal::{Append, Journal, JournalError, Link, Record, RecordKind, Status},
    meter::Usage,
};
use std::time::Duration;

pub(super) async fn check<S: Store>(store: &S) {
    keeps_order(store).await;
    keeps_every_field(store).await;
    adds_up_what_was_spent(store).await;
    refuses_gaps(store).await;
    is_all_or_nothing(store).await;
    ends(store).await;
}

async fn keeps_order<S: Store>(store: &S) {
    let journal = fresh(store, "append-order").await;
    let (first, second) = (begun(&journal, "one").await, begun(&journal, "two").await);
    let promise = "records that follow the last one are written";
    for seq in 1..=10 {
        kept(journal.append(append(first, [seq])).await, promise);
        kept(journal.append(append(second, [3 * seq - 2, 3 * seq - 1, 3 * seq])).await, promise);
    }
    for journal in [journal, open(store, "append-order").await] {
        let promise = "the records of a run are given in order, and no others";
        same(&kept(journal.records(first.run, 1, 100).await, promise), &(1..=10).map(record).collect(), promise);
        same(&kept(journal.records(second.run, 1, 100).await, promise), &(1..=30).map(record).collect(), promise);
        let promise = "records are given from a number on, at most so many";
        same(&kept(journal.records(second.run, 7, 4).await, promise), &(7..=10).map(record).collect(), promise);
        same(&kept(journal.records(second.run, 31, 4).await, promise), &Vec::new(), promise);
        same(&kept(journal.records(second.run, 1, 0).await, promise), &Vec::new(), promise);
        let promise = "the last record of a run is given";
        same(&kept(journal.last(second.run).await, promise), &Some(record(30)), promise);
        let promise = "a record is given by its number";
        same(&kept(journal.record(first.run, 4).await, promise), &Some(record(4)), promise);
        same(&kept(journal.record(first.run, 11).await, promise), &None, promise);
        same(&kept(journal.record(first.run, 0).await, promise), &None, promise);
    }
}

async fn keeps_every_field<S: Store>(store: &S) {
    let journal = fresh(store, "append-fields").await;
    let claim = begun(&journal, "run").await;
    let plain: Vec<Record> = (1..).zip(RecordKind::ALL).map(|(seq, kind)| Record { kind, ..record(seq) }).collect();
    let empty = Record {
        seq: 14,
        kind: RecordKind::Value,
        scope: String::new(),
        turn: 0,
        node: "".into(),
        label: "".into(),
        attempt: 0,
        began_at: 0,
        at: 0,
        after: None,
        live: String::new(),
        value: String::new(),
        by: None,
        usage: Usage::default(),
        link: None,
    };
    let extreme = Record {
        seq: 15,
        scope: "0/each/12/1".to_owned(),
        turn: u64::from(u32::MAX) + 7,
        attempt: u32::MAX,
        began_at: i64::MAX,
        at: i64::MIN,
        after: Some(14),
        by: Some(String::new()),
        link: Some(Link::of([u8::MAX; 16])),
        usage: Usage { calls: u64::MAX, input: u64::MAX, output: u64::MAX, time: Duration::from_millis(u64::MAX) },
        ..record(15)
    };
    let records: Vec<Record> = plain.into_iter().chain([empty, extreme]).collect();
    let promise = "every field of a record is kept as it was written";
    kept(journal.append(Append { records: records.clone(), ..append(claim, []) }).await, promise);
    let found = kept(journal.records(claim.run, 1, 100).await, promise);
    for (found, written) in found.iter().zip(&records) {
        same(found, written, promise);
    }
    same(&found.len(), &records.len(), promise);
}

async fn adds_up_what_was_spent<S: Store>(store: &S) {
    let journal = fresh(store, "append-usage").await;
    let claim = begun(&journal, "run").await;
    let spends = |seq: u64, calls: u64| {
        let usage = Usage { calls, input: 100 * calls, output: 7, time: Duration::from_millis(calls) };
        Append { records: vec![Record { usage, ..record(seq) }], ..append(claim, []) }
    };
    let promise = "what records say was spent on models is added up for their run, once";
    for append in [spends(1, 2), spends(2, 0), spends(2, 0), append(claim, [3]), spends(4, 3), spends(4, 3)] {
        kept(journal.append(append).await, promise);
    }
    kept(journal.append(leave(claim, [5], Status::Done, None)).await, promise);
    let all = Usage { calls: 5, input: 500, output: 21, time: Duration::from_millis(5) };
    for journal in [journal, open(store, "append-usage").await] {
        let run = kept(journal.run("run").await, promise);
        same(&run.map(|run| run.usage), &Some(all), promise);
    }
}

async fn refuses_gaps<S: Store>(store: &S) {
    let journal = fresh(store, "append-gaps").await;
    let claim = begun(&journal, "run").await;
    let promise = "a record that does not have the next number is refused";
    for (numbers, found, expected) in [([2, 3], 2, 1), ([1, 3], 3, 2), ([1, 1], 1, 2)] {
        let refused = journal.append(append(claim, numbers)).await;
        refused!(
            refused,
            JournalError::Sequence { run, found: f, expected: e } if run == claim.run && f == found && e == expected,
            promise
        );
    }
    let zero = Append { records: vec![Record { seq: 0, ..record(1) }], ..append(claim, []) };
    refused!(journal.append(zero).await, JournalError::Sequence { .. }, promise);
    let promise = "of an append that is refused nothing is written";
    same(&kept(journal.last(claim.run).await, promise), &None, promise);
    let promise = "a run goes on after an append of it was refused";
    kept(journal.append(append(claim, [1])).await, promise);
}

async fn is_all_or_nothing<S: Store>(store: &S) {
    let journal = fresh(store, "append-whole").await;
    let claim = begun(&journal, "run").await;
    let promise = "a question that was never asked cannot be closed";
    let refused = Append {
        heads: vec![head("0/a", 1)],
        asked: vec![asked(1)],
        closed: vec![9],
        ..leave(claim, [1], Status::Waiting, Some(NOW + 500))
    };
    refused!(
        journal.append(refused).await,
        JournalError::NotAsked { id, question: 9 } if id == "run",
        promise
    );
    let promise = "of an append that is refused nothing is written";
    same(&kept(journal.last(claim.run).await, promise), &None, promise);
    same(&kept(journal.heads(claim.run).await, promise), &Vec::new(), promise);
    same(&kept(journal.questions(claim.run).await, promise), &Vec::new(), promise);
    let info = kept(journal.run("run").await, promise);
    same(&info.map(|info| (info.status, info.owner)), &Some((Status::Running, Some(OWNER.to_owned()))), promise);
}

async fn ends<S: Store>(store: &S) {
    let journal = fresh(store, "append-end").await;
    for status in [Status::Done, Status::Failed, Status::Cancelled] {
        let claim = begun(&journal, status.name()).await;
        let promise = "a run ends as its last append says";
        kept(journal.append(leave(claim, [1], status, None)).await, promise);
        let info = kept(journal.run(status.name()).await, promise);
        let found = info.map(|info| (info.status, info.ended_at, info.owner));
        same(&found, &Some((status, Some(NOW + 30), None)), promise);
        let promise = "the claim ends when its run has ended";
        refused!(journal.append(append(claim, [2])).await, JournalError::Fenced { .. }, promise);
        let promise = "a run that has ended takes nothing more";
        refused!(journal.cancel(status.name(), NOW).await, JournalError::Ended { .. }, promise);
        same(&kept(journal.last(claim.run).await, promise), &Some(record(1)), promise);
    }
    let promise = "a run that has ended is kept once the journal was opened again";
    let journal = open(store, "append-end").await;
    let info = kept(journal.run("failed").await, promise);
    same(&info.map(|info| (info.status, info.ended_at)), &Some((Status::Failed, Some(NOW + 30))), promise);
}
