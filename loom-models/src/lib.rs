//! Language models for [loomflow](https://docs.rs/loomflow): chat, streams and embeddings of any OpenAI-compatible server.
//! Use it through the `loomflow` crate, with its feature `openai`.
//!
//! A [`Model`] is what a step is given. Behind it stands a [`ChatModel`], which makes one attempt at one call and knows one
//! provider; the `Model` bounds its time, tries again where that helps, and fills in what a request leaves open.
//!
//! # Secrets
//!
//! A key is given to the server and to nobody else: it is in no `Debug`, no error and no log, and no message is ever given
//! it. A server that repeats it in an error is quoted without it.

mod agent;
mod ask;
mod builder;
mod chat_model;
mod choice;
mod embedder;
mod error;
pub mod memory;
mod message;
mod model;
mod nearest;
mod openai;
mod reply;
mod request;
mod retry;
pub mod schema;
mod scripted;
mod spans;
mod stream;
mod timed;
mod tone;
mod tool;
mod unfit;

/// What generated code reaches everything through.
#[doc(hidden)]
pub mod __private;

pub use agent::{
    approve::{Approval, Approve},
    error::AgentError,
};
pub use ask::Asked;
pub use builder::ModelBuilder;
pub use chat_model::{BoxFuture, ChatModel};
pub use choice::{Choice, Label, PlainChoice};
pub use embedder::Embedder;
pub use error::{Cut, Limit, ModelError, ServerError};
pub use memory::Memory;
pub use message::{Assistant, Message, ToolCall};
pub use model::Model;
pub use nearest::Nearest;
pub use openai::TokenLimit;
pub use reply::{ChatReply, Finish, TokenCount};
pub use request::{AnswerSchema, ChatRequest, ToolChoice, ToolSpec};
/// Makes schemas of types: `#[derive(JsonSchema)]`, of the version that loomflow goes by.
pub use schemars;
pub use scripted::ScriptedModel;
pub use stream::{ChatEvent, ChatStream, Tokens};
pub use tone::{Tone, UnknownTone};
pub use tool::{ArgumentFault, Tool, ToolMisuse, Use};
pub use unfit::Unfit;
