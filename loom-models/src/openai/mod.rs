//! Any server with OpenAI's API: chat completions and embeddings.
//!
//! Requests are written strictly, with async-openai's types. Replies are read leniently, by hand: what a server that is not
//! OpenAI leaves out, adds or writes otherwise is no error as long as it can be told what is meant. Nothing of async-openai
//! and reqwest is seen from outside.

mod deltas;
mod embeddings;
mod reading;
mod reply;
mod request;
mod secrets;
mod sse;
mod tls;
mod transport;
mod wait;

pub(crate) use transport::{Address, Transport};

use crate::{
    chat_model::{BoxFuture, ChatModel},
    embedder::Embedder,
    error::ModelError,
    reply::ChatReply,
    request::ChatRequest,
    stream::{ChatEvent, ChatStream},
};
use futures_util::stream;

/// In which field of a request the limit of tokens goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenLimit {
    /// `max_tokens`, which servers know that are not OpenAI.
    MaxTokens,
    /// `max_completion_tokens`, which OpenAI's newer models ask for.
    MaxCompletionTokens,
}

/// In what dialect a server is spoken to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dialect {
    pub token_limit: TokenLimit,
    /// Whether it is asked to tell what a stream took.
    pub stream_usage: bool,
}

/// Chat completions of one server.
#[derive(Debug, Clone)]
pub(crate) struct OpenAiChat {
    pub name: String,
    pub dialect: Dialect,
    pub transport: Transport,
}

impl ChatModel for OpenAiChat {
    fn name(&self) -> &str {
        &self.name
    }

    fn provider(&self) -> &'static str {
        "openai"
    }

    fn chat<'a>(&'a self, request: &'a ChatRequest) -> BoxFuture<'a, Result<ChatReply, ModelError>> {
        let reply = async move {
            let body = request::body(request, &self.name, self.dialect, false)?;
            reply::read(&self.transport.posted(PATH, body).await?)
        };
        Box::pin(async move { reply.await.map_err(|error| self.transport.secrets.hidden_from(error)) })
    }

    fn stream<'a>(&'a self, request: &'a ChatRequest) -> BoxFuture<'a, Result<ChatStream, ModelError>> {
        let events = async move {
            let body = request::body(request, &self.name, self.dialect, true)?;
            let coming = self.transport.post(PATH, body).await?;
            // A server that knows no streams gives the reply at once.
            if coming.is_json() {
                let reply = reply::read(&coming.text().await?)?;
                let words = reply.message.content.clone();
                let words = (!words.is_empty()).then_some(ChatEvent::Text(words));
                let events: Vec<_> = words.into_iter().chain([ChatEvent::Done(reply)]).map(Ok).collect();
                return Ok(ChatStream::new(stream::iter(events)));
            }
            Ok(reading::events(coming, self.transport.secrets.clone()))
        };
        Box::pin(async move { events.await.map_err(|error| self.transport.secrets.hidden_from(error)) })
    }
}

/// Where chat completions are asked for.
const PATH: &str = "chat/completions";

/// Embeddings of one server.
#[derive(Debug, Clone)]
pub(crate) struct OpenAiEmbedder {
    pub name: String,
    pub transport: Transport,
}

impl Embedder for OpenAiEmbedder {
    fn name(&self) -> &str {
        &self.name
    }

    fn provider(&self) -> &'static str {
        "openai"
    }

    fn embed<'a>(&'a self, texts: &'a [String]) -> BoxFuture<'a, Result<Vec<Vec<f32>>, ModelError>> {
        let vectors = async move {
            let body = embeddings::body(&self.name, texts)?;
            embeddings::read(&self.transport.posted("embeddings", body).await?, texts.len())
        };
        Box::pin(async move { vectors.await.map_err(|error| self.transport.secrets.hidden_from(error)) })
    }
}

#[cfg(test)]
mod tests {
    use super::{deltas::Deltas, embeddings, reply, sse::Events};
    use fastrand::Rng;

    const STREAM: &str = r#"data: {"model":"m","choices":[{"delta":{"content":"I add."}}]}

data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"x","function":{"name":"add","arguments":"{\"a\""}}]}}]}

data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]},"finish_reason":"tool_calls"}]}

data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}

data: [DONE]

"#;
    const REPLY: &str = r#"{"choices":[{"message":{"content":"a","tool_calls":[{"id":"x","function":{"name":"add",
        "arguments":"{}"}}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":4},
        "data":[{"index":0,"embedding":[1.5]}],"error":null}"#;

    /// The text with a few bytes put in, taken out or changed, most of them such as JSON is made of.
    fn spoilt(text: &str, dice: &mut Rng) -> Vec<u8> {
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..dice.usize(1..4) {
            let at = dice.usize(..bytes.len());
            let byte = *dice.choice(b"{}[]\",:0-e\\\n\r tfn\xff\x00").unwrap_or(&0);
            match dice.u8(..3) {
                0 => bytes.insert(at, byte),
                1 => bytes[at] = byte,
                _ => drop(bytes.drain(at..(at + dice.usize(1..20)).min(bytes.len()))),
            }
        }
        bytes
    }

    #[test]
    fn whatever_a_server_sends_is_a_reply_or_an_error() {
        let mut dice = Rng::with_seed(7);
        let (mut wholes, mut streams) = (0, 0);
        for _ in 0..5_000 {
            let body = String::from_utf8_lossy(&spoilt(REPLY, &mut dice)).into_owned();
            let _ = embeddings::read(&body, 1);
            wholes += u32::from(reply::read(&body).is_ok());

            let (mut events, mut deltas) = (Events::default(), Deltas::default());
            let bytes = spoilt(STREAM, &mut dice);
            let mut data: Vec<_> = bytes.chunks(dice.usize(1..99)).flat_map(|bytes| events.feed(bytes)).collect();
            data.extend(events.end());
            let taken = data.iter().filter(|data| *data != "[DONE]").all(|data| deltas.take(data).is_ok());
            streams += u32::from(taken && deltas.end().is_ok());
        }
        for read in [wholes, streams] {
            assert!((100..4_900).contains(&read), "{wholes} and {streams} could be read: the dice are loaded");
        }
    }
}
