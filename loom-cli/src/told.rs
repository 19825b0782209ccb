//! Events of a run, each on a line for people.

use crate::{
    out::{BAD, DIM, GOES_ON, GOOD, WAITS, safe, short, styled},
    when::{roughly, written},
};
use loomflow_runtime::event::{Event, Happened};

/// How much of a value stands on a line.
const SHORT: usize = 60;

/// What is told of an event while it happens; nothing of one that is no progress.
pub(crate) fn told(event: &Event) -> Option<String> {
    let (sign, what) = what(event)?;
    let indent = "  ".repeat(event.scope.matches('/').count());
    let label = (!event.label.is_empty()).then(|| styled(DIM, format!("({})", short(&event.label, SHORT))));
    let node = [sign, safe(&event.node)].into_iter().chain(label).filter(|part| !part.is_empty());
    let node = indent + &node.collect::<Vec<_>>().join(" ");
    let parts = [node, what].into_iter().chain(spent(event)).filter(|part| !part.is_empty());
    Some(parts.collect::<Vec<_>>().join("  "))
}

/// A sign for what happened, and what there is to say of it.
pub(crate) fn what(event: &Event) -> Option<(String, String)> {
    let dim = |text: &str| styled(DIM, short(text, SHORT));
    let failed = |text: String| styled(BAD, short(&text, SHORT * 2));
    Some(match &event.what {
        Happened::Output(value) => (styled(GOOD, "✓"), dim(value.get())),
        Happened::Failed(failure) | Happened::Cancelled(failure) => (styled(BAD, "✗"), failed(failure.message())),
        Happened::Attempt(failure) => {
            (styled(WAITS, "↻"), failed(format!("attempt {} failed: {}", event.attempt, failure.message())))
        }
        Happened::Asked { ask: _, question, .. } => {
            let text = question.as_ref().map_or_else(String::new, |question| short(question.text(), SHORT));
            (styled(WAITS, "?"), text)
        }
        Happened::Answered { answer, by, .. } => {
            let by = by.as_ref().map_or_else(String::new, |by| format!("by {} ", safe(by)));
            (styled(GOOD, "✓"), format!("answered {by}{}", dim(answer.get())))
        }
        Happened::Timer { due } => (styled(WAITS, "◷"), format!("waits until {}", written(*due))),
        Happened::Entered(inputs) => (styled(GOES_ON, "▸"), dim(inputs.get())),
        Happened::Retried => (styled(GOES_ON, "↻"), "tried again".to_owned()),
        _ => return None,
    })
}

/// What it took.
fn spent(event: &Event) -> Option<String> {
    let time = u64::try_from(event.at - event.began_at).ok().filter(|ms| *ms > 0).map(roughly);
    let tokens = (event.usage.tokens() > 0).then(|| format!("{} tokens", event.usage.tokens()));
    let spent: Vec<String> = time.into_iter().chain(tokens).collect();
    (!spent.is_empty()).then(|| styled(DIM, spent.join(", ")))
}
