//! A model that says what it was told before all else.

use futures_util::stream;
use loomflow::model::{
    BoxFuture, ChatEvent, ChatModel, ChatReply, ChatRequest, ChatStream, Message, Model, ModelError,
};

#[derive(Debug)]
struct Echo;

/// The content of the system message; of more than one the model says so.
fn told(request: &ChatRequest) -> ChatReply {
    let told = request.messages.iter().filter_map(|message| match message {
        Message::System { content } => Some(content.clone()),
        _ => None,
    });
    ChatReply::text(told.collect::<Vec<_>>().join(" and another: "))
}

impl ChatModel for Echo {
    fn name(&self) -> &'static str {
        "echo"
    }
    fn chat<'a>(&'a self, request: &'a ChatRequest) -> BoxFuture<'a, Result<ChatReply, ModelError>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            Ok(told(request))
        })
    }
    fn stream<'a>(&'a self, request: &'a ChatRequest) -> BoxFuture<'a, Result<ChatStream, ModelError>> {
        Box::pin(async move { Ok(ChatStream::new(stream::iter([Ok(ChatEvent::Done(told(request)))]))) })
    }
}

pub(crate) fn echo() -> Model {
    Model::of(Echo)
}
