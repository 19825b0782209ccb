//! A run begins once, and what it was begun with is kept.

use super::{
    Store,
    given::{LEASED, NOW, OWNER, begin, begun, fresh, kept, new_run, open, refused, same},
};
use crate::{
    journal::{Begun, Journal, JournalError, NewRun, RunInfo, Status},
    meter::{Budget, Usage},
};

pub(super) async fn check<S: Store>(store: &S) {
    keeps_what_it_was_begun_with(store).await;
    begins_once(store).await;
    needs_a_lease(store).await;
    knows_nothing_of_others(store).await;
}

async fn keeps_what_it_was_begun_with<S: Store>(store: &S) {
    let new = NewRun {
        version: 7,
        user: Some("ann".to_owned()),
        session: Some("s-1".to_owned()),
        metadata: Some(r#"{"plan":"pro"}"#.to_owned()),
        budget: Some(Budget::new().calls(40).tokens(50_000)),
        ..new_run("full")
    };
    let journal = fresh(store, "begin-kept").await;
    let claim = begin(&journal, &new, NOW).await;
    let expected = RunInfo {
        run: claim.run,
        id: "full".to_owned(),
        workflow: "Triage".to_owned(),
        version: 7,
        fingerprint: "f1".to_owned(),
        status: Status::Running,
        user: new.user.clone(),
        session: new.session.clone(),
        metadata: new.metadata.clone(),
        created_at: NOW,
        ended_at: None,
        wake_at: None,
        cancel_at: None,
        owner: Some(OWNER.to_owned()),
        budget: new.budget,
        usage: Usage::default(),
    };
    let promise = "a run is described as it was begun, and by its owner";
    same(&kept(journal.run("full").await, promise).as_ref(), &Some(&expected), promise);
    drop(journal);
    let journal = open(store, "begin-kept").await;
    let promise = "a run is described in the same way once the journal was opened again";
    same(&kept(journal.run("full").await, promise).as_ref(), &Some(&expected), promise);
    let promise = "the input of a run is kept";
    same(&kept(journal.input(claim.run).await, promise), &new.input, promise);
    let promise = "the description of a run's graph is kept";
    same(&kept(journal.graph("f1").await, promise), &Some(new.graph.clone()), promise);
    let promise = "a run that has just begun has no records";
    same(&kept(journal.last(claim.run).await, promise), &None, promise);
    same(&kept(journal.records(claim.run, 1, 10).await, promise), &Vec::new(), promise);
    same(&kept(journal.records(claim.run, 0, 10).await, promise), &Vec::new(), promise);
    same(&kept(journal.record(claim.run, 0).await, promise), &None, promise);
}

async fn begins_once<S: Store>(store: &S) {
    let journal = fresh(store, "begin-once").await;
    let first = begun(&journal, "same").await;
    let other = NewRun { input: "2".to_owned(), workflow: "Other".to_owned(), ..new_run("same") };
    let promise = "a run of an id that there is already is not begun a second time";
    match kept(journal.begin(&other, OWNER, NOW + 5).await, promise) {
        Begun::Exists(info) => {
            same(&info.run, &first.run, promise);
            same(&info.workflow, &"Triage".to_owned(), promise);
        }
        Begun::New(claim) => panic!("broken promise: {promise}; found: {claim:?}"),
    }
    same(&kept(journal.input(first.run).await, promise), &new_run("same").input, promise);
    let second = begun(&journal, "another").await;
    assert!(first.run < second.run, "broken promise: numbers of runs grow; found: {first:?}, then {second:?}");
}

async fn needs_a_lease<S: Store>(store: &S) {
    let journal = fresh(store, "begin-lease").await;
    let promise = "an owner without a lease begins no run";
    let begin = journal.begin(&new_run("a"), "stranger", NOW).await;
    refused!(begin, JournalError::Expired { owner } if owner == "stranger", promise);
    refused!(journal.begin(&new_run("a"), OWNER, LEASED).await, JournalError::Expired { .. }, promise);
    same(&kept(journal.run("a").await, promise), &None, promise);
}

async fn knows_nothing_of_others<S: Store>(store: &S) {
    let journal = fresh(store, "begin-unknown").await;
    let promise = "there is nothing of a run that was never begun";
    same(&kept(journal.run("none").await, promise), &None, promise);
    refused!(journal.input(1).await, JournalError::Unknown { .. }, promise);
    refused!(journal.claim("none", OWNER, NOW, false).await, JournalError::Unknown { id } if id == "none", promise);
    refused!(journal.cancel("none", NOW).await, JournalError::Unknown { .. }, promise);
    same(&kept(journal.record(1, 1).await, promise), &None, promise);
    same(&kept(journal.last(u64::MAX).await, promise), &None, promise);
    same(&kept(journal.records(u64::MAX, u64::MAX, usize::MAX).await, promise), &Vec::new(), promise);
    same(&kept(journal.heads(1).await, promise), &Vec::new(), promise);
    same(&kept(journal.questions(1).await, promise), &Vec::new(), promise);
    same(&kept(journal.messages(1).await, promise), &Vec::new(), promise);
    same(&kept(journal.graph("none").await, promise), &None, promise);
    same(&kept(journal.delete("none", NOW).await, promise), &false, promise);
    same(&kept(journal.next_wake().await, promise), &None, promise);
}
