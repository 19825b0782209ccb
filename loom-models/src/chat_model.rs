//! What a provider of chat models is to the rest: one attempt at one call.

use crate::{error::ModelError, reply::ChatReply, request::ChatRequest, stream::ChatStream};
use std::{fmt::Debug, pin::Pin};

/// A future that is boxed, so that the trait it comes from can stand behind a pointer.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A provider of chat models.
///
/// It makes one attempt at a time: how long that may take and whether there is another one is decided by the
/// [`Model`](crate::Model) around it, by what the error [says](ModelError::is_transient). Its `Debug` shows no secret.
///
/// ```
/// use futures_util::stream;
/// use loomflow_models::{BoxFuture, ChatEvent, ChatModel, ChatReply, ChatRequest, ChatStream, Model, ModelError};
///
/// /// Says always the same.
/// #[derive(Debug)]
/// struct Parrot(&'static str);
///
/// impl ChatModel for Parrot {
///     fn name(&self) -> &str {
///         "parrot"
///     }
///
///     fn chat<'a>(&'a self, _: &'a ChatRequest) -> BoxFuture<'a, Result<ChatReply, ModelError>> {
///         Box::pin(async { Ok(ChatReply::text(self.0)) })
///     }
///
///     fn stream<'a>(&'a self, _: &'a ChatRequest) -> BoxFuture<'a, Result<ChatStream, ModelError>> {
///         let events = [ChatEvent::Text(self.0.to_owned()), ChatEvent::Done(ChatReply::text(self.0))];
///         Box::pin(async { Ok(ChatStream::new(stream::iter(events.map(Ok)))) })
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let model = Model::of(Parrot("Pretty bird."));
/// assert_eq!(model.text("Who are you?").await?, "Pretty bird.");
/// # Ok::<_, ModelError>(())
/// # }).unwrap();
/// ```
pub trait ChatModel: Debug + Send + Sync {
    /// Which model answers where a request names none.
    fn name(&self) -> &str;

    /// Whose API it speaks, as [traces](https://opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai/) name it
    /// (`gen_ai.provider.name`).
    fn provider(&self) -> &'static str {
        "_OTHER"
    }

    /// Asks, and gives the reply when it is complete.
    ///
    /// # Errors
    /// What keeps it from giving a reply. A reply that ended early is a reply: its `finish` tells.
    fn chat<'a>(&'a self, request: &'a ChatRequest) -> BoxFuture<'a, Result<ChatReply, ModelError>>;

    /// Asks, and gives the reply piece by piece.
    ///
    /// # Errors
    /// What keeps it from starting. What goes wrong later is an item of the stream.
    fn stream<'a>(&'a self, request: &'a ChatRequest) -> BoxFuture<'a, Result<ChatStream, ModelError>>;
}
