//! One owner writes to a run: claims fence one another, and a lease that is over ends the writing.

use super::{
    Store,
    given::{LEASED, NOW, OWNER, append, begun, fresh, kept, leave, open, record, refused, same},
};
use crate::journal::{Append, Journal, JournalError, Status};

const OTHER: &str = "owner-2";

pub(super) async fn check<S: Store>(store: &S) {
    is_held(store).await;
    is_taken_over(store).await;
    expires(store).await;
    is_handed_back(store).await;
    is_tried_again(store).await;
}

async fn is_held<S: Store>(store: &S) {
    let journal = fresh(store, "claims-held").await;
    kept(journal.lease(OTHER, LEASED).await, "each owner has a lease of its own");
    let claim = begun(&journal, "run").await;
    let promise = "a run that an owner has is not claimed by another one while the lease lasts";
    let refused = journal.claim("run", OTHER, NOW + 10, false).await;
    refused!(
        refused,
        JournalError::Held { id, owner, left_ms } if id == "run" && owner == OWNER && left_ms == LEASED - NOW - 10,
        promise
    );
    kept(journal.append(append(claim, [1])).await, "a claim that was refused to another changes nothing");
    let promise = "an owner may claim again what it has, and the token grows";
    let (again, _) = kept(journal.claim("run", OWNER, NOW + 10, false).await, promise);
    assert!(again.token > claim.token && again.run == claim.run, "broken promise: {promise}; found: {again:?}");
    let promise = "a claim that is not the newest writes nothing";
    refused!(journal.append(append(claim, [2])).await, JournalError::Fenced { run } if run == claim.run, promise);
    kept(journal.append(append(again, [2])).await, "the newest claim writes");
}

async fn is_taken_over<S: Store>(store: &S) {
    let first = fresh(store, "claims-over").await;
    let claim = begun(&first, "run").await;
    kept(first.append(append(claim, [1])).await, "a run is written to");
    // As another process, while the first one goes on and does not know.
    let second = open(store, "claims-over").await;
    let late = LEASED + 1;
    let promise = "a run is claimed by another owner once the lease of the first one is over";
    kept(second.lease(OTHER, late + 60_000).await, promise);
    let (taken, info) = kept(second.claim("run", OTHER, late, false).await, promise);
    assert!(taken.token > claim.token, "broken promise: the token grows with every claim; found: {taken:?}");
    let promise = "a run that is claimed is described as it is then";
    same(&(info.status, info.owner), &(Status::Running, Some(OTHER.to_owned())), promise);
    let promise = "an owner that was taken over writes nothing more, even with a new lease";
    refused!(first.append(append(claim, [2])).await, JournalError::Fenced { .. }, promise);
    kept(first.lease(OWNER, late + 60_000).await, "a lease is renewed");
    let fenced = Append { now: late, ..append(claim, [2]) };
    refused!(first.append(fenced).await, JournalError::Fenced { .. }, promise);
    let promise = "who took over goes on after the last record";
    kept(second.append(Append { now: late, ..append(taken, [2]) }).await, promise);
    same(&kept(first.records(claim.run, 1, 9).await, promise), &(1..=2).map(record).collect(), promise);
}

async fn expires<S: Store>(store: &S) {
    let journal = fresh(store, "claims-expire").await;
    let claim = begun(&journal, "run").await;
    let late = Append { now: LEASED, ..append(claim, [1]) };
    let promise = "an owner whose lease is over writes nothing";
    let refused = journal.append(late.clone()).await;
    refused!(refused, JournalError::Expired { owner } if owner == OWNER, promise);
    same(&kept(journal.last(claim.run).await, promise), &None, promise);
    refused!(journal.claim("run", OWNER, LEASED, false).await, JournalError::Expired { .. }, promise);
    let promise = "an owner that renews its lease before another one claims goes on";
    kept(journal.lease(OWNER, LEASED + 10).await, promise);
    kept(journal.append(late).await, promise);
    let promise = "an owner without a lease claims nothing";
    let stranger = journal.claim("run", "stranger", LEASED + 20, false).await;
    refused!(stranger, JournalError::Expired { owner } if owner == "stranger", promise);
    let promise = "a lease can be given up";
    kept(journal.lease(OWNER, 0).await, promise);
    kept(journal.lease(OTHER, LEASED).await, promise);
    kept(journal.claim("run", OTHER, NOW, false).await, promise);
}

async fn is_handed_back<S: Store>(store: &S) {
    let journal = fresh(store, "claims-back").await;
    kept(journal.lease(OTHER, LEASED).await, "each owner has a lease of its own");
    for (id, status) in [("waits", Status::Waiting), ("goes on", Status::Running)] {
        let claim = begun(&journal, id).await;
        kept(journal.append(leave(claim, [1], status, None)).await, "a run is left");
        let promise = "a run that was left is anybody's to claim";
        let (next, info) = kept(journal.claim(id, OTHER, NOW + 50, false).await, promise);
        same(&(info.status, info.wake_at), &(Status::Running, None), promise);
        assert!(next.token > claim.token, "broken promise: the token grows with every claim; found: {next:?}");
        let promise = "the claim of a run that was left is over";
        refused!(journal.append(append(claim, [2])).await, JournalError::Fenced { .. }, promise);
        kept(journal.append(append(next, [2])).await, "the newest claim writes");
    }
}

async fn is_tried_again<S: Store>(store: &S) {
    let journal = fresh(store, "claims-again").await;
    for (status, again) in [(Status::Done, false), (Status::Cancelled, false), (Status::Failed, true)] {
        let id = status.name();
        let claim = begun(&journal, id).await;
        kept(journal.cancel(id, NOW + 5).await, "a run is asked to be cancelled");
        kept(journal.append(leave(claim, [1], status, None)).await, "a run ends");
        let promise = "a run that has ended is not claimed";
        refused!(journal.claim(id, OWNER, NOW + 50, false).await, JournalError::Ended { id: of } if of == id, promise);
        let claimed = journal.claim(id, OWNER, NOW + 50, true).await;
        if again {
            let promise = "a run that failed is claimed to be tried again, and goes on";
            let (next, info) = kept(claimed, promise);
            same(&(info.status, info.ended_at, info.cancel_at), &(Status::Running, None, None), promise);
            kept(journal.append(append(next, [2])).await, promise);
        } else {
            refused!(claimed, JournalError::Ended { .. }, "only a run that failed is tried again");
        }
    }
}
