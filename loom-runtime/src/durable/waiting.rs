//! What a run waits for: answers and times.

use super::keeping::Keeping;
use crate::{journal::Message, locked::locked};
use std::{
    collections::BTreeMap,
    future::poll_fn,
    sync::{Mutex, MutexGuard},
    task::{Poll, Waker},
};

/// What a run waits for.
#[derive(Default)]
pub(super) struct Waiting(Mutex<State>);

#[derive(Default)]
struct State {
    /// The questions that are open, by their numbers.
    open: BTreeMap<u64, Question>,
    /// When timers are due, by numbers of no meaning.
    timers: BTreeMap<u64, i64>,
    timers_begun: u64,
    /// Whether the run is put aside: what is dropped then goes on later.
    aside: bool,
}

struct Question {
    scope: String,
    turn: u64,
    ask: &'static str,
    inbox: bool,
    message: Option<(u64, Message)>,
    waker: Option<Waker>,
}

/// A question that waits for its answer.
pub(super) struct Open<'w> {
    waiting: &'w Waiting,
    keeping: &'w Keeping,
    seq: u64,
}

/// A time that is waited for.
pub(super) struct Timer<'w> {
    waiting: &'w Waiting,
    number: u64,
}

impl Waiting {
    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.0)
    }

    pub(super) fn open<'w>(
        &'w self,
        keeping: &'w Keeping,
        seq: u64,
        scope: &str,
        turn: u64,
        ask: &'static str,
        inbox: bool,
    ) -> Open<'w> {
        let question = Question { scope: scope.to_owned(), turn, ask, inbox, message: None, waker: None };
        self.state().open.insert(seq, question);
        Open { waiting: self, keeping, seq }
    }

    pub(super) fn timer(&self, due: i64) -> Timer<'_> {
        let mut state = self.state();
        state.timers_begun += 1;
        let number = state.timers_begun;
        state.timers.insert(number, due);
        Timer { waiting: self, number }
    }

    /// When the next timer is due.
    pub(super) fn next_due(&self) -> Option<i64> {
        self.state().timers.values().min().copied()
    }

    /// Whether a question waits whose answer has come.
    pub(super) fn has_answer(&self) -> bool {
        self.state().open.values().any(|question| question.message.is_some())
    }

    /// The questions at a node, or in the scopes within it.
    pub(super) fn within(&self, scope: &str, turn: u64) -> Vec<u64> {
        let state = self.state();
        let inner = [format!("{scope}{turn}/"), format!("{scope}{turn}.")];
        let is_within = |question: &Question| {
            (question.scope == scope && question.turn == turn)
                || inner.iter().any(|inner| question.scope.starts_with(inner))
        };
        state.open.iter().filter(|(_, question)| is_within(question)).map(|(seq, _)| *seq).collect()
    }

    /// Hands messages to the questions they answer; to an inbox the one that has waited longest.
    pub(super) fn deliver(&self, messages: Vec<(u64, Message)>) {
        let mut wakers = Vec::new();
        let mut state = self.state();
        for (number, message) in messages {
            let given = |question: &Question| question.message.as_ref().is_some_and(|(other, _)| *other == number);
            if state.open.values().any(given) {
                continue;
            }
            let question = match message.question {
                Some(seq) => state.open.get_mut(&seq),
                None => {
                    let mut open = state.open.values_mut();
                    open.find(|question| question.inbox && question.ask == message.ask && question.message.is_none())
                }
            };
            if let Some(question) = question.filter(|question| question.message.is_none()) {
                question.message = Some((number, message));
                wakers.extend(question.waker.take());
            }
        }
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Puts the run aside: its questions stay open, and its timers set.
    pub(super) fn put_aside(&self) {
        self.state().aside = true;
    }
}

impl Open<'_> {
    /// The answer, and the number of the message it came with.
    pub(super) async fn answer(&mut self) -> (u64, Message) {
        poll_fn(|cx| {
            let mut state = self.waiting.state();
            let Some(question) = state.open.get_mut(&self.seq) else { return Poll::Pending };
            match question.message.take() {
                Some(message) => {
                    state.open.remove(&self.seq);
                    Poll::Ready(message)
                }
                None => {
                    question.waker = Some(cx.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        let mut state = self.waiting.state();
        if state.open.remove(&self.seq).is_some() && !state.aside {
            drop(state);
            self.keeping.closed(self.seq);
        }
    }
}

impl Drop for Timer<'_> {
    fn drop(&mut self) {
        self.waiting.state().timers.remove(&self.number);
    }
}
