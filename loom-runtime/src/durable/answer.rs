//! An answer that is given to a run.

use super::{carrying::nudge, error::LoomError, loom::Loom};
use crate::{
    clock::now_ms,
    journal::{Asked, JournalError, Message, QuestionState, RunInfo},
    unread::unread,
};
use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
};

/// An answer to a question of a run: a future that is done when the answer is in the journal.
#[must_use = "an answer is not given until this is awaited"]
pub struct Answer<C> {
    loom: Loom<C>,
    id: String,
    /// The ask; of an untyped answer that, or the node.
    ask: String,
    node: Option<String>,
    number: Option<u64>,
    value: Result<String, serde_json::Error>,
    by: Option<String>,
    /// Whether it may come before its question; not known of an untyped one.
    inbox: Option<bool>,
}

impl<C> fmt::Debug for Answer<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("id", &self.id).field("ask", &self.ask).finish_non_exhaustive()
    }
}

impl<C: Send + Sync + 'static> Answer<C> {
    pub(super) fn new(
        loom: Loom<C>,
        id: String,
        ask: &str,
        value: Result<String, serde_json::Error>,
        inbox: bool,
    ) -> Self {
        Answer { loom, id, ask: ask.to_owned(), node: None, number: None, value, by: None, inbox: Some(inbox) }
    }

    pub(super) fn untyped(loom: Loom<C>, id: String, ask: &str, json: String) -> Self {
        Answer { loom, id, ask: ask.to_owned(), node: None, number: None, value: Ok(json), by: None, inbox: None }
    }

    /// Who answers; it is recorded with the answer.
    pub fn by(mut self, who: impl Into<String>) -> Self {
        self.by = Some(who.into());
        self
    }

    /// The node whose question is answered, where several of one ask are open.
    pub fn at(mut self, node: impl Into<String>) -> Self {
        self.node = Some(node.into());
        self
    }

    /// The number of the question that is answered, where one node asks several times at once: see
    /// [`OpenQuestion::number`](super::OpenQuestion::number).
    pub fn number(mut self, number: u64) -> Self {
        self.number = Some(number);
        self
    }

    async fn give(self) -> Result<(), LoomError> {
        let shape = |ask: &str, error| LoomError::Shape { ask: ask.to_owned(), error };
        let value = self.value.as_ref().map_err(|error| shape(&self.ask, error.to_string()))?.clone();
        let inner = &self.loom.0;
        let info = inner.info(&self.id).await?;
        let asked = inner.journal.questions(info.run).await?;
        let question = match self.question(&info, &asked) {
            // That it was answered, or came too late, says more than that the run has ended.
            Ok(_) | Err(LoomError::NotAsked { .. }) if info.status.is_end() => {
                return Err(JournalError::Ended { id: self.id }.into());
            }
            question => question?,
        };
        let ask = question.map_or_else(|| self.ask.clone(), |asked| asked.ask.clone());
        if self.inbox.is_none() {
            match inner.runner(&info)?.check_answer(&ask, &value) {
                Some(checked) => checked.map_err(|error| shape(&ask, unread(&value, &error)))?,
                None => return Err(self.not_asked(&asked)),
            }
        }
        let message =
            Message { ask, question: question.map(|asked| asked.seq), value, by: self.by.clone(), at: now_ms() };
        match inner.journal.put(&self.id, &message).await {
            Ok(()) => nudge(inner, &self.id).await,
            Err(JournalError::Answered { by, .. }) => {
                Err(LoomError::Answered { id: self.id, node: node(question), by })
            }
            Err(JournalError::Closed { .. }) => Err(LoomError::Late { id: self.id, node: node(question) }),
            Err(other) => Err(other.into()),
        }
    }

    /// The question that is answered; none when it has not been asked yet and its ask has an inbox.
    fn question<'q>(&self, info: &RunInfo, asked: &'q [Asked]) -> Result<Option<&'q Asked>, LoomError> {
        let meant = |asked: &&Asked| {
            let named = asked.ask == self.ask || (self.inbox.is_none() && asked.node == self.ask);
            named
                && self.node.as_ref().is_none_or(|node| *node == asked.node)
                && self.number.is_none_or(|number| number == asked.seq)
        };
        let of_ask: Vec<&Asked> = asked.iter().filter(meant).collect();
        let open: Vec<&Asked> = of_ask.iter().copied().filter(|asked| asked.state == QuestionState::Open).collect();
        if let [one] = open.as_slice() {
            return Ok(Some(one));
        }
        if self.inbox == Some(true) && self.node.is_none() && self.number.is_none() {
            return Ok(None);
        }
        if !open.is_empty() {
            let open = open.iter().map(|asked| (asked.node.clone(), asked.seq)).collect();
            return Err(LoomError::Ambiguous { id: info.id.clone(), ask: self.ask.clone(), open });
        }
        match of_ask.last() {
            Some(Asked { state: QuestionState::Answered { by, .. }, node, .. }) => {
                Err(LoomError::Answered { id: info.id.clone(), node: node.clone(), by: by.clone() })
            }
            Some(last) => Err(LoomError::Late { id: info.id.clone(), node: last.node.clone() }),
            None => Err(self.not_asked(asked)),
        }
    }

    fn not_asked(&self, asked: &[Asked]) -> LoomError {
        let open = asked.iter().filter(|asked| asked.state == QuestionState::Open);
        let open = open.map(|asked| format!("`{}`", asked.node)).collect();
        LoomError::NotAsked { id: self.id.clone(), ask: self.ask.clone(), open }
    }
}

fn node(question: Option<&Asked>) -> String {
    question.map(|asked| asked.node.clone()).unwrap_or_default()
}

impl<C: Send + Sync + 'static> IntoFuture for Answer<C> {
    type Output = Result<(), LoomError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.give())
    }
}
