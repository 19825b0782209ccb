//! How a run that is kept asks: the question is recorded, and the run waits for what anybody puts for it.

use super::{
    driver::Durable,
    keeping::{Halt, entry},
    scope::Scope,
    wording::Wording,
};
use crate::{
    clock::now_ms,
    driver::At,
    failure::Failure,
    journal::{Asked, QuestionState, RecordKind},
    question::Question,
};
use std::{future::pending, sync::Arc};

impl Durable {
    /// Asks a question, unless it was `asked` by a record before, and gives what is put for it, as `read` reads it.
    pub(super) async fn told<T>(
        &self,
        at: &At<Arc<Scope>>,
        ask: &'static str,
        question: &Question,
        asked: Option<u64>,
        inbox: bool,
        read: impl Fn(&str) -> Result<T, serde_json::Error>,
    ) -> Result<T, Failure> {
        let seq = asked.unwrap_or_else(|| self.asks(at, ask, question));
        let mut open = self.waiting.open(&self.keeping, seq, &at.scope.path, at.turn, ask, inbox);
        // What was put while nobody was at the run, or came before the question.
        if inbox || asked.is_some() {
            self.keeping.flush().await;
            self.deliver().await;
        }
        let (number, message) = open.answer().await;
        match read(&message.value) {
            Ok(told) => {
                self.keeping.taken(number);
                if message.question.is_none() {
                    let state = QuestionState::Answered { by: message.by.clone(), at: message.at };
                    self.keeping.answered(Asked { question: None, state, ..opened(at, seq, ask, message.at) });
                }
                at.scope.here().by = message.by;
                Ok(told)
            }
            Err(error) => Err(self.unread(at, &error)),
        }
    }

    fn asks(&self, at: &At<Arc<Scope>>, ask: &str, question: &Question) -> u64 {
        let now = now_ms();
        // The one timer there can be is the limit within which it is asked.
        let limit = at.scope.here().untold.pop().map(|due| due.left(now));
        let seq =
            self.keeping.record(&at.scope, entry(at, RecordKind::Asked, now, Wording::of(question, limit).write()));
        let question = serde_json::to_string(question).ok();
        self.keeping.asked(Asked { question, ..opened(at, seq, ask, now) });
        seq
    }

    /// Hands over what was put for the run. When that cannot be looked for, the run stops here.
    pub(super) async fn deliver(&self) {
        self.look().await;
        if self.keeping.is_halted() {
            pending::<()>().await;
        }
    }

    /// Looks for what was put for the run, and whether it is to be cancelled.
    pub(super) async fn signalled(&self, id: &str) {
        match self.keeping.journal.run(id).await {
            Ok(Some(info)) if info.cancel_at.is_some() => self.keeping.cancel.come(),
            Ok(_) => {}
            Err(error) => self.keeping.halt(Halt::Journal(error)),
        }
        self.look().await;
    }

    async fn look(&self) {
        match self.keeping.journal.messages(self.keeping.claim.run).await {
            Ok(messages) => self.waiting.deliver(messages),
            Err(error) => self.keeping.halt(Halt::Journal(error)),
        }
    }
}

/// A question that is open, as it is kept, without its wording.
fn opened(at: &At<Arc<Scope>>, seq: u64, ask: &str, now: i64) -> Asked {
    Asked {
        seq,
        scope: at.scope.path.clone(),
        node: at.place.node.to_owned(),
        ask: ask.to_owned(),
        question: None,
        at: now,
        state: QuestionState::Open,
    }
}
