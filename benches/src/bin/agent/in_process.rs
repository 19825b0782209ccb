//! A model in this process: a request is written down as the bytes that go to it, and the bytes of the script come back.

use crate::{hand::Client, script::replies};
use async_openai::types::chat::{
    ChatCompletionMessageToolCalls, CreateChatCompletionRequest, CreateChatCompletionResponse,
};
use loomflow::model::{Assistant, BoxFuture, ChatModel, ChatReply, ChatRequest, ChatStream, ModelError, ToolCall};
use serde::Serialize;
use std::{
    hint::black_box,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

/// The other end of the line.
#[derive(Debug)]
pub(crate) struct InProcess {
    replies: Arc<[Vec<u8>]>,
    asked: AtomicUsize,
}

impl InProcess {
    pub(crate) fn new(calls: usize) -> Self {
        InProcess { replies: replies(calls).into(), asked: AtomicUsize::default() }
    }

    /// The bytes of a request go out, and those of the next reply come in.
    fn post(&self, request: &impl Serialize) -> CreateChatCompletionResponse {
        black_box(serde_json::to_vec(request).expect("a request is JSON"));
        let reply = &self.replies[self.asked.fetch_add(1, Relaxed) % self.replies.len()];
        serde_json::from_slice(black_box(reply)).expect("a reply is JSON")
    }
}

impl Client for InProcess {
    async fn create(&self, request: CreateChatCompletionRequest) -> CreateChatCompletionResponse {
        self.post(&request)
    }
}

impl ChatModel for InProcess {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn chat<'a>(&'a self, request: &'a ChatRequest) -> BoxFuture<'a, Result<ChatReply, ModelError>> {
        Box::pin(async move { Ok(read(self.post(request))) })
    }

    fn stream<'a>(&'a self, _: &'a ChatRequest) -> BoxFuture<'a, Result<ChatStream, ModelError>> {
        Box::pin(async { unreachable!("an agent asks for whole replies") })
    }
}

/// A reply in loomflow's words.
fn read(reply: CreateChatCompletionResponse) -> ChatReply {
    let said = reply.choices.into_iter().next().expect("a reply has a choice").message;
    let calls = said.tool_calls.into_iter().flatten().map(|call| match call {
        ChatCompletionMessageToolCalls::Function(call) => {
            ToolCall { id: call.id, name: call.function.name, arguments: call.function.arguments }
        }
        ChatCompletionMessageToolCalls::Custom(_) => unreachable!("it calls functions"),
    });
    let tool_calls = calls.collect();
    ChatReply::new(Assistant { content: said.content.unwrap_or_default(), tool_calls, refusal: said.refusal })
}
