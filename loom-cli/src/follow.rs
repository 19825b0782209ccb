//! Follows a run until it has ended or waits, and tells what happens in it.

use crate::{
    exit::Exit,
    out::Out,
    report::report,
    session::Session,
    told::told,
    trouble::Trouble,
    workflows::{Came, Known},
};
use clap::Args;
use futures_util::future::{Either, select};
use loomflow_runtime::{
    Events, Loom, LoomError,
    event::{Event, Happened},
    journal::JournalError,
};
use std::pin::pin;

/// For how long a run is followed.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Stay {
    /// Stay with a run that waits, until it has ended; answers come from other processes then
    #[arg(long)]
    pub(crate) stay: bool,
}

/// Follows a run from after an event on, and tells what it came to.
pub(crate) async fn follow<C: Send + Sync + 'static>(
    session: &mut Session<C>,
    loom: &Loom<C>,
    known: &dyn Known<C>,
    id: &str,
    after: Option<u64>,
    stay: Stay,
) -> Result<Exit, Trouble> {
    let mut following = Following { events: after_or_all(loom, id, after), seen: after };
    loop {
        let came = following.until_rest(&mut session.out, loom, known, id).await?;
        let info = session.info(id).await?;
        // An event that was recorded may not have been told yet.
        following.events = after_or_all(loom, id, following.seen);
        let last = session.last_told(info.run).await?;
        following.until(&mut session.out, last).await?;
        let waits = matches!(came, Came::Waiting(_));
        let exit = report(session, known, &info, came, false);
        if !(stay.stay && waits) {
            return Ok(exit);
        }
        following.next(&mut session.out).await?;
    }
}

/// Waits until a run has ended or waits, and tells nothing of what happens.
pub(crate) async fn came<C: Send + Sync + 'static>(
    loom: &Loom<C>,
    known: &dyn Known<C>,
    id: &str,
    stay: Stay,
) -> Result<Came, LoomError> {
    let came = known.came(loom, id).await?;
    let Came::Waiting(_) = came else { return Ok(came) };
    if !stay.stay {
        return Ok(came);
    }
    let mut events = loom.events(id);
    while let Some(event) = events.next().await {
        event?;
    }
    known.came(loom, id).await
}

fn after_or_all<C: Send + Sync + 'static>(loom: &Loom<C>, id: &str, after: Option<u64>) -> Events {
    let events = loom.events(id);
    match after {
        Some(seq) => events.after(seq),
        None => events,
    }
}

struct Following {
    events: Events,
    /// The last recorded event that was told.
    seen: Option<u64>,
}

impl Following {
    /// Tells what happens until the run has ended or waits.
    async fn until_rest<C: Send + Sync + 'static>(
        &mut self,
        out: &mut Out,
        loom: &Loom<C>,
        known: &dyn Known<C>,
        id: &str,
    ) -> Result<Came, Trouble> {
        let mut came = known.came(loom, id);
        loop {
            let next = match select(pin!(self.events.next()), &mut came).await {
                Either::Left((next, _)) => next,
                Either::Right((came, _)) => return Ok(came?),
            };
            match next {
                // Why it stopped is told by what it came to.
                Some(Err(LoomError::Stopped(_))) => {}
                Some(event) => self.tell(out, &event?),
                None => return Ok(came.await?),
            }
        }
    }

    /// Tells what has happened up to an event.
    async fn until(&mut self, out: &mut Out, last: u64) -> Result<(), Trouble> {
        while self.seen.is_none_or(|seen| seen < last) && self.next(out).await? {}
        Ok(())
    }

    /// Tells what happens next; whether anything did.
    async fn next(&mut self, out: &mut Out) -> Result<bool, Trouble> {
        match self.events.next().await {
            // Why it stopped is told where what it came to is asked for.
            Some(Err(LoomError::Stopped(_))) => Ok(true),
            Some(event) => {
                self.tell(out, &event?);
                Ok(true)
            }
            None => Ok(false),
        }
    }

    fn tell(&mut self, out: &mut Out, event: &Event) {
        if event.is_recorded() {
            self.seen = Some(event.seq);
        }
        if !out.is_text {
            out.json(event);
        } else if matches!(event.what, Happened::Performing) {
            out.passing(&event.node);
        } else if matches!(event.what, Happened::Asked { .. }) {
            // What is open is told when the run waits with it.
        } else if let Some(line) = told(event) {
            out.note(line);
        }
    }
}

/// Whether another process is at the run.
pub(crate) const fn is_held(error: &LoomError) -> bool {
    matches!(error, LoomError::Journal(JournalError::Held { .. }))
}
