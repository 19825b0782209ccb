//! Events of what is recorded.

use super::super::{
    inner::given,
    resolve::{Resolver, damaged},
    wording::Wording,
};
use crate::{
    event::{End, Event, Happened, Json},
    failure::Failure,
    journal::{Asked, Journal, JournalError, QuestionState, Record, RecordKind, RunInfo, Status},
    value::Value,
};

/// What is recorded of one run.
#[derive(Clone, Copy)]
pub(in super::super) struct Recorded<'j> {
    pub(in super::super) journal: &'j dyn Journal,
    pub(in super::super) run: u64,
    pub(in super::super) id: &'j str,
}

/// Some events, and whether nothing comes after them.
pub(super) struct Page {
    pub(super) events: Vec<Event>,
    /// The number of the record that comes next.
    pub(super) next: u64,
    /// Whether more may be there already.
    pub(super) more: bool,
    /// Whether the run has ended with the last of them.
    pub(super) over: bool,
}

impl Recorded<'_> {
    /// That it began: event number 0.
    pub(in super::super) async fn started(&self, info: &RunInfo) -> Result<Event, JournalError> {
        let input = self.json(self.journal.input(self.run).await?, 0)?;
        let started = Happened::Started { workflow: info.workflow.clone(), version: info.version, input };
        Ok(Event::of_run(0, info.created_at, started))
    }

    /// The events from a record on, of at most so many records.
    pub(super) async fn page(&self, from: u64, limit: usize) -> Result<Page, JournalError> {
        let records = self.journal.records(self.run, from, limit).await?;
        let more = records.len() == limit;
        let next = records.last().map_or(from, |last| last.seq + 1);
        let (events, over) = self.events(records).await?;
        Ok(Page { events, next, more, over })
    }

    /// The events of records that follow one another, and whether the run has ended with the last of them.
    pub(in super::super) async fn events(&self, records: Vec<Record>) -> Result<(Vec<Event>, bool), JournalError> {
        let next = records.last().map_or(0, |last| last.seq + 1);
        let asks = records.iter().any(|record| matches!(record.kind, RecordKind::Asked | RecordKind::Answered));
        let asked = if asks { self.journal.questions(self.run).await? } else { Vec::new() };
        let (mut events, mut over) = (Vec::with_capacity(records.len()), false);
        for record in records {
            let what = match record.kind {
                // It is a part of what happens elsewhere.
                RecordKind::Value => continue,
                RecordKind::Ended => {
                    let end = self.ended(&record, next).await?;
                    over = end.is_some();
                    // What is tried again had failed.
                    Happened::Ended(end.map_or_else(|| self.failure(&record).map(End::Failed), Ok)?)
                }
                _ => self.happened(&record, &asked)?,
            };
            let Record { seq, scope, turn, node, label, attempt, began_at, at, usage, .. } = record;
            let (node, label) = (node.into_owned(), label.into_owned());
            events.push(Event { seq, what, scope, turn, node, label, attempt, began_at, at, usage });
        }
        Ok((events, over))
    }

    fn happened(&self, record: &Record, asked: &[Asked]) -> Result<Happened, JournalError> {
        let json = || self.json(record.value.clone(), record.seq);
        let failure = || self.failure(record);
        Ok(match record.kind {
            RecordKind::Failed => Happened::Failed(failure()?),
            RecordKind::Attempt => Happened::Attempt(failure()?),
            RecordKind::Cancelled => Happened::Cancelled(failure()?),
            RecordKind::Begun => Happened::Begun,
            RecordKind::Fired => Happened::Fired,
            RecordKind::Retried => Happened::Retried,
            RecordKind::Entered => Happened::Entered(json()?),
            RecordKind::Timer => Happened::Timer { due: self.due(record)? },
            RecordKind::Asked => {
                let asked = asked.iter().find(|asked| asked.seq == record.seq);
                let asked = asked.ok_or_else(|| self.damaged(record.seq, "is of no question"))?;
                let whole = asked.question.as_deref().map(serde_json::from_str).transpose();
                let whole = whole.map_err(|_| self.damaged(record.seq, "has a question that cannot be read"))?;
                let (beginning, within) =
                    Wording::told(&record.value).ok_or_else(|| self.damaged(record.seq, "tells of no question"))?;
                let until = within.map(|within| record.began_at.saturating_add(within));
                Happened::Asked { ask: asked.ask.clone(), question: whole.or(beginning), until }
            }
            RecordKind::Answered => {
                // Of the questions of a visit, the one asked last is the one that is answered.
                let earlier = asked.iter().filter(|asked| asked.seq < record.seq);
                let here = |asked: &&Asked| asked.scope == record.scope && asked.node == record.node;
                let asked = earlier.rev().find(here).ok_or_else(|| self.damaged(record.seq, "answers no question"))?;
                // Before answers were recorded with who gave them, the question alone told that.
                let by = record.by.clone().or_else(|| match &asked.state {
                    QuestionState::Answered { by, .. } => by.clone(),
                    QuestionState::Open | QuestionState::Closed => None,
                });
                Happened::Answered { ask: asked.ask.clone(), answer: json()?, by }
            }
            RecordKind::Output | RecordKind::Value | RecordKind::Ended => Happened::Output(json()?),
        })
    }

    /// What the run has ended with by a record, none when it was tried again after that. `next` is the number of the first
    /// record that was not looked at.
    async fn ended(&self, record: &Record, next: u64) -> Result<Option<End>, JournalError> {
        if record.seq + 1 < next {
            return Ok(None);
        }
        let Some(info) = self.journal.run(self.id).await? else {
            return Err(JournalError::Unknown { id: self.id.to_owned() });
        };
        // When nothing follows now, it was told just then how the run ended by this record.
        if self.journal.record(self.run, record.seq + 1).await?.is_some() {
            return Ok(None);
        }
        Ok(Some(match info.status {
            Status::Failed => End::Failed(self.failure(record)?),
            Status::Cancelled => End::Cancelled(self.failure(record)?),
            Status::Done => {
                let mut resolver = Resolver::new(self.journal, self.run, self.id);
                End::Done(self.json(given(&mut resolver, record).await?, record.seq)?)
            }
            // It is about to be tried again.
            Status::Running | Status::Waiting => return Ok(None),
        }))
    }

    /// When the time has come that a record tells of.
    fn due(&self, record: &Record) -> Result<i64, JournalError> {
        let left: i64 = record.value.parse().map_err(|_| self.damaged(record.seq, "tells no time"))?;
        Ok(record.began_at.saturating_add(left))
    }

    fn failure(&self, record: &Record) -> Result<Failure, JournalError> {
        Failure::read(&record.value).map_err(|_| self.damaged(record.seq, "has a failure that cannot be read"))
    }

    fn json(&self, text: String, seq: u64) -> Result<Json, JournalError> {
        Json::new(text).map_err(|_| self.damaged(seq, "has a value that is not JSON"))
    }

    fn damaged(&self, seq: u64, what: &str) -> JournalError {
        damaged(self.journal, self.id, &format!("record {seq} {what}"))
    }
}
