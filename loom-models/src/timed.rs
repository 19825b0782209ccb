//! A stream that may not stand still, nor go on for ever, and that counts in the run it is made in.

use crate::{
    error::{Limit, ModelError},
    retry::Limits,
    stream::{ChatEvent, ChatStream},
};
use futures_util::Stream;
use loomflow_runtime::meter::Charge;
use std::{
    pin::Pin,
    task::{Context, Poll},
};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

/// Bounds how long a stream may go on, and stand still, and ends the call when it ends.
pub(crate) fn timed(events: ChatStream, limits: Limits, deadline: Instant, charge: Charge) -> ChatStream {
    let (end, idle) = (Box::pin(sleep_until(deadline)), Box::pin(sleep(limits.idle)));
    ChatStream::new(Timed { events, limits, end, idle, charge: Some(charge) })
}

struct Timed {
    events: ChatStream,
    limits: Limits,
    end: Pin<Box<Sleep>>,
    idle: Pin<Box<Sleep>>,
    charge: Option<Charge>,
}

impl Stream for Timed {
    type Item = Result<ChatEvent, ModelError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let me = &mut *self;
        // First of all: a server that always has one more piece ready must come to an end as well.
        if me.end.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Some(Err(me.limits.too_long())));
        }
        if let Poll::Ready(event) = Pin::new(&mut me.events).poll_next(cx) {
            me.idle.set(sleep(me.limits.idle));
            if let Some(Ok(ChatEvent::Done(reply))) = &event
                && let Some(charge) = me.charge.take()
            {
                charge.end(reply.tokens.input, reply.tokens.output);
            }
            return Poll::Ready(event);
        }
        if me.idle.as_mut().poll(cx).is_ready() {
            let after = me.limits.idle;
            return Poll::Ready(Some(Err(ModelError::TimedOut { limit: Limit::Idle, after })));
        }
        Poll::Pending
    }
}
