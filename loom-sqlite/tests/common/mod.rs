//! Journals with something of everything in them, and all that can be read of a run.

#![allow(dead_code, reason = "each file of tests uses some of it")]

use loomflow_runtime::journal::{
    Append, Asked, Begun, Claim, Head, Journal, JournalError, Message, NewRun, QuestionState, Record, RecordKind,
    RunInfo, Status,
};

pub const NOW: i64 = 1_800_000_000_000;

/// All that can be read of a run.
#[derive(Debug, PartialEq)]
pub struct Everything {
    pub info: RunInfo,
    pub input: String,
    pub graph: Option<String>,
    pub records: Vec<Record>,
    pub last: Option<Record>,
    pub heads: Vec<Head>,
    pub questions: Vec<Asked>,
    pub messages: Vec<(u64, Message)>,
}

/// Reads all that can be read of a run.
pub async fn read(journal: &impl Journal, id: &str) -> Result<Everything, JournalError> {
    let info = journal.run(id).await?.ok_or_else(|| JournalError::Unknown { id: id.to_owned() })?;
    let run = info.run;
    Ok(Everything {
        input: journal.input(run).await?,
        graph: journal.graph(&info.fingerprint).await?,
        records: journal.records(run, 1, usize::MAX).await?,
        last: journal.last(run).await?,
        heads: journal.heads(run).await?,
        questions: journal.questions(run).await?,
        messages: journal.messages(run).await?,
        info,
    })
}

/// Begins a run.
pub async fn begin(journal: &impl Journal, id: &str) -> Result<Claim, JournalError> {
    let new = NewRun {
        id: id.to_owned(),
        workflow: "Triage".to_owned(),
        version: 1,
        fingerprint: "f1".to_owned(),
        graph: r#"{"nodes":["classify"]}"#.to_owned(),
        input: format!("{id:?}"),
        user: Some("ann".to_owned()),
        session: None,
        metadata: None,
        budget: None,
    };
    match journal.begin(&new, "owner", NOW).await? {
        Begun::New(claim) => Ok(claim),
        Begun::Exists(info) => panic!("there is a run {}", info.id),
    }
}

/// The output of a step, with a value of so many bytes.
pub fn step(claim: Claim, seq: u64, bytes: usize) -> Append {
    let value = format!("{}-{seq}-", claim.run);
    let record = Record {
        seq,
        kind: RecordKind::Output,
        scope: String::new(),
        turn: seq - 1,
        node: "classify".into(),
        label: "".into(),
        attempt: 1,
        began_at: NOW,
        at: NOW + 12,
        after: None,
        live: "{}".to_owned(),
        value: value.chars().cycle().take(bytes).collect(),
        by: None,
        usage: loomflow_runtime::meter::Usage::default(),
        link: None,
    };
    Append {
        claim,
        now: NOW,
        records: vec![record],
        heads: Vec::new(),
        forget: Vec::new(),
        asked: Vec::new(),
        closed: Vec::new(),
        taken: Vec::new(),
        status: None,
    }
}

/// A question that is open.
fn asked(seq: u64) -> Asked {
    Asked {
        seq,
        scope: "0".to_owned(),
        node: "approve".to_owned(),
        ask: "approve".to_owned(),
        question: Some("\"Send it?\"".to_owned()),
        at: NOW,
        state: QuestionState::Open,
    }
}

/// Gives the owner a lease and begins runs, each with something of everything, that then wait.
pub async fn fill(journal: &impl Journal, runs: u64) {
    journal.lease("owner", NOW + 60_000).await.expect("an owner is given a lease");
    for n in 0..runs {
        let id = format!("run-{n}");
        let claim = begin(journal, &id).await.expect("a run begins");
        for seq in 1..=8 {
            let head = Head { scope: format!("0/{seq}"), seq };
            let append = Append { heads: vec![head], asked: vec![asked(seq)], ..step(claim, seq, 200) };
            journal.append(append).await.expect("a run is written to");
        }
        journal.append(step(claim, 9, 10_000)).await.expect("a run is written to");
        let message =
            Message { ask: "approve".to_owned(), question: Some(2), value: "true".to_owned(), by: None, at: NOW };
        journal.put(&id, &message).await.expect("a question is answered");
        let waits = Append { status: Some((Status::Waiting, Some(NOW + 500))), ..step(claim, 10, 20) };
        journal.append(waits).await.expect("a run is left");
    }
}
