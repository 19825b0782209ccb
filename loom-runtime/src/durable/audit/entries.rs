//! The audit log of a run, read from its records.

use super::super::{error::LoomError, events::Recorded, resolve::Resolver};
use crate::{
    audit::{Audit, Entry},
    event::{Event, Json},
    journal::{Journal, JournalError, Link, Record, RunInfo, Seal},
};
use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    sync::Arc,
};

/// How many records are read at once.
const MANY: usize = 256;

/// The audit log of a run that is to be read: a future of an [`Audit`]. See [`Loom::audit`](crate::Loom::audit).
#[must_use = "nothing is read until this is awaited"]
pub struct Auditing {
    journal: Arc<dyn Journal>,
    id: String,
    values: bool,
}

impl fmt::Debug for Auditing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auditing").field("id", &self.id).field("values", &self.values).finish_non_exhaustive()
    }
}

impl Auditing {
    pub(super) const fn new(journal: Arc<dyn Journal>, id: String) -> Self {
        Auditing { journal, id, values: false }
    }

    /// With each entry also what was live there, each value in full. Of a run that carries much for long that is a lot: what a
    /// journal keeps once stands in every entry.
    pub const fn with_values(mut self) -> Self {
        self.values = true;
        self
    }

    async fn read(self) -> Result<Audit, LoomError> {
        let Auditing { journal, id, values } = self;
        let run = journal.run(&id).await?.ok_or_else(|| JournalError::Unknown { id: id.clone() })?;
        let recorded = Recorded { journal: &*journal, run: run.run, id: &id };
        let mut resolver = Resolver::new(&*journal, run.run, &id);
        let mut entries = vec![entry(&run, recorded.started(&run).await?, None)];
        let (mut from, mut seal) = (1, None);
        loop {
            let records = journal.records(run.run, from, MANY).await?;
            let Some(last) = records.last() else { break };
            seal = last.link.map(|link| Seal { seq: last.seq, link });
            from = last.seq + 1;
            for event in recorded.events(records.clone()).await?.0 {
                let record = records.iter().find(|record| record.seq == event.seq);
                let mut entry = entry(&run, event, record.and_then(|record| record.link));
                if let Some(record) = record.filter(|_| values) {
                    entry.values = Some(live(&mut resolver, record).await?);
                }
                entries.push(entry);
            }
        }
        Ok(Audit { run, entries, seal })
    }
}

impl IntoFuture for Auditing {
    type Output = Result<Audit, LoomError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.read())
    }
}

fn entry(run: &RunInfo, event: Event, link: Option<Link>) -> Entry {
    Entry {
        run: run.id.clone(),
        workflow: run.workflow.clone(),
        version: run.version,
        user: run.user.clone(),
        session: run.session.clone(),
        // A clock that was set back in between takes no time back.
        took: u64::try_from(event.at.saturating_sub(event.began_at)).unwrap_or(0),
        event,
        values: None,
        link,
    }
}

/// What was live where a record was written.
async fn live(resolver: &mut Resolver<'_>, record: &Record) -> Result<BTreeMap<String, Json>, JournalError> {
    let (live, _) = resolver.live(record).await?;
    // What a run ended with is told by the entry itself, and has no name.
    let named = live.named().filter(|(name, _)| !name.is_empty());
    let defs: HashMap<_, _> = named.map(|(name, def)| (name.to_owned(), def.clone())).collect();
    let values = resolver.values(&defs).await?;
    Ok(values.into_iter().filter_map(|(name, json)| Some((name, Json::new(json).ok()?))).collect())
}
