//! A subscriber that keeps the tree of spans.

use std::{
    collections::BTreeMap,
    fmt::{Debug, Write},
    sync::{Arc, Mutex, MutexGuard},
};
use tracing::{
    Event, Id, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Record},
    subscriber::with_default,
};

/// A span, with what it tells of itself.
#[derive(Default)]
pub(crate) struct Told {
    name: &'static str,
    fields: BTreeMap<&'static str, String>,
    parent: Option<usize>,
}

impl Visit for Told {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields.insert(field.name(), format!("{value:?}"));
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name(), value.to_owned());
    }
}

#[derive(Default)]
struct State {
    spans: Vec<Told>,
    entered: Vec<usize>,
}

/// Keeps all spans up to a level.
#[derive(Clone)]
pub(crate) struct Capture {
    level: Level,
    state: Arc<Mutex<State>>,
}

impl Capture {
    pub(crate) fn new(level: Level) -> Self {
        Capture { level, state: Arc::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics here")
    }

    /// Does something, and gives the tree of spans that it made, one a line, with some of what they tell.
    pub(crate) fn tree(level: Level, fields: &[&str], work: impl FnOnce()) -> String {
        let capture = Capture::new(level);
        with_default(capture.clone(), work);
        let state = capture.state();
        let mut tree = String::new();
        for root in (0..state.spans.len()).filter(|span| state.spans[*span].parent.is_none()) {
            write(&state.spans, root, 0, fields, &mut tree);
        }
        tree
    }

    /// All that the spans of a name tell.
    pub(crate) fn told(name: &str, work: impl FnOnce()) -> Vec<BTreeMap<&'static str, String>> {
        let capture = Capture::new(Level::INFO);
        with_default(capture.clone(), work);
        let state = capture.state();
        state.spans.iter().filter(|span| span.name == name).map(|span| span.fields.clone()).collect()
    }
}

fn write(spans: &[Told], span: usize, depth: usize, fields: &[&str], tree: &mut String) {
    let told = fields.iter().filter_map(|field| Some(format!(" {field}={}", spans[span].fields.get(field)?)));
    let name = spans[span].fields.get("otel.name").map_or(spans[span].name, String::as_str);
    writeln!(tree, "{}{name}{}", "  ".repeat(depth), told.collect::<String>()).expect("a text can be written to");
    for child in (0..spans.len()).filter(|child| spans[*child].parent == Some(span)) {
        write(spans, child, depth + 1, fields, tree);
    }
}

fn index(id: &Id) -> usize {
    usize::try_from(id.into_u64()).expect("few spans") - 1
}

impl Subscriber for Capture {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.level() <= &self.level && metadata.target().starts_with("loomflow")
    }
    fn max_level_hint(&self) -> Option<tracing::level_filters::LevelFilter> {
        Some(self.level.into())
    }
    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut state = self.state();
        let parent = attributes.parent().map(index).or_else(|| state.entered.last().copied());
        let mut told = Told { name: attributes.metadata().name(), fields: BTreeMap::new(), parent };
        attributes.record(&mut told);
        state.spans.push(told);
        Id::from_u64(state.spans.len() as u64)
    }
    fn record(&self, span: &Id, values: &Record<'_>) {
        values.record(&mut self.state().spans[index(span)]);
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, span: &Id) {
        self.state().entered.push(index(span));
    }
    fn exit(&self, _: &Id) {
        self.state().entered.pop();
    }
}
