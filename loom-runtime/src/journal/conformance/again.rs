//! What was written and not acknowledged can be written again: it is there once.

use super::{
    Store,
    given::{LEASED, NOW, OWNER, append, begun, fresh, head, kept, leave, open, record, refused, same},
};
use crate::journal::{Append, Journal, JournalError, Record, Status};

pub(super) async fn check<S: Store>(store: &S) {
    is_written_once(store).await;
    survives_a_restart(store).await;
    is_accepted_after_the_end(store).await;
}

async fn is_written_once<S: Store>(store: &S) {
    let journal = fresh(store, "again-once").await;
    let claim = begun(&journal, "run").await;
    let first = Append { heads: vec![head("0", 1)], ..append(claim, [1, 2]) };
    let promise = "the same append again is accepted";
    kept(journal.append(first.clone()).await, promise);
    kept(journal.append(first.clone()).await, promise);
    kept(journal.append(Append { heads: vec![head("0", 3)], ..append(claim, [3]) }).await, promise);
    kept(journal.append(first).await, promise);
    let promise = "an append that was repeated is there once, and undoes nothing that came after it";
    same(&kept(journal.records(claim.run, 1, 9).await, promise), &(1..=3).map(record).collect(), promise);
    same(&kept(journal.heads(claim.run).await, promise), &vec![head("0", 3)], promise);
    let promise = "other content for a number that is taken is refused";
    let fields: [fn(&mut Record); 5] = [
        |record| record.value.push(' '),
        |record| record.node += "2",
        |record| record.at += 1,
        |record| record.after = None,
        |record| record.live.clear(),
    ];
    for change in fields {
        let mut other = record(3);
        change(&mut other);
        let other = Append { records: vec![other], ..append(claim, []) };
        refused!(journal.append(other).await, JournalError::Sequence { found: 3, expected: 4, .. }, promise);
    }
    let promise = "an append of which only some is there is refused";
    refused!(journal.append(append(claim, [3, 4])).await, JournalError::Sequence { .. }, promise);
    same(&kept(journal.last(claim.run).await, promise), &Some(record(3)), promise);
}

async fn survives_a_restart<S: Store>(store: &S) {
    let journal = fresh(store, "again-restart").await;
    let claim = begun(&journal, "run").await;
    let promise = "an append whose answer was lost can be repeated once the journal was opened again";
    kept(journal.append(append(claim, [1])).await, promise);
    drop(journal);
    let journal = open(store, "again-restart").await;
    kept(journal.append(append(claim, [1])).await, promise);
    // The lease may have ended with the journal it was given by.
    kept(journal.lease(OWNER, LEASED).await, "a lease is renewed");
    kept(journal.append(append(claim, [2])).await, promise);
    same(&kept(journal.records(claim.run, 1, 9).await, promise), &(1..=2).map(record).collect(), promise);
}

async fn is_accepted_after_the_end<S: Store>(store: &S) {
    let journal = fresh(store, "again-end").await;
    for (id, end) in [("done", (Status::Done, None)), ("waits", (Status::Waiting, Some(NOW + 90)))] {
        let claim = begun(&journal, id).await;
        let last = leave(claim, [1], end.0, end.1);
        let promise = "the append that left a run is accepted again";
        kept(journal.append(last.clone()).await, promise);
        kept(journal.append(last.clone()).await, promise);
        let bare = Append { records: Vec::new(), ..last };
        kept(journal.append(bare).await, promise);
        same(&kept(journal.last(claim.run).await, promise), &Some(record(1)), promise);
        let info = kept(journal.run(id).await, promise);
        same(&info.map(|info| (info.status, info.wake_at, info.owner)), &Some((end.0, end.1, None)), promise);
    }
}
