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

    fn chat<'a>(&'a self, request: &'a ChatRequest) -> BoxFuture<'a, Result<ChatReply, ModelError>> {
        Box::pin(async move {
            let body = request::body(request, &self.name, self.dialect, false)?;
            reply::read(&self.transport.posted(PATH, body).await?)
        })
    }

    fn stream<'a>(&'a self, request: &'a ChatRequest) -> BoxFuture<'a, Result<ChatStream, ModelError>> {
        Box::pin(async move {
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
            Ok(reading::events(coming))
        })
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

    fn embed<'a>(&'a self, texts: &'a [String]) -> BoxFuture<'a, Result<Vec<Vec<f32>>, ModelError>> {
        Box::pin(async move {
            let body = embeddings::body(&self.name, texts)?;
            embeddings::read(&self.transport.posted("embeddings", body).await?, texts.len())
        })
    }
}
