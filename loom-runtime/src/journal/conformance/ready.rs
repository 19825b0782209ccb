//! Which runs are to go on, and when the next one is.

use super::{
    Store,
    given::{LEASED, NOW, OWNER, append, asked, begun, fresh, kept, leave, message, same},
};
use crate::journal::{Append, Journal, RecordKind, Status};

pub(super) async fn check<S: Store>(store: &S) {
    are_found(store).await;
    wait_for_what_is_put(store).await;
    wake(store).await;
}

async fn expect(journal: &impl Journal, now: i64, ids: &[&str], promise: &str) {
    let expected = ids.iter().map(|&id| id.to_owned()).collect();
    same(&kept(journal.ready(now, 100).await, promise), &expected, promise);
}

async fn are_found<S: Store>(store: &S) {
    let journal = fresh(store, "ready-found").await;
    let ids = ["running", "handed-back", "asleep", "waits", "done", "failed", "cancelled"];
    let mut claims = Vec::new();
    for id in ids {
        claims.push(begun(&journal, id).await);
    }
    let promise = "a run that its owner is at is not for others to go on with";
    expect(&journal, NOW + 50, &[], promise).await;
    let left = [
        (Status::Running, None),
        (Status::Waiting, Some(NOW + 500)),
        (Status::Waiting, None),
        (Status::Done, None),
        (Status::Failed, None),
        (Status::Cancelled, None),
    ];
    for (&claim, (status, wake_at)) in claims[1..].iter().zip(left) {
        kept(journal.append(leave(claim, [1], status, wake_at)).await, "a run is left");
    }
    let promise = "a run that was handed back is to go on";
    expect(&journal, NOW + 50, &["handed-back"], promise).await;
    let promise = "a run whose time has come is to go on";
    expect(&journal, NOW + 499, &["handed-back"], promise).await;
    expect(&journal, NOW + 500, &["handed-back", "asleep"], promise).await;
    let promise = "a run that was cut off is to go on once the lease of its owner is over, the oldest first";
    expect(&journal, LEASED - 1, &["handed-back", "asleep"], promise).await;
    expect(&journal, LEASED, &["running", "handed-back", "asleep"], promise).await;
    let promise = "at most so many runs are given as were asked for";
    same(&kept(journal.ready(LEASED, 2).await, promise).len(), &2, promise);
    let promise = "a run that somebody claimed is no longer for others";
    kept(journal.claim("asleep", OWNER, NOW + 500, false).await, promise);
    expect(&journal, NOW + 500, &["handed-back"], promise).await;
}

async fn wait_for_what_is_put<S: Store>(store: &S) {
    let journal = fresh(store, "ready-put").await;
    let promise = "a run that waits is to go on when something was put for it, or it is to be cancelled";
    for id in ["answered", "told", "cancelled", "left alone"] {
        let claim = begun(&journal, id).await;
        let waits = Append { asked: vec![asked(1)], ..leave(claim, [1], Status::Waiting, None) };
        kept(journal.append(waits).await, "a run waits for an answer");
    }
    expect(&journal, NOW + 50, &[], promise).await;
    kept(journal.put("answered", &message(Some(1), "1")).await, promise);
    kept(journal.put("told", &message(None, "2")).await, promise);
    kept(journal.cancel("cancelled", NOW + 50).await, promise);
    expect(&journal, NOW + 50, &["answered", "told", "cancelled"], promise).await;
    let promise = "a message that was seen and left for a later question does not wake its run again";
    let (claim, _) = kept(journal.claim("told", OWNER, NOW + 50, false).await, promise);
    kept(journal.append(leave(claim, [2], Status::Waiting, None)).await, promise);
    expect(&journal, NOW + 50, &["answered", "cancelled"], promise).await;

    let promise = "what is put while its owner leaves a run is not lost, though the owner was told";
    for id in ["late answer", "late cancel"] {
        let claim = begun(&journal, id).await;
        kept(journal.append(Append { asked: vec![asked(1)], ..append(claim, [1]) }).await, "a question is asked");
        if id == "late answer" {
            kept(journal.put(id, &message(Some(1), "1")).await, promise);
        } else {
            kept(journal.cancel(id, NOW + 50).await, promise);
        }
        same(&kept(journal.signals(OWNER).await, promise), &vec![id.to_owned()], promise);
        kept(journal.append(leave(claim, [2], Status::Waiting, None)).await, "a run waits for an answer");
    }
    expect(&journal, NOW + 50, &["answered", "cancelled", "late answer", "late cancel"], promise).await;

    let promise = "a run that has recorded that it was cancelled may wait";
    let (claim, _) = kept(journal.claim("cancelled", OWNER, NOW + 50, false).await, promise);
    let mut waits = leave(claim, [2], Status::Waiting, None);
    waits.records[0].kind = RecordKind::Cancelled;
    kept(journal.append(waits).await, promise);
    expect(&journal, NOW + 50, &["answered", "late answer", "late cancel"], promise).await;
}

async fn wake<S: Store>(store: &S) {
    let journal = fresh(store, "ready-wake").await;
    let promise = "it is known when the next run that waits is to go on";
    same(&kept(journal.next_wake().await, promise), &None, promise);
    for (id, wake_at) in [("a", Some(NOW + 900)), ("b", Some(NOW + 300)), ("c", None)] {
        let claim = begun(&journal, id).await;
        kept(journal.append(leave(claim, [1], Status::Waiting, wake_at)).await, "a run waits");
    }
    same(&kept(journal.next_wake().await, promise), &Some(NOW + 300), promise);
    let promise = "a run that was claimed waits no more";
    kept(journal.claim("b", OWNER, NOW + 50, false).await, promise);
    same(&kept(journal.next_wake().await, promise), &Some(NOW + 900), promise);
    let promise = "a run that was deleted waits no more";
    same(&kept(journal.delete("a", NOW + 50).await, promise), &true, promise);
    same(&kept(journal.next_wake().await, promise), &None, promise);
}
