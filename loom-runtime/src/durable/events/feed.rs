//! What wakes the readers of a run, and the ring of what is not recorded.

use super::super::{error::LoomError, inner::Live, scope::Scope};
use crate::{
    clock::now_ms,
    driver::At,
    event::{Event, Happened},
    locked::locked,
    meter::Usage,
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{
            AtomicBool, AtomicU32, AtomicU64, AtomicUsize,
            Ordering::{AcqRel, Relaxed, Release, SeqCst},
            fence,
        },
    },
};
use tokio::sync::{
    broadcast::{self, error::TryRecvError},
    watch,
};

/// How many events that are not recorded a run has at hand for a slow reader.
const RING: u32 = 256;

/// How many of them that nobody has looked at say that steps are at work; the rest is for the words of models.
const STEPS: u32 = 32;

/// What readers of one run wait with.
///
/// A reader that stops costs the run next to nothing: who does not wait is not woken, and where nobody has looked for as long
/// as it takes to fill the ring, nothing more is put into it.
pub(crate) struct Feed {
    readers: AtomicUsize,
    /// How many were told since somebody looked last.
    unseen: AtomicU32,
    /// How many were told and not put into the ring.
    lost: AtomicU64,
    told: watch::Sender<Told>,
    fleeting: broadcast::Sender<Arc<Fleeting>>,
}

/// What readers are woken for: more was written, or the run is no longer at work here.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    /// Why the run stopped, if it did so before its end.
    pub(super) stopped: Option<Arc<LoomError>>,
}

/// Something that is not recorded.
pub(super) struct Fleeting {
    /// The number of the last record on disk.
    pub(super) after: u64,
    pub(super) at: i64,
    pub(super) scope: Arc<Scope>,
    pub(super) turn: u64,
    pub(super) node: &'static str,
    pub(super) label: String,
    pub(super) attempt: u32,
    pub(super) what: Happened,
}

impl Fleeting {
    pub(super) fn event(&self) -> Event {
        Event {
            seq: self.after,
            what: self.what.clone(),
            scope: self.scope.path.clone(),
            turn: self.turn,
            node: self.node.to_owned(),
            label: self.label.clone(),
            attempt: self.attempt,
            began_at: self.at,
            at: self.at,
            usage: Usage::default(),
        }
    }
}

impl Feed {
    fn new() -> Arc<Self> {
        Arc::new(Feed {
            readers: AtomicUsize::new(0),
            unseen: AtomicU32::new(0),
            lost: AtomicU64::new(0),
            told: watch::Sender::default(),
            fleeting: broadcast::Sender::new(RING as usize),
        })
    }
}

/// Where a run at work tells what happens. While nobody reads, telling is one look at whether somebody does.
#[derive(Default)]
pub(crate) struct Outlet {
    feed: OnceLock<Arc<Feed>>,
    /// The number of the last record on disk.
    written: AtomicU64,
    /// Whether somebody has read all there was, and waits to be told of more.
    waits: AtomicBool,
    streams: AtomicU64,
}

impl Outlet {
    fn heard(&self) -> Option<&Feed> {
        self.feed.get().map(|feed| &**feed).filter(|feed| feed.readers.load(Relaxed) > 0)
    }

    /// Whether somebody reads.
    pub(crate) fn is_watched(&self) -> bool {
        self.heard().is_some()
    }

    /// The run goes on behind this record, under the claim of this token.
    pub(crate) fn stands(&self, last: u64, token: u64) {
        self.written.store(last, Relaxed);
        // No two answers of a run have one number, whatever process they are given in; up to 2⁵³ it is exact in JavaScript.
        self.streams.store(token << 20, Relaxed);
    }

    /// All records up to this one are on disk.
    pub(crate) fn written(&self, last: u64) {
        self.written.store(last, Relaxed);
        // Who reads looks at the journal after it said here that it waits, and who writes looks here after it has written: with
        // a fence between on either side, one of both sees the other.
        fence(SeqCst);
        if self.waits.load(Relaxed)
            && self.waits.swap(false, AcqRel)
            && let Some(feed) = self.heard()
        {
            feed.told.send_modify(|_| {});
        }
    }

    /// The run is no longer at work here; it stopped for this reason, if it did.
    pub(crate) fn left(&self, stopped: Option<Arc<LoomError>>) {
        if let Some(feed) = self.heard() {
            feed.told.send_modify(|told| told.stopped = stopped);
        }
    }

    /// Tells something that is not recorded.
    pub(super) fn tell(&self, at: &At<Arc<Scope>>, attempt: u32, what: impl FnOnce() -> Happened) {
        let Some(feed) = self.heard() else { return };
        let what = what();
        let most = if matches!(what, Happened::Performing) { STEPS } else { RING };
        if feed.unseen.load(Relaxed) >= most {
            feed.lost.fetch_add(1, Relaxed);
            return;
        }
        feed.unseen.fetch_add(1, Relaxed);
        let fleeting = Fleeting {
            after: self.written.load(Relaxed),
            at: now_ms(),
            scope: Arc::clone(&at.scope),
            turn: at.turn,
            node: at.place.node,
            label: at.scope.here().labels.join(", "),
            attempt,
            what,
        };
        // The last reader may just be gone.
        let _ = feed.fleeting.send(Arc::new(fleeting));
    }

    pub(super) fn next_stream(&self) -> u64 {
        self.streams.fetch_add(1, Relaxed)
    }
}

/// The runs that are at work here, and those that are read, which need not be the same.
#[derive(Default)]
pub(crate) struct Heard {
    /// Both are taken in this order.
    pub(in super::super) live: Mutex<HashMap<String, Arc<Live>>>,
    feeds: Mutex<HashMap<String, Arc<Feed>>>,
}

impl Heard {
    /// What a run that begins to work here tells its readers by. Whoever calls it holds the lock of what is live.
    pub(in super::super) fn outlet(&self, id: &str) -> Outlet {
        let outlet = Outlet::default();
        if let Some(feed) = locked(&self.feeds).get(id) {
            feed.told.send_modify(|told| told.stopped = None);
            outlet.feed.get_or_init(|| Arc::clone(feed));
            outlet.waits.store(true, Release);
        }
        outlet
    }

    /// Begins to listen to a run.
    pub(super) fn listen(self: &Arc<Self>, id: &str) -> Listening {
        let live = locked(&self.live);
        let mut feeds = locked(&self.feeds);
        let outlet = live.get(id).map(|live| &live.outlet);
        let feed = feeds.entry(id.to_owned()).or_insert_with(|| {
            // Earlier readers may be gone while the run is still at work.
            outlet.map_or_else(Feed::new, |outlet| Arc::clone(outlet.feed.get_or_init(Feed::new)))
        });
        if let Some(outlet) = outlet {
            outlet.feed.get_or_init(|| Arc::clone(feed));
        }
        feed.readers.fetch_add(1, Relaxed);
        let (told, fleeting) = (feed.told.subscribe(), feed.fleeting.subscribe());
        let lost = feed.lost.load(Relaxed);
        Listening { heard: Arc::clone(self), id: id.to_owned(), feed: Arc::clone(feed), told, fleeting, lost }
    }
}

/// A reader of a run, for as long as it is one.
pub(super) struct Listening {
    heard: Arc<Heard>,
    pub(super) id: String,
    feed: Arc<Feed>,
    pub(super) told: watch::Receiver<Told>,
    pub(super) fleeting: broadcast::Receiver<Arc<Fleeting>>,
    /// How many this reader knows to be lost.
    lost: u64,
}

impl Listening {
    /// Whether the run is at work here, so that whatever happens in it is told.
    pub(super) fn is_live(&self) -> bool {
        locked(&self.heard.live).contains_key(&self.id)
    }

    /// From here on, what is written wakes the reader.
    pub(super) fn waits(&mut self) {
        self.told.mark_unchanged();
        if let Some(live) = locked(&self.heard.live).get(&self.id) {
            live.outlet.waits.store(true, Release);
            fence(SeqCst);
        }
    }

    /// The next event in the ring, or none, and how many before it are lost.
    pub(super) fn look(&mut self) -> (Option<Arc<Fleeting>>, u64) {
        self.feed.unseen.store(0, Relaxed);
        let mut missed = 0;
        loop {
            match self.fleeting.try_recv() {
                Ok(fleeting) => return (Some(fleeting), missed),
                Err(TryRecvError::Lagged(lagged)) => missed += lagged,
                Err(TryRecvError::Empty | TryRecvError::Closed) => {
                    let lost = self.feed.lost.load(Relaxed);
                    return (None, missed + (lost - std::mem::replace(&mut self.lost, lost)));
                }
            }
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let mut feeds = locked(&self.heard.feeds);
        if self.feed.readers.fetch_sub(1, Relaxed) == 1 {
            feeds.remove(&self.id);
        }
    }
}
