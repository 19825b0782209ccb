//! A scope of a run: the run itself, a branch of a fork, or a nested workflow. It knows where it stands, and where the
//! values stand that are live there.

use super::{
    def::{Def, Told},
    timing::Due,
};
use crate::{
    around::Around,
    journal::{Record, RecordKind},
    locked::locked,
    machine::Place,
    meter::Usage,
    state::{GIVEN, Source},
};
use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

/// A scope of a run.
///
/// Its path is empty for the run itself; a branch is told by the turn of its fork and its number, `4.1/`, a nested workflow by
/// its turn, `4/`, each behind the path of the scope around it.
#[derive(Debug)]
pub struct Scope {
    pub(super) path: String,
    pub(super) outer: Option<Arc<Scope>>,
    here: Mutex<Here>,
}

/// Where a scope stands.
#[derive(Debug, Default)]
pub(super) struct Here {
    /// The position; none before the first one, and behind the last.
    pub(super) place: Option<&'static Place>,
    /// What is live, in the order of the position's names; on the way, also what was set.
    pub(super) values: Vec<Valued>,
    /// How many turns were taken before this one.
    pub(super) turn: u64,
    /// The labels of the way to the position.
    pub(super) labels: Vec<&'static str>,
    /// Those of the way from it.
    pub(super) way: Vec<&'static str>,
    /// Whether the labels are told by a record.
    pub(super) is_told: bool,
    /// How the last record tells what is live, for as long as that is so: the next one need not tell it again.
    pub(super) same: Option<Flags>,
    /// What the node gave, from then on to the next position.
    pub(super) outcome: Option<Def>,
    /// The number of the last record.
    pub(super) last: Option<u64>,
    /// The branches that were begun in this turn, or the nested workflow, by their numbers.
    pub(super) inner: Vec<(usize, Arc<Scope>)>,
    /// The turn whose inner scopes have heads.
    pub(super) parted: Option<u64>,
    /// How many timers were set at the node.
    pub(super) timers: u32,
    /// Those of them that no record tells of.
    pub(super) untold: Vec<Due>,
    /// How many attempts of the step have failed.
    pub(super) attempts: u32,
    /// Where what steps spend on models counts, by the turns they are performed in, until their last record tells of it:
    /// in a scope of plain Rust there are several at once.
    pub(super) spending: Vec<(u64, Around)>,
    /// Who gave what the next record tells of, if that was said.
    pub(super) by: Option<String>,
    /// Whether the run was cancelled, and cut off, while it stood here, and that is not recorded of this scope.
    pub(super) stands: bool,
    /// Whether it has come to a first position.
    is_begun: bool,
    /// What was recorded in this turn before the run was cut off, the last one first.
    pub(super) replay: Vec<Arc<Record>>,
    /// Where it goes on, of one that was cut off.
    pub(super) tip: Option<Tip>,
}

/// What of a run a record tells beside what is live: whether it was cancelled, and by which record it was tried again.
pub(super) type Flags = (bool, u64);

/// Where a value stands that is live.
#[derive(Debug, Clone)]
pub(super) struct Valued {
    pub(super) name: &'static str,
    /// None of a value that has been computed and is not written yet.
    pub(super) def: Option<Def>,
    /// The last record that tells of it.
    pub(super) told: Option<u64>,
}

/// Where a scope goes on that was cut off.
#[derive(Debug)]
pub(super) struct Tip {
    pub(super) at: String,
    pub(super) turn: u64,
    /// Whether the run was cancelled when that was recorded.
    pub(super) cancelled: bool,
    /// Where the values stand.
    pub(super) defs: HashMap<String, Def>,
    /// The values, as JSON.
    pub(super) values: HashMap<String, String>,
    /// The records of the turn, the last one first.
    pub(super) records: Vec<Arc<Record>>,
    /// The number of its last record.
    pub(super) last: u64,
    /// The number of the record that tells what is live, and what else that one tells.
    pub(super) told: u64,
    pub(super) flags: Flags,
}

impl Here {
    /// What the step of a turn has spent on models since a record told of that; with its last record it is done.
    pub(super) fn spent(&mut self, turn: u64, kind: RecordKind) -> Usage {
        let Some(index) = self.spending.iter().position(|(of, _)| *of == turn) else { return Usage::default() };
        let spent = self.spending[index].1.take();
        if !matches!(kind, RecordKind::Attempt) {
            self.spending.swap_remove(index);
        }
        spent
    }
}

impl Scope {
    pub(super) fn new(path: String, outer: Option<Arc<Scope>>, tip: Option<Tip>, stands: bool) -> Self {
        let last = tip.as_ref().map(|tip| tip.last);
        Scope { path, outer, here: Mutex::new(Here { last, stands, tip, ..Here::default() }) }
    }

    // Nothing under the lock can panic half-way.
    pub(super) fn here(&self) -> MutexGuard<'_, Here> {
        locked(&self.here)
    }

    /// The number of its last record; of one that has none, that of the scope around.
    pub(super) fn last(&self) -> Option<u64> {
        let own = self.here().last;
        own.or_else(|| self.outer.as_ref()?.last())
    }

    /// Where a value stands that was set on the way.
    pub(super) fn sets(&self, name: &'static str, source: Source) {
        let around = match source {
            Source::Outer => self.outer.as_ref().and_then(|outer| outer.def(name)),
            Source::Branch(number) => self.inner(number).and_then(|branch| branch.def(name)),
            Source::Items => self.items().map(|items| Def::list(None, items)),
            Source::New | Source::Output | Source::Tried | Source::Same(_) => None,
        };
        let mut here = self.here();
        let def = around.or_else(|| here.own(source));
        here.put(name, def);
    }

    /// Where each item stands that was appended to a list; none where that is not known of all.
    pub(super) fn appended(&self, source: Source) -> Option<Vec<Def>> {
        match source {
            Source::Items => self.items(),
            source => self.here().own(source).map(|def| vec![def]),
        }
    }

    /// Where that stands which each branch of a fork gave.
    fn items(&self) -> Option<Vec<Def>> {
        let mut branches = self.here().inner.clone();
        branches.sort_by_key(|(number, _)| *number);
        branches.iter().map(|(_, branch)| branch.def(GIVEN)).collect()
    }

    /// Where a value stands, if that is known.
    pub(super) fn def(&self, name: &str) -> Option<Def> {
        self.here().get(name).and_then(|value| value.def.clone())
    }

    fn inner(&self, number: usize) -> Option<Arc<Scope>> {
        let here = self.here();
        here.inner.iter().find(|(of, _)| *of == number).map(|(_, scope)| Arc::clone(scope))
    }
}

impl Here {
    /// What was recorded of a kind in this turn before the run was cut off.
    pub(super) fn replayed(&self, kind: RecordKind) -> Option<&Arc<Record>> {
        self.replay.iter().find(|record| record.kind == kind)
    }

    /// Where something stands that comes from this scope itself.
    fn own(&self, source: Source) -> Option<Def> {
        match source {
            Source::Output => self.outcome.clone(),
            Source::Tried => match &self.outcome {
                Some(Def::Output(seq)) => Some(Def::Told(Told::Tried(*seq))),
                _ => None,
            },
            Source::Same(other) => self.get(other)?.def.clone(),
            Source::New | Source::Outer | Source::Branch(_) | Source::Items => None,
        }
    }

    fn get(&self, name: &str) -> Option<&Valued> {
        self.values.iter().find(|value| value.name == name)
    }

    fn put(&mut self, name: &'static str, def: Option<Def>) {
        self.same = None;
        match self.values.iter_mut().find(|value| value.name == name) {
            Some(value) => (value.def, value.told) = (def, None),
            None => self.values.push(Valued { name, def, told: None }),
        }
    }

    /// What was appended to a list on the way.
    pub(super) fn appends(&mut self, name: &'static str, added: Vec<Def>) {
        self.same = None;
        let Some(value) = self.values.iter_mut().find(|value| value.name == name) else { return };
        let Some(def) = value.def.take() else { return };
        value.def = Some(match (value.told.take(), def) {
            (Some(seq), _) => Def::list(Some(Def::Told(Told::At(seq, name.to_owned()))), added),
            (None, Def::Told(Told::List(of, mut items))) => {
                items.extend(added);
                Def::Told(Told::List(of, items))
            }
            (None, other) => Def::list(Some(other), added),
        });
    }

    /// Comes to a position. What is not live there is forgotten.
    pub(super) fn arrive(&mut self, place: &'static Place, turn: u64) {
        if std::mem::take(&mut self.is_told) {
            self.labels.clear();
        }
        self.same = None;
        if self.labels.is_empty() {
            std::mem::swap(&mut self.labels, &mut self.way);
        } else {
            self.labels.append(&mut self.way);
        }
        self.stands &= !std::mem::replace(&mut self.is_begun, true);
        self.replay.clear();
        (self.attempts, self.timers, self.by) = (0, 0, None);
        self.untold.clear();
        self.inner.clear();
        self.turn = turn;
        for (index, name) in place.live.iter().enumerate() {
            // Those before it have their places.
            let known = self.values.iter().skip(index).position(|value| value.name == *name);
            let known = known.map_or_else(
                || {
                    self.values.push(Valued { name, def: None, told: None });
                    self.values.len() - 1
                },
                |behind| index + behind,
            );
            self.values.swap(index, known);
        }
        self.values.truncate(place.live.len());
        self.place = Some(place);
        self.outcome = None;
    }

    /// The first value that is written nowhere, from one on, with its index.
    pub(super) fn unwritten(&self, from: usize) -> Option<(usize, &'static str)> {
        let mut values = self.values.iter().enumerate().skip(from);
        values.find(|(_, value)| value.def.is_none()).map(|(index, value)| (index, value.name))
    }

    /// The lists of many parts that no record tells of, with their indices.
    pub(super) fn long(&self) -> impl Iterator<Item = (usize, &Valued)> {
        let is_long = |value: &Valued| {
            value.told.is_none() && matches!(&value.def, Some(Def::Told(Told::List(_, items))) if items.len() > 8)
        };
        self.values.iter().enumerate().filter(move |(_, value)| is_long(value))
    }

    /// How many attempts of the step have failed, also before the run was cut off.
    pub(super) fn attempted(&self) -> u32 {
        let attempts = self.replay.iter().filter(|record| record.kind == RecordKind::Attempt);
        attempts.map(|record| record.attempt).max().unwrap_or(0).max(self.attempts)
    }

    /// The label of the way to the position, as records have it.
    pub(super) fn label(&self) -> Cow<'static, str> {
        match *self.labels {
            [] => Cow::Borrowed(""),
            [label] => Cow::Borrowed(label),
            _ => Cow::Owned(self.labels.join(", ")),
        }
    }

    /// The labels of the way to the position, which the first records of the scopes within tell.
    pub(super) fn tells_within(&mut self) -> Vec<&'static str> {
        self.is_told = true;
        self.labels.clone()
    }

    /// Comes to the position at which it was cut off.
    pub(super) fn restored(&mut self, place: &'static Place, tip: Tip) {
        let value = |name: &&'static str| Valued { name, def: tip.defs.get(*name).cloned(), told: Some(tip.told) };
        self.same = Some(tip.flags);
        self.values = place.live.iter().map(value).collect();
        self.place = Some(place);
        self.turn = tip.turn;
        self.is_begun = true;
        self.replay = tip.records;
    }

    /// Says where a value stands that is live here.
    pub(super) fn found(&mut self, index: usize, def: Def) {
        self.same = None;
        if let Some(value) = self.values.get_mut(index) {
            value.def = Some(def);
        }
    }

    /// Nothing is live but this.
    pub(super) fn tells(&mut self, values: Vec<Valued>) {
        self.same = None;
        self.values = values;
    }

    /// That there is a record, which tells what is live unless the one before it does.
    pub(super) fn recorded(&mut self, seq: u64, flags: Flags) {
        self.last = Some(seq);
        self.is_told = true;
        if self.same.replace(flags) == Some(flags) {
            return;
        }
        for value in self.values.iter_mut().filter(|value| value.def.is_some()) {
            value.told = Some(seq);
        }
    }
}
