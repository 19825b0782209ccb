//! Damage and newer versions are told, and nothing is made worse.

use super::{
    Checked, Store,
    given::{append, begun, fresh, kept, open, record, refused, same},
};
use crate::journal::{Journal, JournalError};

pub(super) async fn check<S: Store>(store: &S) -> Checked {
    let mut checked = Checked::default();
    if !is_damaged(store).await {
        checked.skipped.push("damaged records");
    }
    if !is_newer(store).await {
        checked.skipped.push("a journal of a newer version");
    }
    checked
}

async fn is_damaged<S: Store>(store: &S) -> bool {
    let journal = fresh(store, "trouble-damaged").await;
    let (whole, broken) = (begun(&journal, "whole").await, begun(&journal, "broken").await);
    for claim in [whole, broken] {
        kept(journal.append(append(claim, 1..=3)).await, "a run is written to");
    }
    drop(journal);
    if !kept(store.damage("trouble-damaged", broken.run, 2).await, "a store damages what it says it can") {
        return false;
    }
    let journal = open(store, "trouble-damaged").await;
    let promise = "a record that is not what was written is told with its run and its number";
    for refused in [journal.record(broken.run, 2).await.map(drop), journal.records(broken.run, 1, 9).await.map(drop)] {
        refused!(
            refused,
            JournalError::Damaged { what, .. } if what.contains("`broken`") && what.contains("record 2"),
            promise
        );
    }
    let promise = "what is not damaged can be read";
    same(&kept(journal.record(broken.run, 1).await, promise), &Some(record(1)), promise);
    same(&kept(journal.record(broken.run, 3).await, promise), &Some(record(3)), promise);
    same(&kept(journal.records(whole.run, 1, 9).await, promise), &(1..=3).map(record).collect(), promise);
    true
}

async fn is_newer<S: Store>(store: &S) -> bool {
    let journal = fresh(store, "trouble-newer").await;
    begun(&journal, "run").await;
    drop(journal);
    if !kept(store.make_newer("trouble-newer").await, "a store makes newer what it says it can") {
        return false;
    }
    let promise = "a journal of a newer version is not opened, and both versions are told";
    refused!(
        store.open("trouble-newer").await,
        JournalError::Newer { found, known, .. } if found > known,
        promise
    );
    true
}
