//! How a run is begun and carried on: claimed, restored, and driven in a task of its own.

use super::{
    changes::changed,
    driver::Durable,
    error::LoomError,
    inner::{Inner, Lively, State},
    keeping::Keeping,
    registry::Runner,
    restore::{Restored, restore, try_again},
    task::Came,
};
use crate::{
    cancel::Cancel,
    clock::now_ms,
    journal::{Append, Begun, Claim, JournalError, Link, NewRun, QuestionState, RunInfo, Status},
    locked::locked,
};
use std::sync::Arc;

/// Begins a run, or finds the one of that id.
pub(super) async fn begin<C: Send + Sync + 'static>(
    inner: &Arc<Inner<C>>,
    mut run: NewRun,
    runner: Arc<dyn Runner<C>>,
) -> Result<(), LoomError> {
    inner.ready().await?;
    let lively = loop {
        if let Some(lively) = inner.enliven(&run.id) {
            break lively;
        }
        // Somebody else may be beginning it at this moment.
        match inner.journal.run(&run.id).await? {
            Some(info) => return same(inner, &run, &info).await,
            None => tokio::task::yield_now().await,
        }
    };
    let graph = runner.graph();
    (run.graph, run.fingerprint) = (graph.text.clone(), graph.fingerprint.clone());
    let now = now_ms();
    match inner.journal.begin(&run, &inner.owner, now).await? {
        Begun::New(claim) => {
            let info = RunInfo::of(claim.run, &run, &inner.owner, now);
            spawn(lively, claim, runner, info, Restored::default(), run.input);
            Ok(())
        }
        Begun::Exists(info) => {
            drop(lively);
            same(inner, &run, &info).await?;
            if info.status.is_end() {
                return Ok(());
            }
            match carry(inner, &run.id, false).await {
                Err(LoomError::Journal(JournalError::Held { .. } | JournalError::Ended { .. })) => Ok(()),
                other => other,
            }
        }
    }
}

/// That a run which exists is the one that is to begin.
pub(super) async fn same<C: Send + Sync + 'static>(
    inner: &Inner<C>,
    run: &NewRun,
    info: &RunInfo,
) -> Result<(), LoomError> {
    let another = |what: String| Err(LoomError::Another { id: run.id.clone(), what });
    if (&info.workflow, info.version) != (&run.workflow, run.version) {
        return another(format!("of workflow `{}`, version {}", info.workflow, info.version));
    }
    let input = inner.journal.input(info.run).await?;
    let read = |json: &str| serde_json::from_str::<serde_json::Value>(json).ok();
    if input != run.input && read(&input) != read(&run.input) {
        return another("with another input".to_owned());
    }
    Ok(())
}

/// Carries a run on in the background.
pub(super) async fn carry<C: Send + Sync + 'static>(
    inner: &Arc<Inner<C>>,
    id: &str,
    again: bool,
) -> Result<(), LoomError> {
    let Some(lively) = inner.enliven(id) else { return Ok(()) };
    let info = inner.info(id).await?;
    if info.status.is_end() && !again {
        return Err(JournalError::Ended { id: id.to_owned() }.into());
    }
    let runner = inner.runner(&info)?;
    let failed = info.status.is_end();
    let (claim, info) = inner.journal.claim(id, &inner.owner, now_ms(), again).await?;
    let restored = async {
        if failed {
            try_again(&*inner.journal, claim).await?;
        }
        let restored = restored(inner, &info, &*runner).await?;
        Ok((restored, inner.journal.input(info.run).await?))
    };
    let (restored, input) = match restored.await {
        Ok(restored) => restored,
        Err(error) => {
            let_go(inner, claim).await;
            return Err(error);
        }
    };
    spawn(lively, claim, runner, info, restored, input);
    Ok(())
}

/// Where a run goes on, if it can in the graph that its workflow has now.
async fn restored<C: Send + Sync + 'static>(
    inner: &Inner<C>,
    info: &RunInfo,
    runner: &dyn Runner<C>,
) -> Result<Restored, LoomError> {
    let restored = restore(&*inner.journal, info.run, &info.id).await?;
    let now = runner.graph();
    if now.fingerprint == info.fingerprint {
        return Ok(restored);
    }
    let Some(before) = inner.journal.graph(&info.fingerprint).await? else { return Ok(restored) };
    let differences = changed(&before, &now.text, restored.positions());
    if differences.is_empty() { Ok(restored) } else { Err(LoomError::Changed { id: info.id.clone(), differences }) }
}

/// Lets go of a run that was claimed and cannot be carried on.
async fn let_go<C: Send + Sync + 'static>(inner: &Inner<C>, claim: Claim) {
    let append = Append { status: Some((Status::Running, None)), ..Append::nothing(claim, now_ms()) };
    // That nobody is at it is told by the lease at the latest.
    let _ = inner.journal.append(append).await;
}

/// Tells a run that something was put for it: here, or it is carried on here if that can be.
pub(super) async fn nudge<C: Send + Sync + 'static>(inner: &Arc<Inner<C>>, id: &str) -> Result<(), LoomError> {
    let live = locked(&inner.heard.live).get(id).cloned();
    if let Some(live) = live {
        live.signal.ring();
        return Ok(());
    }
    inner.ready().await?;
    match carry(inner, id, false).await {
        // Who has it looks for what was put; who knows its workflow carries it on.
        Err(
            LoomError::Unregistered { .. }
            | LoomError::Program { .. }
            | LoomError::Journal(JournalError::Held { .. } | JournalError::Ended { .. }),
        ) => Ok(()),
        other => other,
    }
}

fn spawn<C: Send + Sync + 'static>(
    mut lively: Lively<C>,
    claim: Claim,
    runner: Arc<dyn Runner<C>>,
    info: RunInfo,
    mut restored: Restored,
    input: String,
) {
    tokio::spawn(async move {
        let inner = Arc::clone(&lively.inner);
        let cancel = Arc::new(Cancel::default());
        if restored.cancelled {
            cancel.was_taken();
        }
        let cancels = info.cancel_at.is_some() && !restored.cancelled;
        if restored.last == 0 && inner.chained {
            restored.link = Some(Link::beginning(&info, &input));
        }
        let tips = std::mem::take(&mut restored.tips);
        let keeping = Keeping::new(Arc::clone(&inner.journal), claim, cancel, &lively.live.outlet, restored);
        let driver = Durable::new(keeping, tips, cancels, info, inner.given.clone());
        let came = runner.carry_on(&driver, &inner.context, &lively.id, &input, &lively.live).await;
        let id = lively.id.clone();
        let aside = matches!(came, Came::Aside);
        let cancelled = driver.keeping.cancel.is_taken();
        match came {
            Came::Ended(end) => lively.left = end.map_or(State::Left, State::Ended),
            Came::Aside => {
                locked(&inner.aside).insert(id.clone());
                inner.kept.notify_one();
            }
            Came::Halted(halt) => {
                let error = halt.into_error(&id);
                tracing::warn!(run = %id, %error, "a run cannot go on");
                match &error {
                    LoomError::Journal(JournalError::Expired { .. }) => locked(&inner.lost).insert(id.clone()),
                    LoomError::Changed { .. } => locked(&inner.passed).insert(id.clone()),
                    _ => false,
                };
                lively.left = State::Stopped(Arc::new(error));
            }
        }
        drop(lively);
        if aside && has_come(&inner, &id, claim.run, cancelled).await {
            // What cannot go on says so itself.
            let _ = carry(&inner, &id, false).await;
        }
    });
}

/// Whether something came for a run while it was being put aside.
async fn has_come<C: Send + Sync + 'static>(inner: &Inner<C>, id: &str, run: u64, cancelled: bool) -> bool {
    let Ok(Some(info)) = inner.journal.run(id).await else { return false };
    let (Ok(messages), Ok(asked)) = (inner.journal.messages(run).await, inner.journal.questions(run).await) else {
        return false;
    };
    // What answers a question was not there when the run was put aside; an inbox may hold what is for a later one.
    let is_for = |ask: &str| asked.iter().any(|asked| asked.state == QuestionState::Open && asked.ask == ask);
    let answers = messages.iter().any(|(_, message)| message.question.is_some() || is_for(&message.ask));
    (info.cancel_at.is_some() && !cancelled) || answers
}
