//! `resume`: what was cut off goes on.

use crate::{
    exit::Exit,
    follow::{Stay, came, follow, is_held},
    out::safe,
    report::report,
    session::Session,
    trouble::Trouble,
    when::now,
    workflows::Known,
};
use clap::Args;
use futures_util::{StreamExt as _, stream};
use loomflow_runtime::Loom;
use std::sync::Arc;

/// How many runs go on at once.
const AT_ONCE: usize = 64;

/// How many runs are looked for.
pub(super) const MANY: usize = i32::MAX as usize;

/// Carry on a run that was cut off or may go on, or all of them, until they end or wait
///
/// With all of them, that one waits is told by no exit code.
#[derive(Debug, Args)]
pub(crate) struct Resume {
    /// The id of the run; else all that can go on
    #[arg(value_name = "RUN")]
    id: Option<String>,
    #[command(flatten)]
    stay: Stay,
}

impl Resume {
    pub(crate) async fn carry_out<C: Send + Sync + 'static>(self, session: &mut Session<C>) -> Result<Exit, Trouble> {
        match self.id {
            Some(id) => one(session, &id, self.stay).await,
            None => all(session, self.stay).await,
        }
    }
}

async fn one<C: Send + Sync + 'static>(session: &mut Session<C>, id: &str, stay: Stay) -> Result<Exit, Trouble> {
    let info = session.info(id).await?;
    let known = session.known(&info)?;
    let loom = session.loom(false).await?;
    let after = session.last_told(info.run).await?;
    if !info.status.is_end() {
        match loom.resume(id).await {
            // It is followed where it is.
            Err(error) if is_held(&error) => session.out.note(error),
            other => other?,
        }
    }
    follow(session, &loom, &*known, id, Some(after), stay).await
}

async fn all<C: Send + Sync + 'static>(session: &mut Session<C>, stay: Stay) -> Result<Exit, Trouble> {
    let loom = session.loom(false).await?;
    let ready = loom.journal().ready(now(), MANY).await?;
    let mut going = Vec::new();
    let mut worst = Exit::Done;
    for id in ready {
        let info = session.info(&id).await?;
        match session.known(&info) {
            Ok(known) => going.push((id, known)),
            // It is for the program that knows its workflow.
            Err(trouble) => session.out.note(safe(&trouble.whole())),
        }
    }
    let mut done =
        stream::iter(going.into_iter().map(|(id, known)| gone_on(&loom, id, known, stay))).buffer_unordered(AT_ONCE);
    let mut many = 0;
    while let Some((id, known, came)) = done.next().await {
        many += 1;
        let info = session.info(&id).await?;
        let exit = match came {
            Ok(came) => report(session, &*known, &info, came, true),
            // Somebody else was quicker.
            Err(error) if is_held(&error) => {
                session.out.note(safe(&error.to_string()));
                Exit::Done
            }
            Err(error) => {
                let trouble = Trouble::from(error);
                session.out.trouble(&safe(&id), &trouble);
                trouble.exit()
            }
        };
        // A run that waits is as it should be.
        if !matches!(exit, Exit::Done | Exit::Waits | Exit::Cancelled) && worst != Exit::Undone {
            worst = exit;
        }
    }
    if many == 0 {
        session.out.note("no run can go on now");
    }
    Ok(worst)
}

type GoneOn<C> = (String, Arc<dyn Known<C>>, Result<crate::workflows::Came, loomflow_runtime::LoomError>);

async fn gone_on<C: Send + Sync + 'static>(
    loom: &Loom<C>,
    id: String,
    known: Arc<dyn Known<C>>,
    stay: Stay,
) -> GoneOn<C> {
    let came = match loom.resume(&id).await {
        Ok(()) => came(loom, &*known, &id, stay).await,
        Err(error) => Err(error),
    };
    (id, known, came)
}
