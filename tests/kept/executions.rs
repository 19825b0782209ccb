//! How often steps are executed, as `tracing` is told of their attempts.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    sync::{
        Arc, Mutex, Once,
        atomic::{AtomicU64, Ordering},
    },
};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::{Interest, set_global_default, with_default},
};

/// How often the steps of each node were executed.
pub(crate) type Executions = BTreeMap<String, usize>;

#[derive(Default)]
struct Listener {
    nodes: Mutex<Executions>,
    spans: AtomicU64,
}

/// Listens to nothing, and has every span ask who listens: a span that another thread comes to first, where nobody does, would
/// be off from then on until `tracing` looks again.
struct Nobody;

impl Subscriber for Nobody {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        false
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// Does some work on this thread, and counts the attempts of steps in it.
pub(crate) fn executions<T>(work: impl FnOnce() -> T) -> (T, Executions) {
    static NOBODY: Once = Once::new();
    // This module is part of some programs more than once, and one of it is enough.
    NOBODY.call_once(|| drop(set_global_default(Nobody)));
    let listener = Arc::new(Listener::default());
    let done = with_default(Arc::clone(&listener), work);
    let nodes = std::mem::take(&mut *listener.nodes.lock().expect("nothing panics under the lock"));
    (done, nodes)
}

struct Node(Option<String>);

impl Visit for Node {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "node" {
            self.0 = Some(value.to_owned());
        }
    }
    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span()
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut node = Node(None);
        span.record(&mut node);
        if let (Node(Some(node)), "attempt") = (node, span.metadata().name()) {
            *self.nodes.lock().expect("nothing panics under the lock").entry(node).or_default() += 1;
        }
        Id::from_u64(1 + self.spans.fetch_add(1, Ordering::Relaxed))
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}
