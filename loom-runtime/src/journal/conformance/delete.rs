//! Runs are deleted with all that belongs to them, and their numbers are never used again.

use super::{
    Store,
    given::{LEASED, NOW, OWNER, append, asked, begun, fresh, head, kept, leave, message, open, record, refused, same},
};
use crate::journal::{Append, Claim, Filter, Journal, JournalError, Status};

pub(super) async fn check<S: Store>(store: &S) {
    leaves_nothing_behind(store).await;
    spares_what_is_held(store).await;
    prunes(store).await;
}

/// Gives a run something of everything that belongs to one.
async fn fill(journal: &impl Journal, id: &str) -> Claim {
    let claim = begun(journal, id).await;
    let full = Append { heads: vec![head("0", 1)], asked: vec![asked(1)], ..append(claim, [1, 2]) };
    kept(journal.append(full).await, "a run is written to");
    kept(journal.put(id, &message(Some(1), "1")).await, "a question is answered");
    claim
}

/// Panics when something of a run is there.
async fn nothing_of(journal: &impl Journal, id: &str, run: u64, promise: &str) {
    same(&kept(journal.run(id).await, promise), &None, promise);
    same(&kept(journal.records(run, 1, 9).await, promise), &Vec::new(), promise);
    same(&kept(journal.record(run, 1).await, promise), &None, promise);
    same(&kept(journal.last(run).await, promise), &None, promise);
    same(&kept(journal.heads(run).await, promise), &Vec::new(), promise);
    same(&kept(journal.questions(run).await, promise), &Vec::new(), promise);
    same(&kept(journal.messages(run).await, promise), &Vec::new(), promise);
    refused!(journal.input(run).await, JournalError::Unknown { .. }, promise);
}

async fn leaves_nothing_behind<S: Store>(store: &S) {
    let journal = fresh(store, "delete-nothing").await;
    let stays = fill(&journal, "stays").await;
    let claim = fill(&journal, "goes").await;
    let promise = "a run that is deleted leaves nothing behind";
    same(&kept(journal.delete("goes", LEASED).await, promise), &true, promise);
    same(&kept(journal.delete("goes", LEASED).await, promise), &false, promise);
    nothing_of(&journal, "goes", claim.run, promise).await;
    let promise = "a claim of a run that was deleted writes nothing";
    refused!(journal.append(append(claim, [3])).await, JournalError::Fenced { .. }, promise);
    refused!(journal.append(append(claim, [1, 2])).await, JournalError::Fenced { .. }, promise);
    let promise = "the number of a run that was deleted is never used again";
    let journal = open(store, "delete-nothing").await;
    let again = begun(&journal, "goes").await;
    assert!(again.run > claim.run, "broken promise: {promise}; found: {again:?} after {claim:?}");
    same(&kept(journal.last(again.run).await, promise), &None, promise);
    let promise = "other runs stay when one is deleted";
    same(&kept(journal.records(stays.run, 1, 9).await, promise), &(1..=2).map(record).collect(), promise);
    same(&kept(journal.heads(stays.run).await, promise), &vec![head("0", 1)], promise);
    same(&kept(journal.messages(stays.run).await, promise).len(), &1, promise);
}

async fn spares_what_is_held<S: Store>(store: &S) {
    let journal = fresh(store, "delete-held").await;
    let claim = begun(&journal, "run").await;
    let promise = "a run that an owner is at is not deleted";
    refused!(
        journal.delete("run", NOW + 50).await,
        JournalError::Held { id, owner, .. } if id == "run" && owner == OWNER,
        promise
    );
    kept(journal.append(leave(claim, [1], Status::Waiting, None)).await, "a run is left");
    let promise = "a run that nobody is at is deleted, though it has not ended";
    same(&kept(journal.delete("run", NOW + 50).await, promise), &true, promise);
}

async fn prunes<S: Store>(store: &S) {
    let journal = fresh(store, "delete-prune").await;
    let mut ended = Vec::new();
    for (id, at) in [("early", NOW + 10), ("late", NOW + 20)] {
        let claim = fill(&journal, id).await;
        let end = Append { now: at, ..leave(claim, [3], Status::Done, None) };
        kept(journal.append(end).await, "a run ends");
        ended.push(claim);
    }
    let waits = fill(&journal, "waits").await;
    kept(journal.append(leave(waits, [3], Status::Waiting, None)).await, "a run is left");
    let going = fill(&journal, "going").await;
    let promise = "runs that ended before a time are deleted, and no others";
    same(&kept(journal.prune(NOW + 10).await, promise), &0, promise);
    same(&kept(journal.prune(NOW + 20).await, promise), &1, promise);
    nothing_of(&journal, "early", ended[0].run, promise).await;
    same(&kept(journal.records(ended[1].run, 1, 9).await, promise).len(), &3, promise);
    same(&kept(journal.prune(i64::MAX).await, promise), &1, promise);
    let left = kept(journal.runs(&Filter::default()).await, promise);
    same(&left.iter().map(|info| info.id.as_str()).collect(), &vec!["going", "waits"], promise);
    let promise = "runs go on while others are deleted";
    kept(journal.append(append(going, [3])).await, promise);
    let promise = "the description of a graph stays while a run has it, and goes with the last one";
    assert!(kept(journal.graph("f1").await, promise).is_some(), "broken promise: {promise}");
    for id in ["waits", "going"] {
        same(&kept(journal.delete(id, LEASED).await, promise), &true, promise);
    }
    kept(journal.prune(0).await, promise);
    same(&kept(journal.graph("f1").await, promise), &None, promise);
}
