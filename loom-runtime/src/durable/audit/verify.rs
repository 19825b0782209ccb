//! Whether the records of a run are those that were written.

use super::super::error::LoomError;
use crate::{
    audit::{Broken, Chain, Flaw, Verified},
    journal::{Journal, JournalError, Link, Record, RunInfo, Seal},
};
use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    sync::Arc,
};

/// How many records are read at once.
const MANY: usize = 256;

/// A run that is to be verified: a future of what is found. See [`Loom::verify`](crate::Loom::verify).
#[must_use = "nothing is looked at until this is awaited"]
pub struct Verify {
    journal: Arc<dyn Journal>,
    id: String,
    expected: Option<Seal>,
}

impl fmt::Debug for Verify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verify").field("id", &self.id).field("expected", &self.expected).finish_non_exhaustive()
    }
}

impl Verify {
    pub(super) const fn new(journal: Arc<dyn Journal>, id: String) -> Self {
        Verify { journal, id, expected: None }
    }

    /// The chain is to have come by this: what an earlier look gave as its [end](Verified::seal), and was written down where
    /// nobody who can write to the journal can. The run may have gone on since.
    pub const fn expecting(mut self, seal: Seal) -> Self {
        self.expected = Some(seal);
        self
    }

    async fn look(self) -> Result<Verified, LoomError> {
        let Verify { journal, id, expected } = self;
        let run = journal.run(&id).await?.ok_or_else(|| JournalError::Unknown { id: id.clone() })?;
        let input = match journal.input(run.run).await {
            Ok(input) => input,
            Err(JournalError::Damaged { what, .. }) => {
                let broken = Broken { seq: 0, node: None, flaw: Flaw::Damaged(what) };
                return Ok(Verified { run: id, records: 0, seal: None, chain: Chain::Broken(broken) });
            }
            Err(error) => return Err(error.into()),
        };
        let mut looking = Looking::new(&run, &input, expected);
        let mut from = 1;
        while let Some(next) = page(&*journal, run.run, from).await? {
            from += next.len() as u64;
            for found in next {
                if let Err(broken) = found.and_then(|record| looking.follows(record)) {
                    return Ok(looking.found(id, Some(broken)));
                }
            }
        }
        let short = looking.short();
        Ok(looking.found(id, short))
    }
}

impl IntoFuture for Verify {
    type Output = Result<Verified, LoomError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.look())
    }
}

/// Some records, the first of which has a number; none when there are no more. Where the store tells that something is damaged
/// they are read one by one, up to the one it is.
async fn page(journal: &dyn Journal, run: u64, from: u64) -> Result<Option<Vec<Result<Record, Broken>>>, JournalError> {
    match journal.records(run, from, MANY).await {
        Ok(records) if records.is_empty() => return Ok(None),
        Ok(records) => return Ok(Some(records.into_iter().map(Ok).collect())),
        Err(JournalError::Damaged { .. }) => {}
        Err(error) => return Err(error),
    }
    let mut found = Vec::new();
    for seq in from.. {
        match journal.record(run, seq).await {
            Ok(Some(record)) => found.push(Ok(record)),
            // It is missing, and one of those behind it is there.
            Ok(None) => {
                found.push(Err(Broken { seq, node: None, flaw: Flaw::Missing }));
                break;
            }
            Err(JournalError::Damaged { what, .. }) => {
                found.push(Err(Broken { seq, node: None, flaw: Flaw::Damaged(what) }));
                break;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Some(found))
}

/// How far a chain was followed.
struct Looking {
    /// The number of the last record that is sound, and what the next one is chained to; none of a run that is not chained.
    last: u64,
    link: Option<Link>,
    expected: Option<Seal>,
}

impl Looking {
    fn new(run: &RunInfo, input: &str, expected: Option<Seal>) -> Self {
        Looking { last: 0, link: Some(Link::beginning(run, input)), expected }
    }

    /// Follows the chain to the next record.
    fn follows(&mut self, record: Record) -> Result<(), Broken> {
        let seq = self.last + 1;
        let broken = |node, flaw| Broken { seq, node, flaw };
        if record.seq != seq {
            return Err(broken(None, Flaw::Missing));
        }
        if seq == 1 && record.link.is_none() {
            self.link = None;
        }
        let link = self.link.map(|before| before.next(&record));
        if record.link != link {
            let flaw = if record.link.is_none() { Flaw::Unchained } else { Flaw::Changed };
            return Err(broken(Some(record.node.into_owned()), flaw));
        }
        if self.expected.is_some_and(|seal| seal.seq == seq && Some(seal.link) != link) {
            return Err(broken(Some(record.node.into_owned()), Flaw::Another));
        }
        (self.last, self.link) = (seq, link);
        Ok(())
    }

    /// What is missing at the end of the chain.
    fn short(&self) -> Option<Broken> {
        let seal = self.expected?;
        let flaw = match seal.seq {
            0 if self.last == 0 && self.link != Some(seal.link) => Flaw::Another,
            expected if expected > self.last => Flaw::Short { expected },
            _ => return None,
        };
        Some(Broken { seq: self.last + u64::from(seal.seq > 0), node: None, flaw })
    }

    fn found(&self, run: String, broken: Option<Broken>) -> Verified {
        let seal = self.link.map(|link| Seal { seq: self.last, link });
        let chain = match broken {
            Some(broken) => Chain::Broken(broken),
            None if seal.is_none() => Chain::Missing,
            None => Chain::Sound,
        };
        Verified { run, records: self.last, seal, chain }
    }
}
