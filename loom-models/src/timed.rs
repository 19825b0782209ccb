//! A stream that may not stand still, nor go on for ever, that counts in the run it is made in, and is told to whoever
//! watches that.

use crate::{
    error::{Limit, ModelError},
    retry::Limits,
    spans,
    stream::{ChatEvent, ChatStream},
};
use futures_util::Stream;
use loomflow_runtime::{
    event::{self, Speech},
    meter::Charge,
};
use std::{
    pin::Pin,
    task::{Context, Poll},
};
use tokio::time::{Instant, Sleep, sleep, sleep_until};
use tracing::Span;

/// Bounds how long a stream may go on, and stand still, and ends the call when it ends.
pub(crate) fn timed(events: ChatStream, limits: Limits, deadline: Instant, charge: Charge, span: Span) -> ChatStream {
    let (end, idle) = (Box::pin(sleep_until(deadline)), Box::pin(sleep(limits.idle)));
    ChatStream::new(Timed { events, limits, end, idle, charge: Some(charge), speech: event::speech(), span })
}

struct Timed {
    events: ChatStream,
    limits: Limits,
    end: Pin<Box<Sleep>>,
    idle: Pin<Box<Sleep>>,
    charge: Option<Charge>,
    speech: Speech,
    span: Span,
}

impl Stream for Timed {
    type Item = Result<ChatEvent, ModelError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let me = &mut *self;
        let event = me.span.clone().in_scope(|| me.poll_event(cx));
        if let Poll::Ready(event) = &event {
            me.tell(event.as_ref());
        }
        event
    }
}

impl Timed {
    /// What is told of what the stream gives.
    fn tell(&mut self, event: Option<&Result<ChatEvent, ModelError>>) {
        match event {
            Some(Ok(ChatEvent::Text(words))) => self.speech.says(words),
            Some(Ok(ChatEvent::Done(reply))) => {
                spans::replied(&self.span, reply);
                match reply.clone().answer() {
                    Ok(_) => self.speech.ends(),
                    Err(error) => self.speech.breaks(&error),
                }
            }
            Some(Err(error)) => {
                spans::failed(&self.span, error);
                self.speech.breaks(error);
            }
            Some(Ok(ChatEvent::Quiet)) | None => {}
        }
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<ChatEvent, ModelError>>> {
        // First of all: a server that always has one more piece ready must come to an end as well.
        if self.end.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Some(Err(self.limits.too_long())));
        }
        if let Poll::Ready(event) = Pin::new(&mut self.events).poll_next(cx) {
            self.idle.set(sleep(self.limits.idle));
            if let Some(Ok(ChatEvent::Done(reply))) = &event
                && let Some(charge) = self.charge.take()
            {
                charge.end(reply.tokens.input, reply.tokens.output);
            }
            return Poll::Ready(event);
        }
        if self.idle.as_mut().poll(cx).is_ready() {
            let after = self.limits.idle;
            return Poll::Ready(Some(Err(ModelError::TimedOut { limit: Limit::Idle, after })));
        }
        Poll::Pending
    }
}
