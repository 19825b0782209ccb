//! What goes on beside the runs of a `Loom`: its lease is renewed, what waits is gone on with when its time has come, and what
//! other processes have put for a run is looked for.

use super::{carrying::carry, error::LoomError, inner::Inner};
use crate::{
    clock::{now_ms, until},
    journal::JournalError,
    locked::locked,
};
use std::{
    collections::HashSet,
    sync::{Arc, Weak, atomic::Ordering},
    time::Duration,
};
use tokio::time::{Instant, timeout_at};

/// How often it is looked for what other processes have put.
const LOOK: Duration = Duration::from_millis(500);

/// How many runs are asked for at first.
const MANY: usize = 256;

/// Keeps a `Loom` for as long as there is one.
pub(super) async fn keep<C: Send + Sync + 'static>(loom: Weak<Inner<C>>) {
    let mut renewed = Instant::now();
    loop {
        let Some(inner) = loom.upgrade() else { return };
        let renewal = renewed + inner.lease / 3;
        if Instant::now() >= renewal {
            match inner.renew().await {
                Ok(()) => {
                    renewed = Instant::now();
                    reclaim(&inner).await;
                }
                Err(error) => tracing::warn!(%error, "the lease could not be renewed"),
            }
        }
        if let Err(error) = look(&inner).await {
            tracing::warn!(%error, "the journal could not be looked at");
        }
        let mut next = renewed + inner.lease / 3;
        if inner.journal.is_shared() {
            next = next.min(Instant::now() + LOOK);
        }
        if let Ok(Some(wake)) = inner.journal.next_wake().await {
            let pause = until(wake);
            // What is due by now was just looked at, and cannot be carried on here. What is later than the next renewal is
            // looked for then.
            let pause = if pause.is_zero() { LOOK } else { pause.min(inner.lease) };
            next = next.min(Instant::now() + pause);
        }
        let kept = Arc::clone(&inner.kept);
        drop(inner);
        let _ = timeout_at(next, kept.notified()).await;
    }
}

/// Goes on with the runs that were lost with the lease, as far as nobody else has them.
async fn reclaim<C: Send + Sync + 'static>(inner: &Arc<Inner<C>>) {
    let lost = std::mem::take(&mut *locked(&inner.lost));
    for id in lost {
        if let Err(error) = carry(inner, &id, false).await {
            tracing::warn!(run = %id, %error, "a run was lost with the lease");
        }
    }
}

/// Goes on with what has come.
async fn look<C: Send + Sync + 'static>(inner: &Arc<Inner<C>>) -> Result<(), LoomError> {
    if inner.journal.is_shared() {
        for id in inner.journal.signals(&inner.owner).await? {
            if let Some(live) = locked(&inner.heard.live).get(&id) {
                live.signal.ring();
            }
        }
    }
    adopt(inner).await.map(|_| ())
}

/// Carries on the runs that are ready: those that were put aside here, and when that was asked for those of others too.
pub(super) async fn adopt<C: Send + Sync + 'static>(inner: &Arc<Inner<C>>) -> Result<usize, LoomError> {
    let (mut adopted, mut limit, mut seen) = (0, MANY, HashSet::new());
    loop {
        let ready = inner.journal.ready(now_ms(), limit).await?;
        let (all, before) = (ready.len() < limit, seen.len());
        for id in ready {
            if seen.insert(id.clone()) && adopts(inner, &id).await {
                adopted += 1;
            }
        }
        if all {
            return Ok(adopted);
        }
        if seen.len() == before {
            // Those that do not go on here stand before the others.
            limit *= 2;
        }
    }
}

/// Carries on a run that is ready, if it is for this `Loom` to do so.
async fn adopts<C: Send + Sync + 'static>(inner: &Arc<Inner<C>>, id: &str) -> bool {
    let is_own = locked(&inner.aside).contains(id);
    if locked(&inner.passed).contains(id) || !(is_own || inner.adopts.load(Ordering::Relaxed)) {
        return false;
    }
    match carry(inner, id, false).await {
        Ok(()) => {
            locked(&inner.aside).remove(id);
            true
        }
        Err(LoomError::Journal(error)) => {
            if !matches!(error, JournalError::Held { .. } | JournalError::Ended { .. }) {
                tracing::warn!(run = %id, %error, "a run cannot be carried on");
            }
            false
        }
        Err(error) => {
            // Plain Rust is carried on by who has its code.
            if !matches!(error, LoomError::Program { .. }) {
                tracing::warn!(run = %id, %error, "a run cannot be carried on in this program");
            }
            locked(&inner.passed).insert(id.to_owned());
            false
        }
    }
}
