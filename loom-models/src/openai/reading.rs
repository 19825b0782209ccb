//! A stream as it is read: bytes, events, pieces of the reply.
//!
//! Only a server that says why the reply ended has given all of it. Whatever ends the bytes before, the answer is cut off.

use super::{deltas::Deltas, secrets::Secrets, sse::Events, transport::Coming};
use crate::{
    error::{Cut, ModelError},
    stream::{ChatEvent, ChatStream},
};
use futures_util::{StreamExt, stream};
use std::{collections::VecDeque, sync::Arc};

/// How a stream says that nothing more comes.
const DONE: &str = "[DONE]";

/// The pieces of the reply that comes.
pub(super) fn events(coming: Coming, secrets: Arc<Secrets>) -> ChatStream {
    let reading = Reading { coming, events: Events::default(), waiting: VecDeque::new(), deltas: Deltas::default() };
    let events = stream::unfold(Some(reading), async |reading| Some(reading?.next().await));
    ChatStream::new(events.map(move |event| event.map_err(|error| secrets.hidden_from(error))))
}

struct Reading {
    coming: Coming,
    events: Events,
    /// Events that came together and were not looked at yet.
    waiting: VecDeque<String>,
    deltas: Deltas,
}

impl Reading {
    /// The next piece, and what reads on; nothing does after the end.
    async fn next(mut self) -> (Result<ChatEvent, ModelError>, Option<Self>) {
        loop {
            if let Some(data) = self.waiting.pop_front() {
                if data.trim() == DONE {
                    return (self.end("it ended without saying that it is complete"), None);
                }
                return match self.deltas.take(&data) {
                    Ok(event) => (Ok(event), Some(self)),
                    Err(error) => (Err(error), None),
                };
            }
            match self.coming.chunk().await {
                Ok(Some(bytes)) => self.waiting.extend(self.events.feed(&bytes)),
                Ok(None) => match self.events.end() {
                    Some(data) => self.waiting.push_back(data),
                    None => return (self.end("the connection ended before the answer did"), None),
                },
                Err(how) => return (self.end(&how), None),
            }
        }
    }

    /// The reply, where it is whole; what ended the bytes does not matter then.
    fn end(self, how: &str) -> Result<ChatEvent, ModelError> {
        let cut = |text| ModelError::CutOff { cut: Cut::Broken(how.to_owned()), text };
        self.deltas.end().map(ChatEvent::Done).map_err(cut)
    }
}
