//! A reader of the events of a run: what is recorded and what is not, in one order.

use super::{
    feed::{Fleeting, Heard, Listening, Told},
    recorded::Recorded,
};
use crate::{
    clock::now_ms,
    durable::LoomError,
    event::{Event, Happened},
    journal::{Journal, JournalError},
};
use futures_util::{Stream, StreamExt, stream};
use std::{
    collections::VecDeque,
    fmt,
    future::{pending, poll_fn},
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::sync::broadcast::error::RecvError;

/// How often it is looked whether something was recorded of a run that is not at work here.
const LOOK: Duration = Duration::from_millis(250);

/// How many records are read at once.
const MANY: usize = 64;

/// The events of a run, in order: a stream of [`Event`]s, which ends behind the one that the run has [ended](Happened::Ended).
///
/// What is recorded is read from the journal, at the pace of whoever reads: it is told once it is on disk, none is left out
/// and none told twice, however late it is asked for and whatever process carries the run on. Nothing of the run waits for a
/// reader. Fleeting events are told of a run that is at work in this [`Loom`](crate::Loom), from the moment on when this was
/// made. A reader that lets them come together loses some, and is told how many ([`Happened::Missed`]): what steps are at work
/// after 32, the words of models after 256.
///
/// A reader of a run that is at work here is woken by it. One that waits, or is at work in another process, is looked at four
/// times a second, as long as somebody waits for its next event.
///
/// An error is no end: nothing is lost by it, and the next event is asked for again. Only that there is no such run, or that
/// it was deleted, ends the stream.
#[must_use = "nothing is read until an event is asked for"]
pub struct Events(Stage);

enum Stage {
    Before(Box<Reader>),
    Reading(Pin<Box<dyn Stream<Item = Result<Event, LoomError>> + Send>>),
    Over,
}

impl Events {
    pub(in super::super) fn of(journal: Arc<dyn Journal>, heard: &Arc<Heard>, id: &str) -> Self {
        let listening = heard.listen(id);
        Events(Stage::Before(Box::new(Reader {
            journal,
            listening,
            run: None,
            next: 0,
            page: VecDeque::new(),
            ends: false,
            due: true,
            ahead: None,
            missed: 0,
            stopped: None,
            over: false,
        })))
    }

    /// Only what comes after the event of this number: what was seen last before a connection was lost. Number 0 is that
    /// the run began.
    ///
    /// # Panics
    /// When an event was asked for before.
    pub fn after(mut self, seq: u64) -> Self {
        let Stage::Before(reader) = &mut self.0 else {
            panic!("from where events are read is said before the first one is asked for")
        };
        reader.next = seq.saturating_add(1);
        self
    }

    /// The next event, as soon as there is one; none after the end of the run. It can be dropped, and asked for again,
    /// without losing anything.
    ///
    /// # Errors
    /// What the journal fails with; [`LoomError::Stopped`], once, when the run stopped here and can go on later.
    pub async fn next(&mut self) -> Option<Result<Event, LoomError>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl Stream for Events {
    type Item = Result<Event, LoomError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Stage::Before(_) = self.0
            && let Stage::Before(reader) = std::mem::replace(&mut self.0, Stage::Over)
        {
            let events = stream::unfold(reader, async |mut reader| Some((reader.next().await?, reader)));
            self.0 = Stage::Reading(Box::pin(events));
        }
        match &mut self.0 {
            Stage::Reading(events) => {
                let event = events.poll_next_unpin(cx);
                if let Poll::Ready(None) = event {
                    self.0 = Stage::Over;
                }
                event
            }
            Stage::Before(_) | Stage::Over => Poll::Ready(None),
        }
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Events")
    }
}

struct Reader {
    journal: Arc<dyn Journal>,
    listening: Listening,
    /// The number of the run, once it is known.
    run: Option<u64>,
    /// The number of the record that is to be read next.
    next: u64,
    /// Events that were read and not given.
    page: VecDeque<Event>,
    /// Whether the run ends with the last of them.
    ends: bool,
    /// Whether there may be more to read.
    due: bool,
    /// A fleeting event that was taken from the ring and not given.
    ahead: Option<Arc<Fleeting>>,
    /// How many fleeting events were lost and not told of.
    missed: u64,
    /// Why the run stopped, as far as that was told.
    stopped: Option<Arc<LoomError>>,
    over: bool,
}

impl Reader {
    async fn next(&mut self) -> Option<Result<Event, LoomError>> {
        loop {
            if self.over {
                return None;
            }
            if let Some(event) = self.at_hand() {
                return Some(Ok(event));
            }
            if !std::mem::take(&mut self.due) {
                self.wait().await;
                continue;
            }
            if let Err(error) = self.read().await {
                self.due = true;
                self.over = matches!(error, JournalError::Unknown { .. });
                return Some(Err(error.into()));
            }
            if let Some(stopped) = self.stops() {
                return Some(Err(LoomError::Stopped(stopped)));
            }
        }
    }

    /// The event that comes next, of those that are at hand.
    fn at_hand(&mut self) -> Option<Event> {
        if self.ahead.is_none() {
            let (ahead, missed) = self.listening.look();
            self.ahead = ahead;
            self.missed += missed;
        }
        // What is not recorded comes behind the records that were on disk when it happened, and before all others.
        let read = self.page.front().map_or(self.next, |event| event.seq);
        let comes = self.ahead.as_ref().is_none_or(|fleeting| fleeting.after < read);
        if comes && self.missed > 0 {
            let missed = Happened::Missed(std::mem::take(&mut self.missed));
            return Some(Event::of_run(read.saturating_sub(1), now_ms(), missed));
        }
        if let Some(fleeting) = self.ahead.take_if(|_| comes) {
            return Some(fleeting.event());
        }
        let event = self.page.pop_front()?;
        self.over |= self.ends && self.page.is_empty();
        Some(event)
    }

    /// Reads what is recorded.
    async fn read(&mut self) -> Result<(), JournalError> {
        // What is written from here on wakes the reader again.
        self.listening.waits();
        let (journal, id) = (&*self.journal, self.listening.id.as_str());
        let unknown = || JournalError::Unknown { id: id.to_owned() };
        let run = match self.run {
            Some(run) => run,
            None => {
                let info = journal.run(id).await?.ok_or_else(unknown)?;
                if self.next == 0 {
                    let recorded = Recorded { journal, run: info.run, id };
                    self.page.push_back(recorded.started(&info).await?);
                    self.next = 1;
                }
                *self.run.insert(info.run)
            }
        };
        let recorded = Recorded { journal, run, id };
        let page = recorded.page(self.next, MANY).await?;
        if page.next == self.next {
            // Whether there is more to come: it may have ended before this reader began, or be deleted.
            let info = journal.run(id).await?.filter(|info| info.run == run).ok_or_else(unknown)?;
            if info.status.is_end() && journal.record(run, self.next).await?.is_none() {
                self.over = true;
            } else if info.status.is_end() {
                self.due = true;
            }
            return Ok(());
        }
        (self.next, self.due, self.ends) = (page.next, page.more, page.over);
        self.page.extend(page.events);
        Ok(())
    }

    /// Why the run stopped, when that is new.
    fn stops(&mut self) -> Option<Arc<LoomError>> {
        let Told { stopped } = self.listening.told.borrow().clone();
        let is_new = match (&stopped, &self.stopped) {
            (Some(now), Some(before)) => !Arc::ptr_eq(now, before),
            (now, _) => now.is_some(),
        };
        self.stopped = stopped;
        self.stopped.clone().filter(|_| is_new)
    }

    /// Waits until there may be an event.
    async fn wait(&mut self) {
        let is_live = self.listening.is_live();
        let mut look = pin!(async {
            if is_live {
                pending::<()>().await;
            }
            tokio::time::sleep(LOOK).await;
        });
        let Listening { told, fleeting, .. } = &mut self.listening;
        let mut changed = pin!(told.changed());
        let mut more = pin!(fleeting.recv());
        let (ahead, missed, due) = (&mut self.ahead, &mut self.missed, &mut self.due);
        poll_fn(|cx| {
            if ahead.is_none()
                && let Poll::Ready(come) = more.as_mut().poll(cx)
            {
                match come {
                    Ok(fleeting) => *ahead = Some(fleeting),
                    Err(RecvError::Lagged(lost)) => *missed += lost,
                    Err(RecvError::Closed) => {}
                }
                return Poll::Ready(());
            }
            *due = changed.as_mut().poll(cx).is_ready() || look.as_mut().poll(cx).is_ready();
            if *due { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}
