//! What the tests write down of events.

use loomflow::{
    Events, Loom, LoomError,
    event::{Event, Happened},
};

/// An event in a line: its number, what happened, and where.
pub(crate) fn line(event: &Event) -> String {
    let json = serde_json::to_value(event).expect("an event is JSON");
    let mut line = format!("{} {}", event.seq, json["kind"].as_str().expect("a kind"));
    for part in [&event.scope, &event.node] {
        if !part.is_empty() {
            line = format!("{line} {part}");
        }
    }
    if !event.label.is_empty() {
        line = format!("{line} by {}", event.label);
    }
    if event.attempt > 0 {
        line = format!("{line} #{}", event.attempt);
    }
    line
}

/// All that is still to come of a run, up to its end.
pub(crate) async fn rest(mut events: Events) -> Vec<Event> {
    let mut all = Vec::new();
    while let Some(event) = events.next().await {
        all.push(event.expect("the journal is sound"));
    }
    all
}

/// What is recorded, each event in full.
pub(crate) fn recorded(events: &[Event]) -> Vec<String> {
    let recorded = events.iter().filter(|event| event.is_recorded());
    recorded.map(|event| serde_json::to_string(event).expect("an event is JSON")).collect()
}

/// What was recorded of a run that has ended.
pub(crate) async fn history<C: Send + Sync + 'static>(loom: &Loom<C>, id: &str) -> Vec<String> {
    recorded(&rest(loom.events(id)).await)
}

/// The next event of a kind; what comes before it is passed over.
pub(crate) async fn until(events: &mut Events, is: impl Fn(&Happened) -> bool) -> Result<Event, LoomError> {
    loop {
        let event = events.next().await.expect("the run goes on")?;
        if is(&event.what) {
            return Ok(event);
        }
    }
}
