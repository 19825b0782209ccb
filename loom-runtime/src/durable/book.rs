//! What was recorded of a run, and is put together to be written. When it is written says `keeping`.

use super::{forms::Forms, restore::Restored, scope::Scope};
use crate::journal::{Append, Asked, Claim, Head, Link, Record, Status};
use std::collections::BTreeMap;

/// What was recorded.
#[derive(Debug, Default)]
pub(super) struct Book {
    /// The number of the next record.
    next: u64,
    /// What it is chained to; none of a run that is not chained.
    link: Option<Link>,
    /// Where what is hashed is put together.
    room: Vec<u8>,
    /// Whether heads are kept, for the run is in more than one scope.
    parted: bool,
    /// The number of the record by which the run was tried again.
    pub(super) retried: u64,
    pub(super) forms: Forms,
    unwritten: Batch,
    /// What became of questions here, where somebody may answer them at the same time.
    pub(super) settled: Vec<Settled>,
}

/// What is written at once.
#[derive(Debug, Default)]
pub(super) struct Batch {
    records: Vec<Record>,
    /// Most steps of most runs have records and nothing else.
    besides: Option<Box<Besides>>,
}

/// What is written beside records.
#[derive(Debug, Default)]
struct Besides {
    heads: BTreeMap<String, u64>,
    forget: Vec<String>,
    asked: Vec<Asked>,
    taken: Vec<u64>,
}

/// What became of a question.
#[derive(Debug)]
pub(super) enum Settled {
    /// Nobody waits for its answer any more.
    Closed(u64),
    /// An answer that came before it was taken.
    Answered(Asked),
}

impl Book {
    /// What is recorded behind what was restored.
    pub(super) fn behind(restored: Restored) -> Self {
        let Restored { last, link, parted, retried, forms, .. } = restored;
        Book { next: last + 1, link, parted, retried, forms, ..Book::default() }
    }

    /// The number of the last record.
    pub(super) const fn last(&self) -> u64 {
        self.next - 1
    }

    /// Takes the number of the next record, which is to be added.
    pub(super) const fn number(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    /// Adds the next record, chained to the one before it.
    pub(super) fn adds(&mut self, mut record: Record) {
        self.link = self.link.map(|before| before.next_in(&record, &mut self.room));
        record.link = self.link;
        let records = &mut self.unwritten.records;
        if records.is_empty() {
            // Most often there is one, and a thousand runs hold theirs at once.
            records.reserve_exact(1);
        }
        records.push(record);
    }

    /// Keeps a question that was asked by the record of this number.
    pub(super) fn asked(&mut self, asked: Asked) {
        self.unwritten.besides().asked.push(asked);
    }

    /// Notes that a message was taken by what was just recorded.
    pub(super) fn taken(&mut self, message: u64) {
        self.unwritten.besides().taken.push(message);
    }

    /// Notes the last record of a scope, where a run is in more than one.
    pub(super) fn head(&mut self, scope: &Scope, seq: u64) {
        if let Some(outer) = &scope.outer {
            if !self.parted {
                self.parted = true;
                let mut around = Some(outer);
                while let Some(scope) = around {
                    if let Some(last) = scope.here().last {
                        self.unwritten.besides().heads.insert(scope.path.clone(), last);
                    }
                    around = scope.outer.as_ref();
                }
            }
            let mut around = Some(outer);
            while let Some(scope) = around {
                let mut here = scope.here();
                here.parted = Some(here.turn);
                around = scope.outer.as_ref();
            }
        }
        if self.parted {
            self.unwritten.besides().heads.insert(scope.path.clone(), seq);
        }
    }

    /// Forgets the heads of the scopes within one that has gone on.
    pub(super) fn forget(&mut self, scope: &str) {
        let besides = self.unwritten.besides();
        besides.heads.retain(|head, _| !head.starts_with(scope));
        besides.forget.push(scope.to_owned());
        if scope.is_empty() {
            self.parted = false;
        }
    }

    /// Whether there is more to be written, of what is to be written up to a record when it is up to another one.
    pub(super) const fn has_more(&self, written: u64, until: u64) -> bool {
        !self.settled.is_empty() || (!self.unwritten.records.is_empty() && until > written)
    }

    /// Takes all that is to be written.
    pub(super) fn take(&mut self) -> Batch {
        std::mem::take(&mut self.unwritten)
    }
}

impl Batch {
    fn besides(&mut self) -> &mut Besides {
        self.besides.get_or_insert_default()
    }

    /// The number of its last record, and when that was over.
    pub(super) fn last(&self) -> Option<(u64, i64)> {
        self.records.last().map(|record| (record.seq, record.at))
    }

    /// What is asked of the journal to write it at a time, under a claim, with how the run stands then.
    pub(super) fn append(self, claim: Claim, now: i64, status: Option<(Status, Option<i64>)>) -> Append {
        let append = Append { records: self.records, status, ..Append::nothing(claim, now) };
        let Some(besides) = self.besides else { return append };
        let Besides { heads, forget, asked, taken } = *besides;
        let heads = heads.into_iter().map(|(scope, seq)| Head { scope, seq }).collect();
        Append { heads, forget, asked, taken, ..append }
    }
}
