//! Messages to inboxes, the asking that a run be cancelled, and the signals that tell an owner of both.

use super::{
    Store,
    given::{LEASED, NOW, OWNER, append, begun, fresh, kept, leave, message, open, same},
};
use crate::journal::{Append, Journal, Message, Status};

pub(super) async fn check<S: Store>(store: &S) {
    keep_their_order(store).await;
    are_taken(store).await;
    signal_their_owner(store).await;
    tell_of_cancelling(store).await;
}

async fn keep_their_order<S: Store>(store: &S) {
    let journal = fresh(store, "messages-order").await;
    let (claim, other) = (begun(&journal, "run").await, begun(&journal, "other").await);
    let promise = "messages are given in the order they were put, each to its run, as they were put";
    let mut expected = Vec::new();
    for n in 0..20 {
        // Times are the caller's, and say nothing of the order.
        let message = Message { at: NOW - n, by: None, ..message(None, &n.to_string()) };
        kept(journal.put("run", &message).await, promise);
        kept(journal.put("other", &super::given::message(None, "0")).await, promise);
        expected.push(message);
    }
    let journal = open(store, "messages-order").await;
    let given = kept(journal.messages(claim.run).await, promise);
    same(&given.iter().map(|(_, message)| message.clone()).collect(), &expected, promise);
    same(&kept(journal.messages(other.run).await, promise).len(), &20, promise);
}

async fn are_taken<S: Store>(store: &S) {
    let journal = fresh(store, "messages-taken").await;
    let (claim, other) = (begun(&journal, "run").await, begun(&journal, "other").await);
    for n in 0..3 {
        kept(journal.put("run", &message(None, &n.to_string())).await, "a message is put");
    }
    let number = |at: usize, given: &[(u64, Message)]| given[at].0;
    let given = kept(journal.messages(claim.run).await, "messages are given");
    let promise = "a message is taken by its own run only";
    kept(journal.append(Append { taken: vec![number(1, &given)], ..append(other, [1]) }).await, promise);
    same(&kept(journal.messages(claim.run).await, promise), &given, promise);
    let promise = "a message that was taken is gone, and the others stay";
    kept(journal.append(Append { taken: vec![number(2, &given)], ..append(claim, [1]) }).await, promise);
    same(&kept(journal.messages(claim.run).await, promise), &given[..2].to_vec(), promise);
    let promise = "the number of a message is never used again";
    kept(journal.put("run", &message(None, "new")).await, promise);
    let now = kept(journal.messages(claim.run).await, promise);
    assert!(number(2, &now) > number(2, &given), "broken promise: {promise}; found: {now:?}");
}

async fn signal_their_owner<S: Store>(store: &S) {
    let journal = fresh(store, "messages-signals").await;
    let promise = "an owner is told once of each of its runs for which something was put";
    kept(journal.lease("owner-2", LEASED).await, promise);
    same(&kept(journal.signals(OWNER).await, promise), &Vec::new(), promise);
    for id in ["a", "b", "c"] {
        begun(&journal, id).await;
    }
    // Whoever puts may be another process.
    let other = open(store, "messages-signals").await;
    kept(other.put("b", &message(None, "1")).await, promise);
    kept(other.put("b", &message(None, "2")).await, promise);
    kept(other.put("a", &message(None, "3")).await, promise);
    same(&kept(journal.signals("owner-2").await, promise), &Vec::new(), promise);
    let mut told = kept(journal.signals(OWNER).await, promise);
    told.sort();
    same(&told, &vec!["a".to_owned(), "b".to_owned()], promise);
    same(&kept(journal.signals(OWNER).await, promise), &Vec::new(), promise);
    kept(other.put("b", &message(None, "4")).await, promise);
    same(&kept(journal.signals(OWNER).await, promise), &vec!["b".to_owned()], promise);
    let promise = "who claims a run reads what was put, and is not told of it besides";
    kept(other.put("c", &message(None, "5")).await, promise);
    kept(journal.claim("c", OWNER, NOW + 50, false).await, promise);
    same(&kept(journal.signals(OWNER).await, promise), &Vec::new(), promise);
}

async fn tell_of_cancelling<S: Store>(store: &S) {
    let journal = fresh(store, "messages-cancel").await;
    let claim = begun(&journal, "run").await;
    let promise = "that a run is to be cancelled is kept, with the first time it was asked, and its owner is told";
    kept(journal.cancel("run", NOW + 7).await, promise);
    kept(journal.cancel("run", NOW + 9).await, promise);
    let cancel_at = |info: Option<crate::journal::RunInfo>| info.and_then(|info| info.cancel_at);
    same(&cancel_at(kept(journal.run("run").await, promise)), &Some(NOW + 7), promise);
    same(&kept(journal.signals(OWNER).await, promise), &vec!["run".to_owned()], promise);
    let promise = "that a run is to be cancelled stays known when it is left and claimed";
    kept(journal.append(leave(claim, [1], Status::Waiting, None)).await, promise);
    let (_, info) = kept(journal.claim("run", OWNER, NOW + 50, false).await, promise);
    same(&info.cancel_at, &Some(NOW + 7), promise);
}
