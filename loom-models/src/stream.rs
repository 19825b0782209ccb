//! A reply that comes piece by piece.
//!
//! What ends without saying so has broken off: it gives an error, whatever gave the pieces.

use crate::{
    error::{Cut, ModelError},
    reply::ChatReply,
};
use futures_util::Stream;
use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
};

/// One piece of a reply.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ChatEvent {
    /// More words.
    Text(String),
    /// A sign of life that is no word: a thought, or a part of a call of a tool.
    Quiet,
    /// The end: the whole reply, with all words and the tools to call.
    Done(ChatReply),
}

/// A reply as it comes: words, and at the end [`ChatEvent::Done`]. After an error, or the end, nothing more comes.
pub struct ChatStream {
    events: Pin<Box<dyn Stream<Item = Result<ChatEvent, ModelError>> + Send>>,
    text: String,
    over: bool,
}

impl ChatStream {
    /// Takes the pieces from wherever they come. If they end before [`ChatEvent::Done`], the stream ends with
    /// [`ModelError::CutOff`].
    pub fn new(events: impl Stream<Item = Result<ChatEvent, ModelError>> + Send + 'static) -> Self {
        ChatStream { events: Box::pin(events), text: String::new(), over: false }
    }

    /// The next piece; none after the end or an error.
    pub async fn next(&mut self) -> Option<Result<ChatEvent, ModelError>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// The whole reply, when it has come.
    ///
    /// # Errors
    /// What went wrong on the way.
    pub async fn reply(mut self) -> Result<ChatReply, ModelError> {
        loop {
            match self.next().await {
                Some(Ok(ChatEvent::Text(_) | ChatEvent::Quiet)) => {}
                Some(Ok(ChatEvent::Done(reply))) => return Ok(reply),
                Some(Err(error)) => return Err(error),
                None => return Err(broken(self.text)),
            }
        }
    }
}

/// What a stream ends with that nobody ended.
fn broken(text: String) -> ModelError {
    ModelError::CutOff { cut: Cut::Broken("it ended without saying that it is complete".to_owned()), text }
}

impl Stream for ChatStream {
    type Item = Result<ChatEvent, ModelError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.over {
            return Poll::Ready(None);
        }
        let event = ready!(self.events.as_mut().poll_next(cx));
        match &event {
            Some(Ok(ChatEvent::Text(more))) => self.text.push_str(more),
            Some(Ok(ChatEvent::Quiet)) => {}
            Some(Ok(ChatEvent::Done(_)) | Err(_)) => self.over = true,
            None => {
                self.over = true;
                return Poll::Ready(Some(Err(broken(std::mem::take(&mut self.text)))));
            }
        }
        Poll::Ready(event)
    }
}

impl fmt::Debug for ChatStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatStream").field("text", &self.text).field("over", &self.over).finish_non_exhaustive()
    }
}

/// The words of an answer as they come.
///
/// An answer that is not whole ends with an error: one that broke off, and one that came to the limit of tokens.
#[derive(Debug)]
pub struct Tokens {
    events: ChatStream,
    reply: Option<ChatReply>,
}

impl Tokens {
    /// Takes the words out of a reply that comes.
    #[must_use]
    pub fn new(events: ChatStream) -> Self {
        Tokens { events, reply: None }
    }

    /// The next words; none after the end or an error.
    pub async fn next(&mut self) -> Option<Result<String, ModelError>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// The reply as a whole, once the words have ended.
    #[must_use]
    pub fn reply(&self) -> Option<&ChatReply> {
        self.reply.as_ref()
    }

    /// All words that are still to come, as one text.
    ///
    /// # Errors
    /// What went wrong on the way.
    pub async fn rest(&mut self) -> Result<String, ModelError> {
        let mut text = String::new();
        while let Some(words) = self.next().await {
            text.push_str(&words?);
        }
        Ok(text)
    }
}

impl Stream for Tokens {
    type Item = Result<String, ModelError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            return Poll::Ready(match ready!(Pin::new(&mut self.events).poll_next(cx)) {
                Some(Ok(ChatEvent::Text(words))) => Some(Ok(words)),
                Some(Ok(ChatEvent::Quiet)) => continue,
                Some(Ok(ChatEvent::Done(reply))) => {
                    let whole = reply.clone().answer();
                    self.reply = Some(reply);
                    whole.err().map(Err)
                }
                Some(Err(error)) => Some(Err(error)),
                None => None,
            });
        }
    }
}
