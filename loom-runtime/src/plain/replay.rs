//! What was recorded of a run of plain Rust, and which call is to have it.
//!
//! Calls are told by the name of the step and how often it was called before, in the order in which they are first polled.
//! Outcomes are handed over in the order in which they were recorded, which is the order in which the program saw them, so
//! that it takes the way it took. Until all are handed over, a call that has none is held back: a program that changed
//! is found out before it does anything.

use crate::journal::{Record, RecordKind};
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    task::Waker,
};

/// What was recorded of a run, as far as it is not handed over yet.
#[derive(Default)]
pub(crate) struct Replay {
    /// The outcomes of calls, in their order.
    outcomes: VecDeque<Arc<Record>>,
    /// What was recorded of calls besides, the last one first.
    besides: HashMap<(String, u64), Vec<Arc<Record>>>,
    /// How often each step was called.
    calls: HashMap<&'static str, u64>,
    /// The calls that are held back, in their order.
    held: Vec<(&'static str, u64, Waker)>,
}

/// What is to become of a call.
#[derive(Debug)]
pub(super) enum Turn {
    /// It has this outcome.
    Recalled(Arc<Record>),
    /// It is performed; of earlier attempts these are the records, the last one first.
    Performed(Vec<Arc<Record>>),
    /// Not yet.
    Held,
}

impl Replay {
    /// The records of a run, in their order.
    pub(crate) fn new(records: Vec<Record>) -> Self {
        let mut replay = Replay::default();
        for record in records {
            use RecordKind::{Answered, Asked, Attempt, Begun, Cancelled, Failed, Output};
            let record = Arc::new(record);
            match record.kind {
                Output | Answered | Failed | Cancelled => replay.outcomes.push_back(record),
                Attempt | Begun | Asked => {
                    let call = (record.node.clone().into_owned(), record.turn);
                    replay.besides.entry(call).or_default().insert(0, record);
                }
                _ => {}
            }
        }
        replay
    }

    /// The number of another call of a step, counted from 1.
    pub(super) fn number(&mut self, step: &'static str) -> u64 {
        let calls = self.calls.entry(step).or_default();
        *calls += 1;
        *calls
    }

    /// What is to become of a call.
    pub(super) fn turn(&mut self, step: &'static str, number: u64) -> Turn {
        match self.outcomes.front() {
            None => Turn::Performed(self.besides.remove(&(step.to_owned(), number)).unwrap_or_default()),
            Some(next) if next.node == step && next.turn == number => {
                self.held.drain(..).for_each(|(_, _, waker)| waker.wake());
                self.outcomes.pop_front().map_or(Turn::Held, Turn::Recalled)
            }
            Some(_) => Turn::Held,
        }
    }

    /// Notes who polls a call that is held back.
    pub(super) fn hold(&mut self, step: &'static str, number: u64, waker: &Waker) {
        match self.held.iter_mut().find(|(name, of, _)| (*name, *of) == (step, number)) {
            Some((_, _, held)) => held.clone_from(waker),
            None => self.held.push((step, number, waker.clone())),
        }
    }

    /// Forgets a call that is no longer held back.
    pub(super) fn let_go(&mut self, step: &'static str, number: u64) {
        self.held.retain(|(name, of, _)| (*name, *of) != (step, number));
    }

    /// Whether calls are held back, and nothing can be handed over.
    pub(super) fn is_stuck(&self) -> bool {
        !self.held.is_empty()
    }

    /// What the program does otherwise than what was recorded; `called` is what it calls instead, if it calls anything.
    pub(super) fn difference(&self, called: Option<(&str, u64)>) -> Option<String> {
        let next = self.outcomes.front()?;
        let called = called.or_else(|| self.held.first().map(|(step, number, _)| (*step, *number)));
        let recorded = format!("call {} of `{}` comes next in its record", next.turn, next.node);
        Some(match called {
            Some((step, number)) => format!("{recorded}, and the program makes call {number} of `{step}`"),
            None => format!("{recorded}, and the program ends without it"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: RecordKind, node: &str, turn: u64) -> Record {
        Record {
            seq: 1,
            kind,
            scope: String::new(),
            turn,
            node: node.to_owned().into(),
            label: "".into(),
            attempt: 1,
            began_at: 0,
            at: 0,
            after: None,
            live: String::new(),
            value: "1".to_owned(),
            by: None,
            usage: crate::meter::Usage::default(),
            link: None,
        }
    }

    #[test]
    fn outcomes_are_handed_over_in_their_order_and_calls_without_one_are_held_back() {
        let outcomes = [
            record(RecordKind::Output, "b", 1),
            record(RecordKind::Attempt, "c", 1),
            record(RecordKind::Output, "a", 1),
        ];
        let mut replay = Replay::new(outcomes.into());
        let a = replay.number("a");
        assert!(matches!(replay.turn("a", a), Turn::Held));
        replay.hold("a", a, Waker::noop());
        assert!(replay.is_stuck());
        assert_eq!(
            replay.difference(None).as_deref(),
            Some("call 1 of `b` comes next in its record, and the program makes call 1 of `a`")
        );
        let b = replay.number("b");
        assert!(matches!(replay.turn("b", b), Turn::Recalled(_)));
        assert!(!replay.is_stuck());
        assert!(replay.difference(None).is_some_and(|told| told.ends_with("the program ends without it")));
        let c = replay.number("c");
        assert!(matches!(replay.turn("c", c), Turn::Held));
        assert!(matches!(replay.turn("a", a), Turn::Recalled(_)));
        assert!(matches!(replay.turn("c", c), Turn::Performed(besides) if besides.len() == 1));
        assert_eq!((replay.number("c"), replay.difference(None)), (2, None));
    }
}
