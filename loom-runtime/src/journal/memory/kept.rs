//! What a journal in memory keeps, and who may change it.

use crate::journal::{
    Append, Asked, Begun, Claim, Filter, JournalError, Message, NewRun, QuestionState, Record, RecordKind, RunInfo,
    Status,
};
use std::collections::{BTreeMap, BTreeSet};

/// All that is kept.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) runs: BTreeMap<u64, Held>,
    pub(super) graphs: BTreeMap<String, String>,
    pub(super) cache: BTreeMap<(String, String), (String, i64)>,
    leases: BTreeMap<String, i64>,
    last_run: u64,
    last_message: u64,
}

/// What is kept of one run.
pub(super) struct Held {
    pub(super) info: RunInfo,
    pub(super) input: String,
    pub(super) heads: BTreeMap<String, u64>,
    pub(super) questions: BTreeMap<u64, Asked>,
    pub(super) messages: BTreeMap<u64, Message>,
    records: Vec<Record>,
    token: u64,
    /// Whether something was put since its owner was told.
    signal: bool,
}

impl Kept {
    pub(super) fn lease(&mut self, owner: &str, until: i64) {
        self.leases.insert(owner.to_owned(), until);
    }

    /// How long an owner's lease lasts beyond now, if it does.
    fn left(&self, owner: &str, now: i64) -> Option<i64> {
        self.leases.get(owner).map(|until| until.saturating_sub(now)).filter(|&left| left > 0)
    }

    /// Refuses an owner without a lease.
    fn leased(&self, owner: &str, now: i64) -> Result<(), JournalError> {
        match self.left(owner, now) {
            Some(_) => Ok(()),
            None => Err(JournalError::Expired { owner: owner.to_owned() }),
        }
    }

    /// Refuses when another owner than this has a run, or anyone if none is given.
    fn free(&self, info: &RunInfo, but: Option<&str>, now: i64) -> Result<(), JournalError> {
        match info.owner.as_deref().filter(|&owner| but != Some(owner)) {
            Some(owner) => match self.left(owner, now) {
                Some(left_ms) => Err(JournalError::Held { id: info.id.clone(), owner: owner.to_owned(), left_ms }),
                None => Ok(()),
            },
            None => Ok(()),
        }
    }

    /// The number of the run of an id.
    fn number(&self, id: &str) -> Option<u64> {
        self.runs.values().find(|held| held.info.id == id).map(|held| held.info.run)
    }

    /// The run of an id that has not ended.
    fn going(&mut self, id: &str) -> Result<&mut Held, JournalError> {
        match self.runs.values_mut().find(|held| held.info.id == id) {
            None => Err(JournalError::Unknown { id: id.to_owned() }),
            Some(held) if held.info.status.is_end() => Err(JournalError::Ended { id: id.to_owned() }),
            Some(held) => Ok(held),
        }
    }

    pub(super) fn records(&self, run: u64) -> &[Record] {
        self.runs.get(&run).map_or(&[], |held| &held.records)
    }

    // The first one has number 1.
    pub(super) fn record(&self, run: u64, seq: u64) -> Option<&Record> {
        self.records(run).get(usize::try_from(seq.checked_sub(1)?).ok()?)
    }

    pub(super) fn begin(&mut self, new: &NewRun, owner: &str, now: i64) -> Result<Begun, JournalError> {
        if let Some(held) = self.runs.values().find(|held| held.info.id == new.id) {
            return Ok(Begun::Exists(held.info.clone()));
        }
        self.leased(owner, now)?;
        self.last_run += 1;
        let (run, token) = (self.last_run, 1);
        let info = RunInfo::of(run, new, owner, now);
        self.graphs.entry(new.fingerprint.clone()).or_insert_with(|| new.graph.clone());
        self.runs.insert(
            run,
            Held {
                info,
                input: new.input.clone(),
                heads: BTreeMap::new(),
                questions: BTreeMap::new(),
                messages: BTreeMap::new(),
                records: Vec::new(),
                token,
                signal: false,
            },
        );
        Ok(Begun::New(Claim { run, token }))
    }

    pub(super) fn claim(
        &mut self,
        id: &str,
        owner: &str,
        now: i64,
        again: bool,
    ) -> Result<(Claim, RunInfo), JournalError> {
        let unknown = || JournalError::Unknown { id: id.to_owned() };
        let run = self.number(id).ok_or_else(unknown)?;
        let info = self.runs[&run].info.clone();
        info.goes_on(again)?;
        self.free(&info, Some(owner), now)?;
        self.leased(owner, now)?;
        let held = self.runs.get_mut(&run).ok_or_else(unknown)?;
        held.info.claimed_by(owner);
        held.token += 1;
        held.signal = false;
        Ok((Claim { run, token: held.token }, held.info.clone()))
    }

    pub(super) fn append(&mut self, append: Append) -> Result<(), JournalError> {
        let Claim { run, token } = append.claim;
        let fenced = || JournalError::Fenced { run };
        let held = self.runs.get(&run).filter(|held| held.token == token).ok_or_else(fenced)?;
        if held.has(&append)? {
            return Ok(());
        }
        let owner = held.info.owner.as_deref().ok_or_else(fenced)?;
        self.leased(owner, append.now)?;
        held.follows(&append.records)?;
        held.fits(&append)?;
        self.runs.get_mut(&run).ok_or_else(fenced)?.write(append);
        Ok(())
    }

    pub(super) fn put(&mut self, id: &str, message: &Message) -> Result<(), JournalError> {
        let number = self.last_message + 1;
        let held = self.going(id)?;
        if let Some(question) = message.question {
            match held.questions.get_mut(&question) {
                None => return Err(JournalError::NotAsked { id: id.to_owned(), question }),
                Some(asked) => match &asked.state {
                    QuestionState::Answered { by, .. } => {
                        return Err(JournalError::Answered { question, by: by.clone() });
                    }
                    QuestionState::Closed => return Err(JournalError::Closed { question }),
                    QuestionState::Open => {
                        asked.become_of(QuestionState::Answered { by: message.by.clone(), at: message.at });
                    }
                },
            }
        }
        held.messages.insert(number, message.clone());
        held.signal = true;
        self.last_message = number;
        Ok(())
    }

    pub(super) fn cancel(&mut self, id: &str, now: i64) -> Result<(), JournalError> {
        let held = self.going(id)?;
        if held.info.cancel_at.is_none() {
            held.info.cancel_at = Some(now);
            held.signal = true;
        }
        Ok(())
    }

    pub(super) fn signals(&mut self, owner: &str) -> Vec<String> {
        let signalled = self.runs.values_mut().filter(|held| held.signal && held.info.owner.as_deref() == Some(owner));
        signalled
            .map(|held| {
                held.signal = false;
                held.info.id.clone()
            })
            .collect()
    }

    pub(super) fn ready(&self, now: i64, limit: usize) -> Vec<String> {
        let ready = self.runs.values().filter(|held| match held.info.status {
            Status::Running => self.free(&held.info, None, now).is_ok(),
            Status::Waiting => held.signal || held.info.wake_at.is_some_and(|at| at <= now),
            Status::Done | Status::Failed | Status::Cancelled => false,
        });
        ready.take(limit).map(|held| held.info.id.clone()).collect()
    }

    pub(super) fn list(&self, filter: &Filter) -> Vec<RunInfo> {
        let is = |wanted: &Option<String>, found: Option<&str>| wanted.is_none() || wanted.as_deref() == found;
        let infos = self.runs.values().rev().map(|held| &held.info).filter(|info| {
            is(&filter.workflow, Some(&info.workflow))
                && is(&filter.user, info.user.as_deref())
                && is(&filter.session, info.session.as_deref())
                && filter.status.is_none_or(|status| status == info.status)
                && filter.created_before.is_none_or(|before| info.created_at < before)
        });
        infos.take(if filter.limit == 0 { usize::MAX } else { filter.limit }).cloned().collect()
    }

    pub(super) fn delete(&mut self, id: &str, now: i64) -> Result<bool, JournalError> {
        let Some(run) = self.number(id) else { return Ok(false) };
        self.free(&self.runs[&run].info, None, now)?;
        self.runs.remove(&run);
        Ok(true)
    }

    pub(super) fn prune(&mut self, ended_before: i64) -> u64 {
        let before = self.runs.len();
        self.runs.retain(|_, held| held.info.ended_at.is_none_or(|at| at >= ended_before));
        let used: BTreeSet<&str> = self.runs.values().map(|held| held.info.fingerprint.as_str()).collect();
        self.graphs.retain(|fingerprint, _| used.contains(fingerprint.as_str()));
        self.cache.retain(|_, (_, until)| *until >= ended_before);
        (before - self.runs.len()) as u64
    }
}

impl Held {
    /// Whether an append was written before, so that only the answer to it was lost.
    fn has(&self, append: &Append) -> Result<bool, JournalError> {
        let next = self.records.len() as u64 + 1;
        match append.records.first() {
            Some(first) if first.seq < next => {
                let there = append.records.iter().all(|record| self.records.iter().any(|kept| kept == record));
                if there { Ok(true) } else { Err(self.out_of_order(first.seq, next)) }
            }
            Some(_) => Ok(false),
            None => {
                Ok(self.info.owner.is_none() && append.status.is_some_and(|(status, _)| status == self.info.status))
            }
        }
    }

    fn out_of_order(&self, found: u64, expected: u64) -> JournalError {
        JournalError::Sequence { run: self.info.run, found, expected }
    }

    /// Refuses records that do not follow the last one.
    fn follows(&self, records: &[Record]) -> Result<(), JournalError> {
        let next = self.records.len() as u64 + 1;
        match (next..).zip(records).find(|(expected, record)| record.seq != *expected) {
            Some((expected, record)) => Err(self.out_of_order(record.seq, expected)),
            None => Ok(()),
        }
    }

    /// Refuses what cannot become of a question.
    fn fits(&self, append: &Append) -> Result<(), JournalError> {
        for asked in &append.asked {
            if let Some(before) = self.questions.get(&asked.seq) {
                before.may_become(&asked.state)?;
            }
        }
        for &question in &append.closed {
            let asked_now = append.asked.iter().find(|asked| asked.seq == question);
            match asked_now.or_else(|| self.questions.get(&question)) {
                Some(asked) => asked.may_become(&QuestionState::Closed)?,
                None => return Err(JournalError::NotAsked { id: self.info.id.clone(), question }),
            }
        }
        Ok(())
    }

    /// Writes what was found to be in order.
    fn write(&mut self, append: Append) {
        self.info.usage += append.records.iter().map(|record| record.usage).sum();
        self.records.extend(append.records);
        self.heads.retain(|scope, _| !append.forget.iter().any(|start| scope.starts_with(start.as_str())));
        self.heads.extend(append.heads.into_iter().map(|head| (head.scope, head.seq)));
        for asked in append.asked {
            let state = asked.state.clone();
            self.questions.entry(asked.seq).or_insert(asked).become_of(state);
        }
        for question in append.closed {
            if let Some(asked) = self.questions.get_mut(&question) {
                asked.become_of(QuestionState::Closed);
            }
        }
        for number in append.taken {
            self.messages.remove(&number);
        }
        if let Some((status, wake_at)) = append.status {
            self.info.status = status;
            self.info.wake_at = wake_at;
            self.info.ended_at = status.is_end().then_some(append.now);
            self.info.owner = None;
            let cancelled = self.records.iter().any(|record| record.kind == RecordKind::Cancelled);
            self.signal |= (self.info.cancel_at.is_some() && !cancelled)
                || self.messages.values().any(|put| put.question.is_some());
        }
    }
}
