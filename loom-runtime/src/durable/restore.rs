//! Where a run goes on that was cut off: from the last record of each scope it is in, and not from its history.

use super::{forms::Forms, live::Live, resolve::Resolver, scope::Tip};
use crate::{
    clock::now_ms,
    journal::{Append, Claim, Head, Journal, JournalError, Link, Record, RecordKind},
    meter::Usage,
};
use std::{collections::HashMap, sync::Arc};

/// What is known of a run that goes on.
#[derive(Default)]
pub(super) struct Restored {
    /// The number of its last record.
    pub(super) last: u64,
    /// What its next record is chained to; none of a run that is not chained.
    pub(super) link: Option<Link>,
    /// Whether it is in more than one scope.
    pub(super) parted: bool,
    /// The number of the record by which it was tried again.
    pub(super) retried: u64,
    /// Whether a node has failed because the run was cancelled.
    pub(super) cancelled: bool,
    /// Where its scopes go on.
    pub(super) tips: HashMap<String, Tip>,
    /// The forms that need not be told again.
    pub(super) forms: Forms,
}

impl Restored {
    /// The positions at which the run stands, of its own workflow and not of nested ones.
    pub(super) fn positions(&self) -> impl Iterator<Item = &str> {
        let own = self.tips.iter().filter(|(scope, _)| scope.split_terminator('/').all(|part| part.contains('.')));
        own.map(|(_, tip)| tip.at.as_str())
    }
}

/// Reads where a run goes on.
pub(super) async fn restore(journal: &dyn Journal, run: u64, id: &str) -> Result<Restored, JournalError> {
    let Some(last) = journal.last(run).await? else { return Ok(Restored::default()) };
    let mut resolver = Resolver::new(journal, run, id);
    let mut heads = journal.heads(run).await?;
    let parted = !heads.is_empty();
    if !parted {
        heads.push(Head { scope: String::new(), seq: last.seq });
    }
    let mut tips = Vec::with_capacity(heads.len());
    let retried = if last.kind == RecordKind::Retried { last.seq } else { 0 };
    let mut restored = Restored { last: last.seq, link: last.link, parted, retried, ..Restored::default() };
    for head in heads {
        let Some(tip) = tip(&mut resolver, head.seq, &mut restored.retried).await? else { continue };
        let (live, told) = resolver.live(&tip).await?;
        restored.retried = restored.retried.max(live.form.retried);
        restored.cancelled |= live.form.cancelled;
        tips.push((head.scope, tip, live, told));
    }
    for (scope, tip, live, told) in tips {
        let tip = stand(&mut resolver, tip, live, told, restored.retried).await?;
        restored.cancelled |= tip.cancelled | tip.records.iter().any(|record| record.kind == RecordKind::Cancelled);
        restored.tips.insert(scope, tip);
    }
    restored.forms = resolver.into_forms();
    Ok(restored)
}

/// Notes that a run which failed is tried again.
pub(super) async fn try_again(journal: &dyn Journal, claim: Claim) -> Result<(), JournalError> {
    let Some(last) = journal.last(claim.run).await? else { return Ok(()) };
    let now = now_ms();
    let retried = Record {
        seq: last.seq + 1,
        kind: RecordKind::Retried,
        scope: String::new(),
        turn: last.turn,
        node: "".into(),
        label: "".into(),
        attempt: 0,
        began_at: now,
        at: now,
        after: Some(last.seq),
        live: String::new(),
        value: String::new(),
        by: None,
        usage: Usage::default(),
        link: None,
    };
    let retried = Record { link: last.link.map(|before| before.next(&retried)), ..retried };
    journal.append(Append { records: vec![retried], ..Append::nothing(claim, now) }).await
}

/// The last record of a scope at which it stands somewhere.
async fn tip(resolver: &mut Resolver<'_>, seq: u64, retried: &mut u64) -> Result<Option<Arc<Record>>, JournalError> {
    let mut at = Some(seq);
    while let Some(seq) = at {
        let record = resolver.record(seq).await?;
        match record.kind {
            RecordKind::Value | RecordKind::Ended => {}
            RecordKind::Retried => *retried = (*retried).max(seq),
            _ => return Ok(Some(record)),
        }
        at = record.after.filter(|&before| before < seq);
    }
    Ok(None)
}

async fn stand(
    resolver: &mut Resolver<'_>,
    tip: Arc<Record>,
    live: Live,
    told: u64,
    retried: u64,
) -> Result<Tip, JournalError> {
    let flags = live.form.flags();
    let defs = live.named().map(|(name, def)| (name.to_owned(), def.clone())).collect();
    let values = resolver.values(&defs).await?;
    let (last, turn) = (tip.seq, tip.turn);
    let mut records = Vec::new();
    let mut at = Some(Arc::clone(&tip));
    let mut failed = false;
    while let Some(record) = at.take() {
        if record.scope != tip.scope || record.turn != turn {
            break;
        }
        if let Some(before) = record.after.filter(|&before| before < record.seq) {
            at = Some(resolver.record(before).await?);
        }
        // What failed before a run was tried again is tried again, and what was asked then is asked anew. Of a step that
        // must not happen twice, and was dropped when something else failed, it stays unknown whether it happened.
        let again = record.seq < retried
            && match record.kind {
                RecordKind::Failed | RecordKind::Cancelled | RecordKind::Attempt | RecordKind::Asked => true,
                RecordKind::Begun => failed,
                _ => false,
            };
        failed |= again && record.kind == RecordKind::Failed;
        if !again && record.kind != RecordKind::Value {
            records.push(record);
        }
    }
    let at = live.form.at.clone();
    Ok(Tip { at, turn, cancelled: live.form.cancelled, defs, values, records, last, told, flags })
}
