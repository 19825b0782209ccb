//! What the checks begin with: runs, records and questions that look like real ones, and words for what goes wrong.

use super::Store;
use crate::{
    journal::{
        Append, Asked, Begun, Claim, Head, Journal, JournalError, Link, Message, NewRun, QuestionState, Record,
        RecordKind, Status,
    },
    meter::Usage,
};

/// What time it is at first.
pub(super) const NOW: i64 = 1_800_000_000_000;

/// Until when the leases last that owners are given here.
pub(super) const LEASED: i64 = NOW + 60_000;

/// The owner that most is done by.
pub(super) const OWNER: &str = "owner-1";

/// An empty journal in which the owner has a lease.
pub(super) async fn fresh<S: Store>(store: &S, name: &str) -> S::Journal {
    let journal = open(store, name).await;
    kept(journal.lease(OWNER, LEASED).await, "an owner is given a lease");
    journal
}

/// The journal of a name.
pub(super) async fn open<S: Store>(store: &S, name: &str) -> S::Journal {
    kept(store.open(name).await, "a journal can be opened, and opened again")
}

/// What a journal gave, which it promised to give.
#[track_caller]
pub(super) fn kept<T>(given: Result<T, JournalError>, promise: &str) -> T {
    match given {
        Ok(given) => given,
        Err(error) => panic!("broken promise: {promise}; the journal refused: {error} ({error:?})"),
    }
}

/// Panics unless a journal did what it promised.
#[track_caller]
pub(super) fn same<T: PartialEq + std::fmt::Debug>(found: &T, expected: &T, promise: &str) {
    assert!(found == expected, "broken promise: {promise}\n   found: {found:?}\nexpected: {expected:?}");
}

/// Panics unless a journal refused, and in the way it promised.
macro_rules! refused {
    ($given:expr, $error:pat $(if $guard:expr)?, $promise:expr) => {
        match $given {
            Err($error) $(if $guard)? => {}
            other => panic!("broken promise: {}; found: {other:?}", $promise),
        }
    };
}
pub(super) use refused;

/// A run that is to begin.
pub(super) fn new_run(id: &str) -> NewRun {
    NewRun {
        id: id.to_owned(),
        workflow: "Triage".to_owned(),
        version: 1,
        fingerprint: "f1".to_owned(),
        graph: r#"{"nodes":["classify"]}"#.to_owned(),
        input: format!(r#"{{"ticket":{id:?}}}"#),
        user: None,
        session: None,
        metadata: None,
        budget: None,
    }
}

/// Begins a run.
pub(super) async fn begin(journal: &impl Journal, new: &NewRun, now: i64) -> Claim {
    match kept(journal.begin(new, OWNER, now).await, "a run of a new id begins") {
        Begun::New(claim) => claim,
        Begun::Exists(info) => panic!("broken promise: a run of a new id begins; found: {info:?}"),
    }
}

/// Begins a run of an id.
pub(super) async fn begun(journal: &impl Journal, id: &str) -> Claim {
    begin(journal, &new_run(id), NOW).await
}

/// The output of a step.
pub(super) fn record(seq: u64) -> Record {
    Record {
        seq,
        kind: RecordKind::Output,
        scope: String::new(),
        turn: seq - 1,
        node: "classify".into(),
        label: "Desk::Billing".into(),
        attempt: 1,
        began_at: NOW + 10,
        at: NOW + 25,
        after: seq.checked_sub(2).map(|before| before + 1),
        live: r#"{"ticket":1}"#.to_owned(),
        value: format!(r#"{{"number":{seq}}}"#),
        by: Some("ann@example.org".to_owned()),
        usage: Usage::default(),
        link: Some(Link::of(*b"0123456789abcdef")),
    }
}

/// Writes records, and nothing else.
pub(super) fn append(claim: Claim, records: impl IntoIterator<Item = u64>) -> Append {
    Append {
        claim,
        now: NOW + 30,
        records: records.into_iter().map(record).collect(),
        heads: Vec::new(),
        forget: Vec::new(),
        asked: Vec::new(),
        closed: Vec::new(),
        taken: Vec::new(),
        status: None,
    }
}

/// Writes records and leaves the run as it then stands.
pub(super) fn leave(
    claim: Claim,
    records: impl IntoIterator<Item = u64>,
    status: Status,
    wake_at: Option<i64>,
) -> Append {
    Append { status: Some((status, wake_at)), ..append(claim, records) }
}

/// A question that is open.
pub(super) fn asked(seq: u64) -> Asked {
    Asked {
        seq,
        scope: "0/reviews".to_owned(),
        node: "approve".to_owned(),
        ask: "approve".to_owned(),
        question: Some(r#"{"text":"Send it?"}"#.to_owned()),
        at: NOW + 20,
        state: QuestionState::Open,
    }
}

/// An answer to a question, or a message when there is none.
pub(super) fn message(question: Option<u64>, value: &str) -> Message {
    Message {
        ask: "approve".to_owned(),
        question,
        value: value.to_owned(),
        by: Some("ann@example.org".to_owned()),
        at: NOW + 40,
    }
}

/// The head of a scope.
pub(super) fn head(scope: &str, seq: u64) -> Head {
    Head { scope: scope.to_owned(), seq }
}
